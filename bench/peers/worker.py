# SPDX-License-Identifier: MIT
"""The worker of one framework: line commands on standard input, one line of JSON each.

  python worker.py torch|onnxruntime|tensorflow THREADS

  hello             -> version
  prepare FOLDER    -> label: the quickest form of the problem there, built and tried
                       failed_forms: those that could not be built or called, and why
  run COUNT         -> seconds, cpu_seconds of so many runs, after one that is not timed
  output FILE       -> writes the output of the prepared form, [N, steps, width] in float32
  quit
A command that cannot be done is answered with {"error": ...}, with "refused" where the framework
has no such form.
"""

import contextlib
import importlib
import json
import os
import sys
import threading
import time

import numpy as np

from peer import Problem, Refused
from processes import wait_until_asleep

TRIAL_SECONDS = 0.02  # of one form, for each of TRIAL_ROUNDS
TRIAL_ROUNDS = 3
LONGEST_SPIN = 0.2  # seconds that a pool is waited for


def seconds_of(call, count):
    start = time.perf_counter()
    for _ in range(count):
        call()
    return time.perf_counter() - start


def make_ready(form):
    """Once the pool of the form before, which may spin behind its last task, takes no core."""
    wait_until_asleep(os.getpid(), LONGEST_SPIN, besides=threading.get_native_id())
    form.select()


def describe(build):
    """Of functools.partial: the function and what it was told by name."""
    told = ", ".join(f"{key}={value}" for key, value in build.keywords.items())
    return f"{build.func.__name__}({told})"


class Worker:
    def __init__(self, framework, threads):
        self.framework = importlib.import_module("peer_" + framework).Framework(threads)
        self.form = None

    def hello(self):
        return {"version": self.framework.version}

    def prepare(self, folder):
        self.form = None
        problem = Problem(folder)
        start = time.perf_counter()
        forms, failures = [], []
        for build in self.framework.builders(problem):
            try:
                form = build()
                form.select()
                form.call()
                forms.append(form)
            except Refused:
                raise
            except Exception as error:  # one form of several; the others may do
                failures.append(f"{describe(build)}: {type(error).__name__}: "
                                f"{str(error).strip()[:200]}")
        if not forms:
            raise RuntimeError("; ".join(failures) or "no form")
        self.form = self.quickest(forms)
        self.form.select()
        self.output_shape = (problem.batch, problem.steps, problem.width)
        seconds = time.perf_counter() - start
        return {"label": f"{self.framework.version}, {self.form.label}", "pack_us": 1e6 * seconds,
                "failed_forms": failures}

    def quickest(self, forms):
        """By the least time of several tries, taken in turn."""
        if len(forms) == 1:
            return forms[0]
        counts = []
        for form in forms:
            make_ready(form)
            once = min(seconds_of(form.call, 1) for _ in range(3))
            counts.append(max(1, min(1000, int(TRIAL_SECONDS / max(once, 1e-7)))))
        least = [float("inf")] * len(forms)
        for _ in range(TRIAL_ROUNDS):
            for index, form in enumerate(forms):
                make_ready(form)
                form.call()
                least[index] = min(least[index],
                                   seconds_of(form.call, counts[index]) / counts[index])
        return forms[least.index(min(least))]

    def run(self, count):
        if not self.form:
            raise RuntimeError("run: nothing is prepared")
        count, call = int(count), self.form.call
        call()
        cpu = time.process_time()
        seconds = seconds_of(call, count)
        return {"seconds": seconds, "cpu_seconds": time.process_time() - cpu}

    def output(self, path):
        if not self.form:
            raise RuntimeError("output: nothing is prepared")
        output = np.asarray(self.form.to_numpy(self.form.call()), np.float32)
        np.ascontiguousarray(output.reshape(self.output_shape)).tofile(path)
        return {}

    def quit(self):
        return {}


COMMANDS = ("hello", "prepare", "run", "output", "quit")


def obey(worker, line):
    name, *arguments = line.split() or [""]
    if name not in COMMANDS:
        return {"error": f"\"{name[:80]}\": unknown command"}
    try:
        return getattr(worker, name)(*arguments)
    except Refused as reason:
        return {"error": str(reason), "refused": True}
    except Exception as error:  # whatever a framework throws is an answer, not the end
        return {"error": f"{type(error).__name__}: {str(error).strip()[:400]}"}


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a framework prints is no answer
    framework, threads = sys.argv[1], int(sys.argv[2])
    worker = Worker(framework, threads)
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt), worker.framework.session():
        for line in sys.stdin:
            print(json.dumps(obey(worker, line)), file=answers, flush=True)
            if line.split() == ["quit"]:
                break


if __name__ == "__main__":
    main()
