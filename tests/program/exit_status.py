#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each command of rnnbench ends with, for each way in which it may end: 0 it is fine, 1 it is not or could
not be done, 2 it was asked for something that does not exist, 3 what it should compare cannot be compared.
What a gate, a sweep that is interrupted and a wrong result end with is tried by other tests.

Usage: exit_status.py RNNBENCH [unittest's arguments]
"""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import results_fake as fake  # noqa: E402

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
FINE, WRONG, USAGE, NOT_COMPARABLE = 0, 1, 2, 3
SMALL, OTHER = "lstm/N:1/T:1/D:2/U:2", "gru/N:1/T:1/D:2/U:2"
ONE = ["--problem", SMALL, "--backend", "naive"]
NONE = ["--problem", SMALL, "--backend", "avx2"]  # RNN_ISA=scalar switches avx2 off
QUICK = ["--repetitions", "2", "--min-time", "0.0005"]
PEAK = ["--peak-time", "0.02"]


class Statuses(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        times = {"avx2": 1e-6, "naive": 1e-5}
        for name, problem, cpu in (("a", SMALL, "one"), ("b", OTHER, "one"), ("c", SMALL, "another")):
            rows = {fake.row_name(problem, backend): [seconds, 1.1 * seconds] for backend, seconds in times.items()}
            fake.write(self.folder / f"{name}.json", rows, cpu=cpu)
        (self.folder / "bad.json").write_text("{")
        (self.folder / "empty").mkdir()
        gnuplot = self.folder / "bin" / "gnuplot"
        gnuplot.parent.mkdir()
        gnuplot.write_text("#!/bin/sh\ncat >/dev/null\nexit 3\n")
        gnuplot.chmod(0o755)

    def end(self, *arguments, output=subprocess.DEVNULL, **environment):
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=output,
                              stderr=subprocess.DEVNULL, timeout=100, cwd=self.folder,
                              env={**os.environ, "RNN_ISA": "scalar", "PATH": path, **environment}).returncode

    def check(self, *cases):
        for status, *arguments in cases:
            with self.subTest(arguments=arguments):
                self.assertEqual(self.end(*arguments), status)

    def check_full(self, *commands):
        """Printing is all that these commands do, so a full disk is a failure."""
        for arguments in commands:
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                self.assertEqual(self.end(*arguments, output=full), WRONG)

    def test_the_program(self):
        self.check((USAGE,), (USAGE, "nonesuch"), (USAGE, "--nonesuch"), (FINE, "--help"), (FINE, "-h"),
                   (FINE, "--version"))
        self.check_full(["--help"], ["--version"], ["compare", "--help"])

    def test_what_tells(self):
        self.check((FINE, "list"), (USAGE, "list", "nonesuch"), (USAGE, "list", "--nonesuch"), (FINE, "list", "--help"),
                   (FINE, "summary", SMALL), (USAGE, "summary"), (USAGE, "summary", "lstm/N:1"), (FINE, "peak", *PEAK),
                   (USAGE, "peak", "--threads", "0"), (FINE, "worker"), (FINE, "explain", SMALL, *PEAK),
                   (USAGE, "explain", "lstm/N:1"), (WRONG, "explain", SMALL, *PEAK, "--out", "/dev/full"))
        self.check_full(["list"], ["summary", SMALL], ["peak", *PEAK], ["explain", SMALL, *PEAK])

    def test_check(self):
        self.check((FINE, "check", *ONE), (WRONG, "check", *NONE), (USAGE, "check", "--problem", "lstm"),
                   (USAGE, "check", *ONE, "--random", "1"), (USAGE, "check", *ONE, "--backend", "nonesuch"))
        self.check_full(["check", *ONE])

    def test_sweep(self):
        sweep = ["sweep", *QUICK, *PEAK]
        self.check((FINE, *sweep, *ONE), (FINE, *sweep, *ONE, "--out", self.folder / "x.json"), (WRONG, *sweep, *NONE),
                   (WRONG, *sweep, *ONE, "--out", "/dev/full"), (WRONG, *sweep, *ONE, "--table", "/dev/full"),
                   (USAGE, *sweep, "--problem", SMALL, "--preset", "tiny"), (USAGE, *sweep, *ONE, "--units", "3"),
                   (USAGE, *sweep, *ONE, "--shard", "2/2"))
        self.check_full([*sweep, *ONE])

    def test_tune(self):
        tune = ["tune", *QUICK, "--threads", "1"]
        self.check((FINE, *tune, "--problem", SMALL, "--out", self.folder / "tuning"),
                   (FINE, *tune, *NONE, "--out", self.folder / "none"),  # beside the cost model's choice
                   (USAGE, *tune, "--problem", SMALL, "--out", "/nonexistent/tuning"),
                   (USAGE, *tune, "--problem", "lstm", "--out", self.folder / "tuning"))

    def test_compare(self):
        self.check((FINE, "compare", "a.json", "c.json"), (FINE, "compare", "a.json", "--by", "backend"),
                   (WRONG, "compare", "a.json", "c.json", "--out", "/dev/full"),
                   (WRONG, "compare", "a.json", "c.json", "--out", "/nonexistent/x"), (USAGE, "compare"),
                   (USAGE, "compare", "a.json"), (USAGE, "compare", "a.json", "bad.json"),
                   (USAGE, "compare", "a.json", "c.json", "--anchor", "nonesuch"),
                   (NOT_COMPARABLE, "compare", "a.json", "b.json"),
                   (NOT_COMPARABLE, "compare", "a.json", "c.json", "--backend", "torch"))
        self.check_full(["compare", "a.json", "c.json"])

    def test_merge(self):
        merge = ["merge", "--out", "all.json"]
        self.check((FINE, *merge, "a.json", "b.json"), (WRONG, "merge", "a.json", "b.json", "--out", "/dev/full"),
                   (USAGE, "merge", "a.json", "b.json"), (USAGE, *merge), (USAGE, *merge, "a.json", "bad.json"),
                   (NOT_COMPARABLE, *merge, "b.json", "c.json"), (FINE, *merge, "b.json", "c.json", "--force"),
                   (NOT_COMPARABLE, *merge, "a.json", "c.json", "--force"))

    def test_history(self):
        self.check((FINE, "history", SMALL, "a.json"), (FINE, "history", SMALL, "a.json", "b.json"),
                   (WRONG, "history", SMALL, "a.json", "--out", "/dev/full"), (USAGE, "history"),
                   (USAGE, "history", SMALL, "b.json"), (USAGE, "history", SMALL, "a.json", "bad.json"),
                   (USAGE, "history", SMALL, "empty"), (NOT_COMPARABLE, "history", SMALL, "a.json", "c.json"),
                   (NOT_COMPARABLE, "history", SMALL, "a.json", "--backend", "torch"),
                   (FINE, "history", SMALL, "a.json", "c.json", "--anchor", "naive"))

    def test_index(self):
        store = self.folder / "store"
        fake.write(store / "here" / "a.json", {fake.row_name(SMALL, "avx2"): [1e-6, 1e-6]})
        self.check((FINE, "index", store), (FINE, "index", store, "--check"), (USAGE, "index", "/nonexistent"))
        fake.write(store / "here" / "b.json", {fake.row_name(OTHER, "avx2"): [1e-6, 1e-6]})
        self.check((WRONG, "index", store, "--check"), (FINE, "index", store), (FINE, "index", store, "--check"))
        (store / "here" / "bad.json").write_text("{")
        self.check((USAGE, "index", store))

    def test_report(self):
        out = ["--out", "report.html"]
        self.check((WRONG, "report", "a.json", *out), (WRONG, "report", "a.json", "--out", "/nonexistent/x"),
                   (USAGE, "report", "a.json"), (USAGE, "report", *out), (USAGE, "report", "a.json", "bad.json", *out),
                   (NOT_COMPARABLE, "report", "a.json", "c.json", *out))

    def test_gate(self):
        self.check((USAGE, "gate"), (USAGE, "gate", "--against", "/nonexistent"),
                   (USAGE, "gate", "--selftest", "--budget", "none"), (USAGE, "gate", "--baseline", "bad.json"))


if __name__ == "__main__":
    if not PROGRAM or PROGRAM.startswith("-"):
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(PROGRAM)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
