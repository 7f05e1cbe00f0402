#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench tune from outside: the file it writes, how `auto` goes by it, what it refuses, and Ctrl-C.

Usage: tune_cli.py RNNBENCH [unittest's arguments]
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
FINE, USAGE, INTERRUPTED = 0, 2, 130
ONE, OTHER = "lstm/N:2/T:3/D:4/U:4", "gru/N:2/T:3/D:4/U:4"
BRIEF = ["--repetitions", "2", "--min-time", "0.0005", "--threads", "1"]
QUICKLY = ["--peak-time", "0.02"]  # for a sweep
QUIET = {"OMP_WAIT_POLICY": "passive"}


def run(*arguments, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "RNN_TUNING"}
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120,
                          env={**inherited, **QUIET, **environment})


class Tune(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.file = Path(folder.name), Path(folder.name, "tuning")

    def tune(self, *arguments, **environment):
        return run("tune", *BRIEF, "--out", str(self.file), *arguments, **environment)

    def entries(self):
        """Returns the winners by problem, which stand between the header and the last line."""
        lines = [line.split() for line in self.file.read_text().splitlines()]
        self.assertEqual(lines[-1][0], "end")
        return {words[0]: words[1] for words in lines if len(words) == 5 and "/N:" in words[0]}

    def implementation(self, problem, **environment):
        out = self.folder / "sweep.json"
        done = run("sweep", "--problem", problem, "--backend", "auto", *BRIEF, *QUICKLY, "--out",
                   str(out), **environment)
        self.assertEqual(done.returncode, FINE, done.stderr)
        return json.loads(out.read_text())["benchmarks"][0]["label"]

    def test_auto_goes_by_it(self):
        done = self.tune("--problem", ONE)
        self.assertEqual(done.returncode, FINE, done.stdout + done.stderr)
        self.assertIn(f"RNN_TUNING={self.file} has 1 entries", done.stdout)
        (winner,) = self.entries().values()
        tuned = {"RNN_TUNING": str(self.file)}
        self.assertRegex(self.implementation(ONE, **tuned), rf"^{winner}: .*\(tuned\)$")
        self.assertRegex(self.implementation(OTHER, **tuned), r"\(cost model; not in the tuning")
        self.assertRegex(self.implementation(ONE), r"\(cost model\)$")

    def test_entries_are_added_and_replaced(self):
        for problem, entries in (ONE, 1), (OTHER, 2), (ONE, 2):
            done = self.tune("--problem", problem)
            self.assertEqual(done.returncode, FINE, done.stdout + done.stderr)
            self.assertEqual(len(self.entries()), entries)
        self.assertEqual(list(self.folder.iterdir()), [self.file])

    def test_the_file_is_that_of_the_environment(self):
        done = run("tune", "--problem", ONE, *BRIEF, RNN_TUNING=str(self.file))
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual(len(self.entries()), 1)

    def test_a_file_of_something_else_is_kept(self):
        self.file.write_text("precious\n")
        done = self.tune("--problem", ONE)
        self.assertEqual(done.returncode, USAGE, done.stdout)
        self.assertIn("line 1: not a tuning file of this version; --force replaces it", done.stderr)
        self.assertEqual(self.file.read_text(), "precious\n")
        self.assertEqual(self.tune("--problem", ONE, "--force").returncode, FINE)
        self.assertEqual(len(self.entries()), 1)

    def test_another_machine_is_refused_with_one_warning(self):
        self.assertEqual(self.tune("--problem", ONE).returncode, FINE)
        elsewhere = self.file.read_text().replace("\ncpu ", "\ncpu Other", 1)
        self.file.write_text(elsewhere)
        brief = ["--problem", ONE, "--backend", "auto"]
        for command in (["list"], ["check", *brief], ["sweep", *brief, *BRIEF, *QUICKLY],
                        ["tune", "--problem", ONE, *BRIEF, "--out", str(self.folder / "new")]):
            with self.subTest(command=command[0]):
                done = run(*command, RNN_TUNING=str(self.file))
                self.assertEqual(done.returncode, FINE, done.stdout + done.stderr)
                self.assertEqual(done.stderr.count("RNN_TUNING is ignored: "), 1)
                self.assertIn(f"{self.file}: of another machine or version: \"cpu Other",
                              done.stderr)
        self.assertEqual(self.tune("--problem", ONE).returncode, USAGE)
        self.assertEqual(self.file.read_text(), elsewhere)

    def test_what_cannot_be_written(self):
        for name, why in ((".", "not a file"), ("none/tuning", "No such file")):
            for force in [], ["--force"]:
                done = run("tune", "--problem", ONE, *BRIEF, *force,
                           "--out", str(self.folder / name))
                self.assertEqual(done.returncode, USAGE, done.stdout)
                self.assertIn(why, done.stderr)

    def test_threads_that_auto_would_not_use(self):
        done = self.tune("--problem", ONE, "--threads", "1,2", OMP_NUM_THREADS="1")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn("threads 2: left out, auto uses at most 1 here (", done.stdout)
        self.assertEqual(len(self.entries()), 1)
        done = self.tune("--problem", ONE, "--threads", "2", OMP_NUM_THREADS="1")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("--threads: all are more", done.stderr)

    def test_usable_cores_are_listed(self):
        listed = run("list", OMP_NUM_THREADS="1").stdout
        self.assertRegex(listed, r"\n  usable +1 of \d+ cores")

    def test_candidates(self):
        done = self.tune("--problem", ONE, "--backend", "naive", RNN_ISA="scalar")
        self.assertEqual(done.returncode, FINE, done.stderr)
        (winner,) = self.entries().values()  # the cost model's choice competes unasked
        self.assertIn(winner, ("naive", "scalar"))

    def test_interrupt_keeps_what_was_measured(self):
        program = subprocess.Popen(
            [PROGRAM, "tune", "--cell", "lstm", "--units", "4:200:+4", "--batch", "2", "--steps",
             "3", *BRIEF, "--repetitions", "5", "--out", str(self.file)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, **QUIET})
        next(line for line in program.stdout if "U:8" in line)  # then the second problem is done
        program.send_signal(signal.SIGINT)
        output, errors = program.communicate(timeout=60)
        self.assertEqual(program.returncode, INTERRUPTED, output + errors)
        self.assertTrue(2 <= len(self.entries()) < 50, output)
        self.assertEqual(run("list", RNN_TUNING=str(self.file)).stderr, "")

    def test_nothing_is_left_where_nothing_was_measured(self):
        done = self.tune("--problem", ONE, "--max-run-time", "1e-9")
        self.assertNotEqual(done.returncode, FINE)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    if not PROGRAM or PROGRAM.startswith("-"):
        sys.exit(__doc__)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
