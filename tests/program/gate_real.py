#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench gate as it is installed, by the real clock: verdicts, budgets that are kept, waits that end.

Usage: gate_real.py RNNBENCH FAKE [unittest's arguments]
"""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
from gate_fake import (  # noqa: E402
    ALLOWANCE, BUDGET, INTERRUPTED, NOT_COMPARABLE, NOT_WRONG, PROGRAM, ROW, WRONG, RealGate,
    environment, main)


class Times(RealGate):
    def test_itself(self):
        self.gate(NOT_WRONG, "--against", PROGRAM, *ROW, "--budget", "3s", "--threshold", "40%", "--out", self.out)
        report = json.loads(self.out.read_text())
        self.assertIn(report["rows"][0]["verdict"], ("not slower", "not judged"))
        self.assertLess(self.seconds, 3 + ALLOWANCE)

    def test_many_rows_in_a_small_budget(self):
        self.gate(NOT_WRONG, "--against", PROGRAM, "--budget", "6s", "--threads", "1", "--out",
                  self.out, "--threshold", "60%")
        rows = json.loads(self.out.read_text())["rows"]
        self.assertGreater(len(rows), 50)
        self.assertLess(self.seconds, 6 + ALLOWANCE)
        for row in rows:
            if row["verdict"] == "not judged":
                self.assertIn("budget", row["why"])


class Waits(RealGate):
    """Waits whose outcome is the same on a busy machine."""

    def test_a_slower_build(self):
        done = self.gate(WRONG, "--against", self.fake, *ROW, "--budget", "3s", PER_RUN="1e-9")
        self.assertIn("SLOWER: 1 of 1 rows", done.stdout)
        self.assertLess(self.seconds, 3 + ALLOWANCE)

    def test_too_small_a_budget(self):
        done = self.gate(NOT_COMPARABLE, "--against", self.fake, "--problem",
                         "lstm/N:64/T:50/U:256", "--backend", "naive", "--budget", "1s")
        self.assertRegex(done.stdout + done.stderr, "the budget is too small")
        self.assertLess(self.seconds, 1 + ALLOWANCE)

    def test_a_base_that_hangs(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="hangs", PER_RUN="1e-6")
        self.assertRegex(done.stderr, "no answer in time|budget")
        self.assertLess(self.seconds, 3 * BUDGET)  # other tests run beside it; Workers tries the exact time
        self.assertGreater(self.seconds, BUDGET)

    def test_the_clock_of_tests(self):
        """The clock of the tests is not in this program, whatever the environment names."""
        self.assertIn(b"SHARED_CLOCK", self.fake.read_bytes())
        self.assertNotIn(b"SHARED_CLOCK", Path(PROGRAM).read_bytes())

    def test_interruption(self):
        starts = self.folder / "starts"
        process = subprocess.Popen(
            [PROGRAM, "gate", "--against", str(self.fake), *ROW, "--budget", "10s"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env=environment(PER_RUN="1e-5", STARTS=str(starts), TMPDIR=str(self.folder)))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while not starts.exists() or len(starts.read_text().split()) < 6 or not self.workers_left():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED, errors)
        self.assertIn("interrupted; no verdict", errors)
        self.assertEqual(output, "")
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.workers_left(), 0)

    def workers_left(self):
        """Returns the workers of this gate, by its folder, as other tests have their own."""
        count = 0
        mark = os.fsencode(f"TMPDIR={self.folder}")
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
                count += b"worker" in words and mark in (path / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
        return count


if __name__ == "__main__":
    main()
