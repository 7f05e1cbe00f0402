#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks one backend of the rnnbench program on purpose. Then `check` must count its mismatches, `sweep` must
call it WRONG and time the other one alone, `tune` must let that one win, and `gate` must time nothing.

Usage: wrong_backend.py SOURCE BUILD     the build is up to date
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mutations.mutant import Mutants  # noqa: E402
from mutations.kernels import MUTATIONS  # noqa: E402

FINE, WRONG = 0, 1
BROKEN = next(mutation for mutation in MUTATIONS if mutation.name == "gate order")
PROGRAM, CLOCKED = "bench/rnnbench", "tests/program/rnnbench_clocked"
CELL, BACKEND = "lstm", BROKEN.kernels
CASE = ["--problem", f"{CELL}/N:2/T:3/D:4/U:5", "--backend", f"naive,{BACKEND}"]


class Outcome:
    """What the programs do. `sound` is the intact one, which the gate compares with."""

    def __init__(self, program, clocked, sound, folder):
        folder.mkdir()
        self.program = program
        self.check = self.run("check", *CASE)
        out = Path(folder, "out.json")
        self.sweep = self.run("sweep", *CASE, "--repetitions", "2", "--min-time", "0.0005",
                              "--peak-time", "0.02", "--out", out)
        rows = json.loads(out.read_text())["benchmarks"]
        self.timed = {row["run_name"].split("/")[1] for row in rows}
        tuning = Path(folder, "tuning")
        # this is long enough for a spread that leaves something to win
        self.tune = self.run("tune", *CASE, "--repetitions", "5", "--min-time", "0.01", "--out", tuning, RNN_ISA=BACKEND)
        self.tuned = tuning.read_text()
        report = Path(folder, "gate.json")
        self.program = clocked
        self.gate = self.run("gate", "--against", sound, *CASE, "--budget", "3s", "--out", report,
                             SHARED_CLOCK=str(Path(folder, "clock")))
        self.gated = json.loads(report.read_text()) if report.exists() else {}

    def run(self, *arguments, **environment):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              env={**os.environ, **environment})


class WrongBackend(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="wrong-") as folder:
            mutants = Mutants(*sys.argv[1:3], folder)
            intact = [mutants.build / PROGRAM, mutants.build / CLOCKED]
            broken = mutants.make(BROKEN, PROGRAM, CLOCKED, kernels=BACKEND)
            assert broken, f"not found once in {BROKEN.file}: {BROKEN.text}"
            cls.intact, cls.broken = (Outcome(*programs, intact[1], Path(folder, name))
                                      for name, programs in (("intact", intact), ("broken", broken)))

    def test_check_counts_mismatches(self):
        self.assertEqual(self.intact.check.returncode, FINE, self.intact.check.stdout)
        self.assertIn(", 0 mismatches\n", self.intact.check.stdout)
        self.assertEqual(self.broken.check.returncode, WRONG)
        self.assertRegex(self.broken.check.stdout, r", [1-9]\d* mismatches\n")
        self.assertRegex(self.broken.check.stdout, f"WRONG .*--backend {BACKEND} ")

    def test_sweep_times_what_is_right(self):
        self.assertEqual(self.intact.sweep.returncode, FINE, self.intact.sweep.stdout)
        self.assertEqual(self.intact.timed, {"naive", BACKEND})
        self.assertEqual(self.broken.sweep.returncode, WRONG)
        self.assertIn(f"WRONG {CELL}/{BACKEND}/", self.broken.sweep.stdout)
        self.assertIn(" 1 wrong, ", self.broken.sweep.stdout)
        self.assertEqual(self.broken.timed, {"naive"})

    def test_tune_never_writes_what_is_wrong(self):
        self.assertEqual(self.intact.tune.returncode, FINE, self.intact.tune.stdout)
        self.assertEqual(self.broken.tune.returncode, WRONG)
        self.assertIn(f"WRONG {CELL}/{BACKEND}/", self.broken.tune.stdout)
        self.assertIn(" naive 1 ", self.broken.tuned)
        self.assertNotIn(f" {BACKEND} ", self.broken.tuned)

    def test_gate_times_nothing(self):
        self.assertNotEqual(self.intact.gate.returncode, WRONG, self.intact.gate.stderr)
        self.assertGreater(len(self.intact.gated["rounds"]), 0)
        self.assertEqual(self.broken.gate.returncode, WRONG)
        self.assertIn("WRONG: 1 of 2 rows; nothing was timed", self.broken.gated["notes"])
        self.assertEqual(self.broken.gated["rounds"], [])
        (row,) = [row for row in self.broken.gated["rows"] if row["verdict"] == "WRONG"]
        self.assertEqual(row["backend"], BACKEND)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    unittest.main(argv=sys.argv[:1])
