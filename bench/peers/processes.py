# SPDX-License-Identifier: MIT
"""Workers: processes that obey line commands on standard input with one line of JSON each."""

import contextlib
import json
import os
import select
import subprocess
import time
from pathlib import Path


class WorkerError(Exception):
    """The worker answered that it cannot do what was asked."""

    def __init__(self, text, refused=False):
        super().__init__(text)
        self.refused = refused  # by nature, as a form that it does not have: no failure


class WorkerGone(Exception):
    """The worker ended, hung, or answered something else than a line of JSON."""


class JudgeGone(Exception):
    """The same of the judge. No WorkerGone: no participant is to blame."""


class Worker:
    """One process; its standard error goes to a file, whose end explains why it ended."""

    patience = 5  # seconds that it may take to end

    def __init__(self, command, log, environment=None):
        self.log = Path(log)
        with open(self.log, "wb") as errors:
            try:
                self.process = subprocess.Popen(
                    [str(word) for word in command], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=errors, env=environment,
                    start_new_session=True)  # Ctrl-C is for the driver, which then ends the rest
            except OSError as error:
                raise WorkerGone(f"{command[0]}: {error.strerror}") from error
        self.unread = b""

    def ask(self, command, timeout=600):
        """Returns the answer as a dictionary."""
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except OSError as error:
            raise WorkerGone(self._why_gone()) from error
        line = self._read_line(time.monotonic() + timeout, command)
        try:
            answer = json.loads(line.decode(errors="replace"))
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self.kill()
            raise WorkerGone(f"answered {line[:80]!r} to {command.split()[0]}")
        if "error" in answer:
            raise WorkerError(str(answer["error"]), bool(answer.get("refused")))
        return answer

    def _read_line(self, deadline, command):
        output = self.process.stdout.fileno()
        while b"\n" not in self.unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                self.kill()
                raise WorkerGone(f"no answer to {command.split()[0]} in time")
            piece = os.read(output, 1 << 16)
            if not piece:
                raise WorkerGone(self._why_gone())
            self.unread += piece
        line, self.unread = self.unread.split(b"\n", 1)
        return line

    def _why_gone(self):
        try:
            status = self.process.wait(timeout=self.patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return "closed its output"
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return f"ended with status {status}" + (f": {lines[-1][:200]}" if lines else "")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        """Ends the process, politely at first."""
        if self.process.poll() is None:
            try:
                Worker.ask(self, "quit", timeout=self.patience)
                self.process.wait(timeout=self.patience)
            except (WorkerError, WorkerGone, subprocess.TimeoutExpired):
                self.kill()
        with contextlib.suppress(OSError):  # what it did not read is lost with it
            self.process.stdin.close()
        self.process.stdout.close()

    def wait_until_asleep(self, most):
        return wait_until_asleep(self.process.pid, most)


class Judge(Worker):
    """The worker that all others depend on: without it there is nothing to go on with."""

    def ask(self, command, timeout=600):
        try:
            return super().ask(command, timeout)
        except WorkerGone as error:
            raise JudgeGone(str(error)) from error


def wait_until_asleep(pid, most, besides=None):
    """Until no thread of the process runs, but for the one named, for at most so many seconds;
    returns how long it took.

    A thread pool that spins for a while behind its last task, as a peer does at its best setting,
    would otherwise take a core from what comes next.
    """
    start = time.monotonic()
    quiet = 0
    while quiet < 2:
        quiet = 0 if _is_running(pid, besides) else quiet + 1
        if time.monotonic() - start > most:
            break
        time.sleep(0.0002)
    return time.monotonic() - start


def _is_running(pid, besides):
    tasks = f"/proc/{pid}/task"
    try:
        for task in os.listdir(tasks):
            if task == str(besides):
                continue
            with open(f"{tasks}/{task}/stat", "rb") as stat:
                if stat.read().rpartition(b") ")[2][:1] == b"R":
                    return True
    except OSError:  # a thread, or all of it, has just ended
        pass
    return False
