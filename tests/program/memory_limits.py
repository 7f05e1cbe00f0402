#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `rnnbench check` and `sweep` say of every backend where the address space is limited (ulimit -v). It
prints a table of limits and answers. A backend of our own judges its cases or names what ran out of memory.
It never ends by a signal, hangs, or keeps silent about a case. What libraries do is only shown.

Usage: memory_limits.py RNNBENCH [unittest's arguments]
"""
import os
import re
import resource
import signal
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
SOURCES = Path(__file__).resolve().parents[2]
LIBRARIES = re.findall(r"^LIBRARY\((\w+),", (SOURCES / "kernels/backends.inc").read_text(), re.MULTILINE)
PROBLEMS = ["--problem", "lstm/N:32/T:8/D:64/U:128", "--problem", "gru/N:32/T:8/D:64/U:128/reset_after:0"]
CASES = 6
THREADS = 2
SECONDS = 100
MB = 1 << 20
LIMITS = (0, 2, 4, 7, 11, 16, 24, 48, 100, 400)  # MB above what the program itself needs
FINE, WRONG = 0, 1
HANGS = "hangs"


class Answer:
    def __init__(self, status, output, errors):
        self.status, self.output, self.errors = status, output, errors
        self.closing = output.splitlines()[-1] if output else ""

    def count(self, pattern):
        """Returns the number that the closing line gives for a word."""
        found = re.search(r"(\d+) " + pattern, self.closing)
        return int(found[1]) if found else 0

    def __str__(self):
        if self.status == HANGS or self.status < 0:
            return HANGS if self.status == HANGS else signal.Signals(-self.status).name
        if not self.closing:
            return f"{self.status}: {self.errors.splitlines()[-1][:50] if self.errors else 'silence'}"
        judged, unjudged = self.count("case"), self.count("cases? not judged") + self.count("problems? not judged")
        return f"{self.status}: {judged} judged" + (f", {unjudged} no memory" if unjudged else "")


def run(*arguments, megabytes=None, **variables):
    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if megabytes is not None:
            resource.setrlimit(resource.RLIMIT_AS, (megabytes * MB, megabytes * MB))
    try:
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit,
                              env={**os.environ, **variables})
    except subprocess.TimeoutExpired:
        return Answer(HANGS, "", "")
    return Answer(done.returncode, done.stdout, done.stderr)


def check(backend, **limits):
    return run("check", *PROBLEMS, "--backend", backend, "--threads", str(THREADS), **limits)


def available_backends():
    lines = run("list").output.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("backend"))
    names = []
    for line in lines[start + 1:]:
        if not line.strip():
            break
        names.append(line.split()[0])
    # What is not available judges nothing, but for another reason.
    return [name for name in names if check(name).status == FINE]


def least_megabytes():
    """Returns with how much the program starts at all and makes a problem into cases."""
    least, most = 1, 4096
    while most - least > 1:
        middle = (least + most) // 2
        if check("naive", megabytes=middle).count("case") > 0:
            most = middle
        else:
            least = middle
    return most


def print_table(table, limits, backends):
    print(f"\nulimit -v, MB | {' | '.join(backends)}")
    for megabytes in limits:
        print(f"{megabytes} | " + " | ".join(str(table[megabytes, backend]) for backend in backends))
    sys.stdout.flush()


class MemoryLimits(unittest.TestCase):
    def expect_answer(self, answer, what):
        """Every case must be judged or counted as not judged, and the status is fine only where all are judged."""
        self.assertIn(answer.status, (FINE, WRONG), f"{what}: {answer} {answer.errors}")
        self.assertNotIn("WRONG", answer.output, what)
        self.assertRegex(answer.closing, r"^\d+ cases, 0 mismatches", what)
        cases, problems = answer.count("cases? not judged"), answer.count("problems? not judged")
        self.assertEqual(answer.count("case") + cases + problems * CASES // 2, CASES, f"{what}: {answer.closing}")
        self.assertEqual(answer.closing.count("out of memory"), (cases > 0) + (problems > 0), answer.closing)
        self.assertEqual(answer.status == FINE, cases + problems == 0, f"{what}: {answer.closing}")

    def test_check(self):
        least, backends = least_megabytes(), available_backends()
        limits = [least + more for more in LIMITS]
        table = {(megabytes, backend): check(backend, megabytes=megabytes)
                 for megabytes in limits for backend in backends}
        print_table(table, limits, backends)
        for (megabytes, backend), answer in table.items():
            if backend not in LIBRARIES:
                self.expect_answer(answer, f"{backend}, {megabytes} MB")
        own = [backend for backend in backends if backend not in LIBRARIES]
        self.assertIn("naive", own)
        for backend in own:
            self.assertEqual(table[limits[-1], backend].status, FINE, backend)
        self.assertIn(WRONG, [table[limits[0], backend].status for backend in own], "no limit is low enough")

    def test_threads_that_cannot_start(self):
        """Here OpenMP would end the process."""
        for backend in available_backends():
            answer = check(backend, OMP_STACKSIZE="4096G")
            with self.subTest(backend=backend):
                self.expect_answer(answer, backend)
                if backend != "onednn":
                    self.assertEqual(answer.status, FINE, answer.closing)

    def test_sweep(self):
        """Where the peaks, which come first, have no room, the sweep says so. Where they have, a problem of 320
        MB has none."""
        for megabytes in (120, 300):
            answer = run("sweep", "--problem", "lstm/N:256/T:300/D:1024/U:16", "--backend", "naive,scalar",
                         "--threads", "1", "--repetitions", "2", "--min-time", "0.001", "--peak-time", "0.02",
                         megabytes=megabytes)
            with self.subTest(megabytes=megabytes):
                self.assertEqual(answer.status, WRONG, answer.output + answer.errors)
                # Otherwise its peaks had no room.
                if "rnnbench sweep: out of memory: " not in answer.errors:
                    self.assertRegex(answer.output, r" 0 rows, 0 wrong, 1 failed \(1 out of memory\), ")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
