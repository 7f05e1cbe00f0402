#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How bench/run ends: with what a sweep came to, its page, and all paths. Here it neither installs nor builds.

Usage: bench_run.py RNNBENCH [unittest's arguments]
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SOURCES = Path(__file__).resolve().parents[2]
FINE, WRONG, USAGE, INTERRUPTED = 0, 1, 2, 130
SWEEP = ["--problem", "lstm/N:1/T:2/U:4", "--backend", "naive,auto", "--threads", "1", "--repetitions", "2",
         "--min-time", "0.0005", "--peak-time", "0.05"]
SETUP = """
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build build_packages=()
die() { exit 99; }
install_packages() { :; }
configure() { :; }
meson() { :; }
"""


class BenchRun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve() / "root"
        for part in "bench", ".ci", "build/bench", "bin":
            (self.root / part).mkdir(parents=True)
        shutil.copy(SOURCES / "bench/run", self.root / "bench/run")
        (self.root / ".ci/setup.sh").write_text(SETUP)
        (self.root / "build/bench/rnnbench").symlink_to(PROGRAM)
        self.gnuplot("cat >/dev/null; for i in $(seq 40); do echo '<svg><path d=\"M1\"/></svg>'; done")

    def gnuplot(self, body):
        path = self.root / "bin/gnuplot"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def run_it(self, *arguments):
        return subprocess.run([self.root / "bench/run", *SWEEP, *arguments], cwd="/", capture_output=True, text=True,
                              timeout=100, env={**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}"})

    def results(self, ending):
        return [str(path.relative_to(self.root)) for path in self.root.glob(f"results/*/*.{ending}")]

    def test_ends_with_what_it_came_to(self):
        done = self.run_it()
        self.assertEqual(done.returncode, FINE, done.stderr)
        (json,), (table,), (page,) = map(self.results, ("json", "md", "html"))
        rows, closing = re.split(r"(?m)^1 of 1 problems, 2 rows, .*\n", done.stdout)
        self.assertIn("lstm/N:1/T:2/D:4/U:4", rows)
        self.assertRegex(closing, r"(?m)^exact: auto's largest error is \S+, at most \S+ of what is tolerated$")
        self.assertRegex(closing, r"(?m)^disturbed: [0-2] of 2 rows \(\S+%\) vary by more than 10%")
        self.assertRegex(closing, r"(?m)^naive +\S+x +\S+x +[01] of 1 +lstm/N:1/T:2/D:4/U:4, 1 thread$")
        self.assertEqual(done.stdout.splitlines()[-3:], [f"{page}: 2 rows of 1 problems", json, table])

    def test_without_plots(self):
        self.gnuplot("cat >/dev/null; exit 3")
        done = self.run_it()
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn("the page has its tables, but no plots", done.stderr)
        self.assertIn("How many times faster auto is", done.stdout)
        self.assertEqual(len(self.results("html")), 1)

    def test_named_files(self):
        done = self.run_it("--out", "x.json", "--table", "x.md")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn("<svg", (self.root / "x.html").read_text())
        self.assertEqual(self.results("*"), [])
        self.assertEqual([line.rpartition("/")[2] for line in done.stdout.splitlines()[-3:]],
                         ["x.html: 2 rows of 1 problems", "x.json", "x.md"])

    def test_a_page_that_cannot_be_written(self):
        (self.root / "x.html").mkdir()
        done = self.run_it("--out", "x.json")
        self.assertEqual(done.returncode, WRONG, done.stderr)
        self.assertIn("Is a directory", done.stderr)

    def test_a_table_that_cannot_be_written(self):
        """The status is the sweep's, and the page is there all the same."""
        done = self.run_it("--table", "/dev/full")
        self.assertEqual(done.returncode, WRONG, done.stderr)
        self.assertEqual(len(self.results("html")), 1)

    def test_interrupted(self):
        """Ctrl-C reaches all of it at once: the sweep has the last word, and keeps what it has."""
        program = subprocess.Popen([self.root / "bench/run", *SWEEP, "--problem", "lstm/N:1:400/T:2/U:4", "--min-time", "0.01"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        for _ in range(2):
            program.stderr.readline()
        os.killpg(program.pid, signal.SIGINT)
        output, _ = program.communicate(timeout=60)
        self.assertEqual(program.returncode, INTERRUPTED, output)
        (json,) = self.results("json")
        self.assertIn(f"saved {json}\n", output)
        self.assertEqual(self.results("html"), [])

    def test_nothing_to_show(self):
        done = self.run_it("--units", "nonsense")
        self.assertEqual((done.returncode, done.stdout, self.results("*")), (USAGE, "", []))
        done = self.run_it("--help")
        self.assertEqual((done.returncode, done.stderr), (FINE, ""))
        self.assertTrue(done.stdout.startswith("rnnbench sweep"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
