#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench gate from outside: exit status on every path, its budget, bad input, workers that fail.

The base is mostly a program of this file, which says of each run what time it took.

Usage: gate_cli.py RNNBENCH [unittest's arguments]
"""
import ast
import contextlib
import csv
import io
import json
import math
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
FINE, WRONG, USAGE, NOT_COMPARABLE, INTERRUPTED = 0, 1, 2, 3, 130
NOT_WRONG = (FINE, NOT_COMPARABLE)  # where all rows may be too noisy to be judged
ALLOWANCE = 2.0
ROW = ["--problem", "lstm/N:1/T:16/U:32", "--backend", "scalar"]
LARGE = "lstm/N:1/T:4/U:256"  # its buffers are not of a heap that is there already
BUDGET = 5
BRIEF = [*ROW, "--budget", f"{BUDGET}s"]
VARIABLES = ["CC", "CXX", "CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "PKG_CONFIG_PATH"]

FAKE = '''#!{python} -IS
import glob, json, os, resource, signal, sys, time
mode, per_run = os.environ.get("FAKE", ""), float(os.environ.get("PER_RUN", "1e-4"))
runs = count = 0
if mode == "no worker":
    sys.exit("rnnbench: command worker is unknown")

def new_worker():
    """Of the other side."""
    for path in glob.glob(f"/proc/{{os.getppid()}}/task/*/children"):
        with open(path) as children:
            for pid in children.read().split():
                if int(pid) != os.getpid():
                    return int(pid)

def turn():
    """How often this was called before, by all processes."""
    with open(os.environ["TURNS"], "ab") as turns:
        turns.write(b".")
        return turns.tell() - 1

def starve_new_worker():
    """What it allocates from now on fails."""
    resource.prlimit(new_worker(), resource.RLIMIT_AS, (4096, resource.RLIM_INFINITY))

if "STARTS" in os.environ:
    with open(os.environ["STARTS"], "a") as starts:
        print("second" if new_worker() else "first", file=starts)
for line in sys.stdin:
    words = line.split()
    answer = {{}}
    if mode.startswith(f"{{words[0]}} of new ") and os.environ.get("OF", "scalar") in words:
        os.kill(new_worker(), signal.SIGSTOP if mode.endswith("hangs") else signal.SIGSEGV)
    if mode == f"{{words[0]}} pauses once" and len(words) > 1 and turn() == 0:
        time.sleep(100)
    if words[0] == "run" and runs == 0 and mode == "run pauses twice" and turn() in (0, 2):
        time.sleep(100)
    if mode in ("starves new, dies", "starves new, hangs") and words[0] == "check" and len(words) > 1:
        if turn():
            sys.exit("out of luck") if mode.endswith("dies") else time.sleep(100)
        starve_new_worker()
    if words[0] == "check":
        answer = {{"error": "usage: check BACKEND THREADS PROBLEM"}} if len(words) == 1 else \\
                 {{"passed": mode != "wrong", "max_error": 0, "text": "fake mistake"}}
        if mode == "old":
            answer = {{"error": "\\"check\\": unknown command"}}
    if words[0] == "prepare" and mode == "lacks":
        answer = {{"error": "no such backend", "refused": True}}
    if words[0] == "prepare":
        large = "U:256" in words[3]
    if words[0] == "run" and mode == "slow if large" and large:
        time.sleep(100)
    if words[0] == "prepare" and mode == "starves new" and turn() >= int(os.environ["UNTIL"]):
        starve_new_worker()
    if mode == f"{{words[0]}} fails" and turn() >= int(os.environ["UNTIL"]):
        print(json.dumps({{"error": "no luck"}}), flush=True)
        continue
    if words[0] == "run":
        runs += 1
        if runs > 5 and mode == "dies":
            sys.exit("out of luck")
        if runs > 5 and mode == "hangs":
            time.sleep(100)
        if runs > 5 and mode == "babbles":
            print("hello", flush=True)
            continue
        seconds = per_run * int(words[1])
        if mode == "takes its time":
            time.sleep(seconds + per_run)
        cpu_seconds = float(os.environ.get("CPU_PER_RUN", per_run)) * int(words[1])
        answer = {{"seconds": seconds, "cpu_seconds": cpu_seconds}}
        if mode == "no time":
            answer = {{}}
    if words[0] == "backends":
        answer = {{"backends": [{{"name": "naive", "available": True}}, {{"name": "lost", "available": True}},
                                {{"name": "never", "available": False}}, {{"name": "gone", "available": True}}]}}
    if words[0] == "run" and "WORK" in os.environ:
        with open(os.environ["ASKED"], "a+") as asked:  # twice for each count
            asked.write("x")
            count = asked.tell()
        work = os.environ["WORK"].split()[(count - 1) // 2]
        for _ in range(int(words[1])):
            sum(range(int(work)))
    if words[0] == "context" and mode == "places":
        answer = {{"context": {{"OMP_PLACES": ",".join(["{{0}}"] * 300)}}}}
    if words[0] == "quit":
        break
    print(json.dumps(answer), flush=True)
if runs and mode == "lingers":
    time.sleep(100)
if count == 2:
    time.sleep(max(0, float(os.environ.get("UNTIL", "0")) - time.time()))
'''

# A revision that builds, into a worker as above.
REVISION = {
    "meson.build": "project('fake', 'c')\nsubdir('bench')\n",
    "bench/meson.build": "executable('rnnbench', 'fake.c')\n",
    "bench/fake.c": r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "check\n") == 0)
            puts("{\"error\": \"unknown command\"}");
        else if (strncmp(line, "run ", 4) == 0)
            printf("{\"seconds\": %.9f, \"cpu_seconds\": %.9f}\n", 1e-4 * atoi(line + 4),
                   1e-4 * atoi(line + 4));
        else
            puts("{}");
        fflush(stdout);
    }
}
"""}


def environment(**more):
    inherited = {name: value for name, value in os.environ.items() if name != "RNN_TUNING"}
    return {**inherited, "OMP_WAIT_POLICY": "passive", **more}


def run(*arguments, cwd=None, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=100, cwd=cwd, env=environment(**more))


class Gate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.fake = self.folder / "fake"
        self.fake.write_text(FAKE.format(python=sys.executable))
        self.fake.chmod(0o755)
        self.out = self.folder / "out.json"

    def gate(self, status, *arguments, **more):
        start = time.monotonic()
        done = run("gate", *arguments, **more)
        self.seconds = time.monotonic() - start
        allowed = status if isinstance(status, tuple) else (status,)
        self.assertIn(done.returncode, allowed, done.stdout + done.stderr)
        return done

    def against_fake(self, status, *arguments, **more):
        return self.gate(status, "--against", self.fake, *BRIEF, *arguments, **more)

    def verdicts(self, *arguments, status=FINE, **more):
        self.against_fake(status, "--out", self.out, *arguments, **more)
        report = json.loads(self.out.read_text())
        return {row["backend"]: row["verdict"] for row in report["rows"]}


class Verdicts(Gate):
    def test_a_slower_build(self):
        done = self.against_fake(WRONG, PER_RUN="1e-9")
        self.assertIn("SLOWER: 1 of 1 rows", done.stdout)
        self.assertIn("in one of 40 gates at most", done.stdout)
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_a_faster_build(self):
        self.assertEqual(self.verdicts(), {"scalar": "faster"})

    def test_itself(self):
        self.gate(NOT_WRONG, "--against", PROGRAM, *BRIEF, "--threshold", "40%", "--out", self.out)
        report = json.loads(self.out.read_text())
        self.assertIn(report["rows"][0]["verdict"], ("not slower", "not judged"))
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_the_floor(self):
        self.assertEqual(self.verdicts("--floor", "1s", status=NOT_COMPARABLE, PER_RUN="1e-9"),
                         {"scalar": "not judged"})

    def test_rows_of_one_side(self):
        self.assertEqual(self.verdicts(status=NOT_COMPARABLE, FAKE="lacks"), {"scalar": "new"})

    def test_backends_of_the_base_alone(self):
        """Where no --backend says that they do not matter."""
        def notes(*arguments):
            self.gate(NOT_WRONG, "--against", self.fake, *ROW[:2], "--budget", "2s", "--out", self.out,
                      *arguments, PER_RUN="1e-2")
            return "\n".join(json.loads(self.out.read_text())["notes"])
        self.assertRegex(notes(), "(?m)the base has backends that this build has not: lost, gone$")
        self.assertNotIn("lost", notes("--backend", "naive"))

    def test_a_base_without_check(self):
        self.assertEqual(self.verdicts(FAKE="old"), {"scalar": "faster"})

    def test_a_base_of_another_context(self):
        self.against_fake(FINE, "--out", self.out, FAKE="places")
        self.assertRegex("\n".join(json.loads(self.out.read_text())["notes"]),
                         r"(?m)^these differ: OMP_PLACES: \{0\},[{}0,]+\.\.\., now not set")

    def test_a_base_that_is_wrong(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="wrong")
        self.assertIn("the base is wrong: fake mistake", done.stdout)

    def test_too_small_a_budget(self):
        done = self.gate(NOT_COMPARABLE, "--against", self.fake, "--problem",
                         "lstm/N:64/T:50/U:256", "--backend", "naive", "--budget", "1s")
        self.assertRegex(done.stdout + done.stderr, "the budget is too small")
        self.assertLess(self.seconds, 1 + ALLOWANCE)

    def test_a_row_that_could_not_be_confirmed(self):
        """There is time for its rounds of the first series, and not for those of a second one."""
        def why(budget):
            self.gate(NOT_WRONG, "--against", self.fake, *ROW, "--budget", budget, "--threshold", "1000%",
                      "--out", self.out, PER_RUN="0.08", CPU_PER_RUN="3e-5")
            return json.loads(self.out.read_text())["rows"][0]["why"]
        self.assertEqual(why("8s"), "the budget is too small to confirm a slowdown")
        self.assertEqual(why("12s"), "")

    def test_a_row_that_just_fits(self):
        """Its rounds do, but not with as long again for each."""
        self.assertEqual(self.verdicts("--budget", "8s", FAKE="takes its time", PER_RUN="0.1"),
                         {"scalar": "faster"})

    def test_rounds_without_a_measurement_do_not_count(self):
        """As those at the end of the series, in less time than the row is said to take."""
        self.against_fake(FINE, "--out", self.out, PER_RUN="0.05")
        report = json.loads(self.out.read_text())
        told = re.search(r"(\d+) rounds, 0 to confirm", "\n".join(report["notes"]))[1]
        self.assertEqual(int(told), report["rows"][0]["rounds"])

    def test_one_row_that_takes_too_long(self):
        """It alone is left out, whichever comes first."""
        large = "lstm/N:1/T:256/U:256"
        for problems in (ROW[1], large), (large, ROW[1]):
            self.gate(FINE, "--against", self.fake, "--problem", problems[0], "--problem", problems[1],
                      "--backend", "scalar", "--budget", "6s", "--out", self.out, FAKE="slow if large")
            rows = {row["problem"].split("/")[-1]: row for row in json.loads(self.out.read_text())["rows"]}
            self.assertEqual(rows["U:32"]["verdict"], "faster")
            self.assertEqual(rows["U:256"]["verdict"], "not judged")
            self.assertIn("the budget is too small", rows["U:256"]["why"])

    def test_many_rows_in_a_small_budget(self):
        self.gate(NOT_WRONG, "--against", PROGRAM, "--budget", "6s", "--threads", "1", "--out",
                  self.out, "--threshold", "60%")
        rows = json.loads(self.out.read_text())["rows"]
        self.assertGreater(len(rows), 50)
        self.assertLess(self.seconds, 6 + ALLOWANCE)
        for row in rows:
            if row["verdict"] == "not judged":
                self.assertIn("budget", row["why"])


class Workers(Gate):
    def test_a_base_that_dies(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="dies")
        self.assertIn("ended with status 1: out of luck", done.stderr)
        self.assertIn("base (", done.stderr)

    def test_a_base_that_hangs(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="hangs", PER_RUN="1e-6")
        self.assertRegex(done.stderr, "no answer in time|budget")
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_a_base_that_babbles(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="babbles")
        self.assertIn("answered something else than JSON", done.stderr)

    def test_a_base_without_worker(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="no worker")
        self.assertIn("command worker is unknown", done.stderr)

    def row_of(self, backend):
        return {row["backend"]: row for row in json.loads(self.out.read_text())["rows"]}[backend]

    def test_a_new_build_that_hangs_in_the_check(self):
        done = self.against_fake(WRONG, "--out", self.out, FAKE="check of new hangs")
        for text in done.stderr, self.row_of("scalar")["why"]:
            self.assertRegex(text, r"new build \(.*gave no answer in time, asked to check scalar 1 lstm/")
        self.assertEqual(self.row_of("scalar")["verdict"], "WRONG")
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_a_new_build_that_hangs_over_no_row(self):
        self.against_fake(WRONG, "--budget", "40s", FAKE="context of new hangs", OF="context")
        self.assertLess(self.seconds, 36)

    def test_a_new_build_that_dies_in_the_check(self):
        """What is right is then not timed, and that is why it is not judged."""
        done = self.against_fake(WRONG, "--backend", "naive,scalar", "--out", self.out,
                                 FAKE="check of new dies")
        self.assertIn("asked to check scalar 1 lstm/", done.stderr)
        self.assertEqual(self.row_of("scalar")["verdict"], "WRONG")
        self.assertEqual(self.row_of("naive")["verdict"], "not judged")
        self.assertEqual(self.row_of("naive")["why"], "not timed, as a result is wrong")
        self.assertLess(self.seconds, BUDGET)

    def test_a_wrong_row_before_the_base_fails(self):
        """It is named, whatever became of the row behind it."""
        for fails in "dies", "hangs":
            with self.subTest(fails):
                self.gate(WRONG, "--against", self.fake, "--problem", LARGE, "--backend", "naive,scalar",
                          "--budget", "1s", "--out", self.out, FAKE=f"starves new, {fails}",
                          TURNS=str(self.folder / fails))
                report = json.loads(self.out.read_text())
                self.assertEqual(sorted(row["verdict"] for row in report["rows"]), ["WRONG", "not judged"])
                self.assertEqual("out of luck" in "\n".join(report["notes"]), fails == "dies")

    def test_errors_of_a_new_build_after_the_check(self):
        """As of memory: when it is calibrated, and in a round."""
        for until in 0, 3:
            with self.subTest(until):
                self.gate(WRONG, "--against", self.fake, "--problem", LARGE, "--backend", "scalar",
                          "--budget", "5s", "--out", self.out, FAKE="starves new", UNTIL=str(until),
                          TURNS=str(self.folder / f"turns{until}"))
                self.assertEqual(self.row_of("scalar")["verdict"], "WRONG")
                self.assertRegex(self.row_of("scalar")["why"], "the new build cannot do it: .*memory")

    def test_errors_of_a_base_after_the_check(self):
        for command in "prepare", "run":
            for until in 0, 3:
                with self.subTest(command, until=until):
                    self.against_fake(NOT_COMPARABLE, "--out", self.out, FAKE=f"{command} fails",
                                      UNTIL=str(until), TURNS=str(self.folder / f"{command}{until}"))
                    self.assertEqual(self.row_of("scalar")["verdict"], "not judged")
                    self.assertEqual(self.row_of("scalar")["why"], "the base cannot do it: no luck")

    def test_a_base_whose_answers_have_no_time(self):
        self.against_fake(NOT_COMPARABLE, "--out", self.out, FAKE="no time")
        self.assertEqual(self.row_of("scalar")["verdict"], "not judged")
        self.assertEqual(self.row_of("scalar")["why"], "base's answer has no time")

    def test_a_pause_is_no_hang(self):
        for moment in "check", "run":
            with self.subTest(moment):
                once = self.folder / moment
                self.against_fake(FINE, "--budget", "12s", "--out", self.out, TURNS=str(once),
                                  FAKE=f"{moment} pauses once")
                self.assertTrue(once.exists())
                self.assertEqual(self.row_of("scalar")["verdict"], "faster")
                self.assertGreater(self.seconds, 5)

    def test_two_pauses_are_no_hang(self):
        """One while the row is calibrated, one in a round; the second try goes well each time."""
        turns = self.folder / "turns"
        self.against_fake(FINE, "--budget", "20s", "--out", self.out, TURNS=str(turns),
                          FAKE="run pauses twice")
        self.assertGreater(len(turns.read_text()), 3)
        self.assertEqual(self.row_of("scalar")["verdict"], "faster")
        self.assertGreater(self.seconds, 10)

    def test_either_side_starts_first(self):
        starts = self.folder / "starts"
        self.against_fake(FINE, STARTS=str(starts))
        order = starts.read_text().split()
        self.assertGreater(len(order), 12)
        for place in "first", "second":
            self.assertGreater(order.count(place), len(order) / 8)

    def test_a_program_that_vanishes(self):
        self.fake.write_text(self.fake.read_text() + "os.unlink(__file__)\n")
        done = self.against_fake(USAGE)
        self.assertIn(f"{self.fake}: No such file", done.stderr)
        self.assertEqual(done.stdout, "")

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, "gate", "--against", str(self.fake), *ROW, *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=environment(PER_RUN="1e-5"))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def new_workers(process):
        """Those of the build under test."""
        found = []
        for task in Path(f"/proc/{process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                try:
                    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                    if (os.readlink(f"/proc/{pid}/exe") == os.path.realpath(PROGRAM)
                            and b"worker" in words):  # and not a copy of the gate before it starts one
                        found.append(int(pid))
                except OSError:
                    pass
        return found

    def send_to_new_worker(self, process, number, seconds=12):
        """Until the gate ends: one that is about to leave, at the end of a round, takes no notice."""
        time.sleep(2.5)
        signalled = 0
        end = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                for pid in self.new_workers(process):
                    os.kill(pid, number)
                    signalled += 1
            time.sleep(0.02)
        self.assertGreater(signalled, 0, "no worker of the new build")

    def test_a_new_build_that_dies(self):
        process = self.start("--budget", "15s")
        self.send_to_new_worker(process, signal.SIGSEGV)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, WRONG, errors)
        self.assertIn("new build (", errors)
        self.assertIn("was ended by signal 11", errors)

    def test_a_new_build_that_hangs(self):
        process = self.start("--budget", "25s")
        self.send_to_new_worker(process, signal.SIGSTOP, 25)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, WRONG, errors)
        self.assertIn("gave no answer in time", errors)

    def test_interruption(self):
        process = self.start("--budget", "30s")
        time.sleep(2)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED, errors)
        self.assertIn("interrupted; no verdict", errors)
        self.assertEqual(output, "")
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.new_workers_left(), 0)

    @staticmethod
    def new_workers_left():
        count = 0
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            count += words[0] == os.fsencode(os.path.realpath(PROGRAM)) and b"worker" in words
        return count


class Usage(Gate):
    def test_modes(self):
        for words in ([], ["--selftest", "--against", "x"], ["--selftest", "--anyway"],
                      ["--selftest", "--anchor", "naive"],
                      ["--baseline", "x", "--instructions"],
                      ["--selftest", "--instructions", "--floor", "1us"]):
            self.gate(USAGE, *words)

    def test_values(self):
        for option, value in (("--budget", "fast"), ("--budget", "0s"), ("--budget", "10 s"),
                              ("--budget", "0.1s"), ("--threshold", "5"), ("--threshold", "-1%"),
                              ("--floor", "-1ns"), ("--format", "yaml"), ("--backend", "none"),
                              ("--preset", "none"), ("--problem", "lstm/N:0/T:1/U:1")):
            done = self.gate(USAGE, "--selftest", option, value)
            self.assertIn(option if option != "--problem" else "lstm", done.stderr)

    def test_no_such_base(self):
        for name in "nothing-of-this-name", str(self.folder), str(self.folder / "none"):
            done = self.gate(USAGE, "--against", name, *BRIEF, cwd=self.folder)
            self.assertIn(f"--against {name}", done.stderr)

    def test_help(self):
        text = run("gate", "--help").stdout
        for option in ("--against", "--baseline", "--selftest", "--budget", "--threshold",
                       "--floor", "--instructions", "--anchor", "--anyway", "--format", "--out",
                       "--cell", "--backend", "--problem", "--preset", "--threads"):
            self.assertIn(f"  {option} ", text)

    def test_output_that_cannot_be_written(self):
        """Found before anything is timed."""
        for path, why in (("none/out.json", "No such file"), (".", "Is a directory")):
            done = self.against_fake(USAGE, "--out", self.folder / path, PER_RUN="1e-9")
            self.assertIn(why, done.stderr)
            self.assertLess(self.seconds, 1)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["fake"])

    def test_output_that_fails_in_the_end(self):
        """A slower build, but nobody is told: no verdict."""
        done = self.against_fake(USAGE, "--out", "/dev/full", PER_RUN="1e-9")
        self.assertIn("No space left", done.stderr)

    def test_temporary_files(self):
        done = self.against_fake(USAGE, TMPDIR=str(self.folder / "none"))
        self.assertIn(f"no temporary file in {self.folder}/none: No such file", done.stderr)
        self.against_fake(FINE, TMPDIR=str(self.folder))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["fake"])


class Formats(Gate):
    def output(self, name):
        return self.against_fake(WRONG, "--format", name, PER_RUN="1e-9").stdout

    def test_json(self):
        report = json.loads(self.output("json"))
        self.assertEqual(report["rows"][0]["verdict"], "SLOWER")
        self.assertGreater(report["rows"][0]["ratio"], 100)
        self.assertGreater(len(report["rounds"]), 20)

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.output("csv"))))
        self.assertEqual([row["verdict"] for row in rows], ["SLOWER"])

    def test_junit(self):
        root = xml.etree.ElementTree.fromstring(self.output("junit"))
        (suite,) = root.findall("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", "1"))
        self.assertIn("slower by", suite.find("testcase/failure").get("message"))

    def test_markdown(self):
        text = self.output("markdown")
        self.assertIn("SLOWER: 1 of 1 rows", text)
        self.assertRegex(text, r"(?m)^\|.*SLOWER.*\|$")

    def test_text(self):
        self.assertIn("SLOWER: 1 of 1 rows", self.output("text"))


class Baseline(Gate):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.file = Path(folder.name, "baseline.json")
        done = run("sweep", "--problem", "lstm/N:1/T:16/U:32", "--backend", "naive,scalar",
                   "--min-time", "0.002", "--out", cls.file)
        assert done.returncode == FINE, done.stderr

    def judge(self, status, change=None, *arguments):
        report = json.loads(self.file.read_text())
        if change:
            change(report)
        edited = self.folder / "edited.json"
        edited.write_text(json.dumps(report))
        return self.gate(status, "--baseline", edited, "--budget", f"{BUDGET}s", *arguments)

    @staticmethod
    def slower_by(factor):
        def change(report):
            for row in report["benchmarks"]:
                if "/scalar/" in row["name"]:
                    for key in "real_time", "cpu_time":
                        row[key] *= factor
        return change

    @staticmethod
    def with_context(name, value):
        def change(report):
            report["context"][name] = value
        return change

    def test_the_same(self):
        self.judge(NOT_WRONG, None, "--threshold", "60%", "--out", self.out)
        rows = json.loads(self.out.read_text())["rows"]
        self.assertEqual([row["backend"] for row in rows], ["scalar"])

    def test_slower_than_it(self):
        text = self.judge(WRONG, self.slower_by(0.1)).stdout
        self.assertIn("SLOWER: 1 of 1", text)
        self.assertIn("is not known against a baseline", text)

    def test_faster_than_it(self):
        self.assertIn("faster", self.judge(FINE, self.slower_by(10)).stdout)

    def test_another_machine(self):
        for name, value in (("cpu", "Other"), ("isa", "sse"), ("cores", "1000"),
                            ("compiler", "icc 1.0"), ("flags", "-O1"), ("usable", "1 of 9 cores"),
                            ("caches_per_instance", "L1 1 KiB"), ("OMP_PLACES", "{7}"),
                            ("RNN_ISA", "none"), ("DNNL_MAX_CPU_ISA", "SSE41")):
            done = self.judge(NOT_COMPARABLE, self.with_context(name, value))
            self.assertIn(f"{name}: {value}, now ", done.stderr)
        done = self.judge(NOT_WRONG, self.with_context("cpu", "Other"), "--anyway", "--threshold", "60%")
        self.assertIn("these differ: cpu: Other, now ", done.stdout)

    def test_differences_that_are_long(self):
        """Each is named, or at least counted."""
        self.assertRegex(
            self.judge(NOT_COMPARABLE, self.with_context("OMP_PLACES", ",".join(["{0}"] * 500))).stderr,
            r"not comparable: OMP_PLACES: \{0\},[{}0,]+\.\.\., now not set \(--anyway goes on\)\n$")

        def change(report):
            report["context"] |= {f"OMP_{name}": 99 * "x" for name in range(12)}
            report["context"][99 * "Y"] = "1"
        done = self.judge(NOT_COMPARABLE, change)
        self.assertRegex(done.stderr, r"not comparable: OMP_0: x+\.\.\., now not set; "
                                      r".*; OMP_\d+; and [1-9]\d* more \(--anyway goes on\)\n$")
        self.judge(NOT_WRONG, change, "--anyway", "--threshold", "60%", "--out", self.out)
        (note,) = [note for note in json.loads(self.out.read_text())["notes"] if "differ: " in note]
        *named, rest = note.removeprefix("these differ: ").split("; ")
        self.assertEqual(named[0], f"OMP_0: {44 * 'x'}..., now not set")
        self.assertEqual(len(named) + int(rest.split()[1]), 13)

    def test_backends_that_are_unknown(self):
        """Said in one note, behind what differs."""
        def change(report):
            rows = [row for row in report["benchmarks"] if "/scalar/" in row["name"]]
            for name in ("new", "newer", *(f"peer_{number:02}" for number in range(60))):
                for row in rows:
                    report["benchmarks"].append(
                        {**row, **{key: row[key].replace("/scalar/", f"/{name}/")
                                   for key in ("name", "run_name")}})
            report["context"]["cpu"] = "Other"
        done = self.judge(NOT_WRONG, change, "--anyway", "--threshold", "60%", "--out", self.out)
        self.assertEqual(done.stdout, "")
        notes = json.loads(self.out.read_text())["notes"]
        (differences,) = [i for i, note in enumerate(notes) if "these differ: cpu: Other" in note]
        self.assertRegex(notes[differences + 1],
                         r"rows of new, newer, peer_00, .* and \d+ more are left out: .* no such backend$")
        self.assertEqual(sum("no such backend" in note for note in notes), 1)
        names = notes[differences + 1].split("rows of ")[1].split(" more")[0]
        self.assertEqual(names.count(",") + 1 + int(names.split()[-1]), 62)

    def test_what_is_only_noted(self):
        done = self.judge(NOT_WRONG, self.with_context("governor", "other"), "--threshold", "60%")
        self.assertIn("these differ: governor: other, now ", done.stdout)
        done = self.judge(NOT_WRONG, self.with_context("torch", "2.1"), "--threshold", "60%")
        self.assertNotIn("torch", done.stdout)

    def test_another_version_of_the_compiler(self):
        family = json.loads(self.file.read_text())["context"]["compiler"].split()[0]
        done = self.judge(NOT_WRONG, self.with_context("compiler", f"{family} 1.2.3"),
                          "--threshold", "60%")
        self.assertNotIn("compiler", done.stderr)

    def test_another_library(self):
        report = json.loads(self.file.read_text())
        if "onednn" not in report["context"]:
            self.skipTest("this build has no oneDNN")

        def change(report):
            report["context"]["onednn"] = "0.1"
            for row in report["benchmarks"]:
                for key in "name", "run_name":
                    row[key] = row[key].replace("/scalar/", "/onednn/")
        self.assertIn("onednn: 0.1, now ", self.judge(NOT_COMPARABLE, change).stderr)

    def test_an_unknown_machine(self):
        def change(report):
            del report["context"]["cpu"]
        self.assertIn("cpu: unknown, now ", self.judge(NOT_COMPARABLE, change).stderr)

    def test_no_row_in_common(self):
        done = self.judge(NOT_COMPARABLE, None, "--cell", "gru")
        self.assertIn("no row", done.stderr)

    def test_an_anchor_that_is_not_there(self):
        done = self.judge(NOT_COMPARABLE, None, "--anchor", "avx2")
        self.assertIn("the baseline has no time of avx2", done.stdout)
        self.assertIn("not a known backend", self.judge(USAGE, None, "--anchor", "x").stderr)

    def test_too_few_repetitions(self):
        def keep(count, backend):
            def change(report):
                self.slower_by(0.1)(report)
                rows = [row for row in report["benchmarks"] if row["run_type"] == "iteration"]
                report["benchmarks"] = [row for row in rows if f"/{backend}/" not in row["name"]
                                        or row["repetition_index"] < count]
            return change
        for backend in "naive", "scalar":
            done = self.judge(NOT_COMPARABLE, keep(5, backend))
            self.assertIn("the baseline has too few repetitions", done.stdout)
        self.judge(WRONG, keep(6, "naive"))

    def test_bad_files(self):
        whole = self.file.read_text()
        for text in (whole[:len(whole) // 2], "", "[]", "not JSON", '{"benchmarks": []}'):
            bad = self.folder / "bad.json"
            bad.write_text(text)
            done = self.gate(USAGE, "--baseline", bad)
            self.assertIn(str(bad), done.stderr)
        self.gate(USAGE, "--baseline", self.folder / "none.json")

    def test_bad_rows(self):
        first = json.loads(self.file.read_text())["benchmarks"][0]
        for change, why in ((lambda report: report["benchmarks"].append(first), "twice"),
                            (lambda report: report["benchmarks"][0].update(real_time=math.nan), "finite"),
                            (lambda report: report["benchmarks"][0].update(real_time=0), "time"),
                            (self.with_context("rnnbench_schema", 99), "rnnbench_schema 99"),
                            (self.with_context("json_schema_version", 2), "json_schema_version 2")):
            self.assertRegex(self.judge(USAGE, change).stderr, f"edited.json: .*{why}")

    def test_too_large_a_file(self):
        large = self.folder / "large.json"
        large.touch()
        os.truncate(large, 1 << 40)
        self.assertIn(f"{large}: larger than 128 MiB", self.gate(USAGE, "--baseline", large).stderr)
        self.assertLess(self.seconds, 1)


class Revisions(Gate):
    def commit(self, files):
        repository = self.folder / "repository"
        git = ["git", "-C", str(repository), "-c", "user.name=t", "-c", "user.email=t@t.invalid"]
        if not repository.exists():
            repository.mkdir()
            subprocess.run(["git", "init", "-q", str(repository)], check=True)
        for name, text in files.items():
            path = repository / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "x"], check=True)
        return repository

    def judge(self, status, repository, name="HEAD", **more):
        return self.gate(status, "--against", name, *BRIEF, "--cache", self.folder / "cache/deep",
                         cwd=repository, **more)

    def start(self, repository):
        process = subprocess.Popen([PROGRAM, "gate", "--against", "HEAD", *BRIEF, "--cache",
                                    self.folder / "cache/deep"], cwd=repository, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def kept(self):
        """Names in the cache, less the commit and the digest of how it was built."""
        return sorted(re.sub("^[0-9a-f]{40}-[0-9a-f]{16}", "", path.name)
                      for path in (self.folder / "cache/deep").iterdir())

    def test_one_that_builds_is_kept(self):
        repository = self.commit(REVISION)
        first = self.judge(FINE, repository)
        self.assertIn("building HEAD, commit ", first.stderr)
        self.assertNotIn("building", self.judge(FINE, repository / "bench").stderr)
        self.assertEqual(self.kept(), ["", ".log"])

    def test_a_cache_that_cannot_be_used(self):
        repository = self.commit(REVISION)
        file, others, link, group = (self.folder / name for name in ("file", "others", "link", "group"))
        file.write_text("")
        others.mkdir()
        others.chmod(0o777)
        link.symlink_to(others)
        cases = [("/proc/self", "(No such file or directory|Permission denied)"),
                 (file, "Not a directory"), (file / "below", "Not a directory"),
                 (self.folder / ("x" * 300), "File name too long"),
                 (others, "others can write"), (link, "others can write"),
                 (group, "its group can write")]
        group.mkdir()
        group.chmod(0o775)
        foreign = self.folder / "foreign"
        foreign.mkdir()
        if os.geteuid() == 0:
            os.chown(foreign, 1, -1)
        else:
            foreign.chmod(0o500)
            cases.append((foreign, "Permission denied"))
            foreign = Path("/usr")
        for cache, why in [*cases, (foreign, "of another user")]:
            with self.subTest(cache=cache):
                done = self.gate(USAGE, "--against", "HEAD", *BRIEF, "--cache", cache, cwd=repository)
                self.assertRegex(done.stderr, f"rnnbench gate: --cache .*: .*{why}")
                self.assertNotIn("building", done.stderr)
        self.assertEqual([*others.iterdir(), *group.iterdir()], [])

    def test_nobody_else_can_write_to_the_cache(self):
        """Whatever the umask."""
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.judge(FINE, self.commit(REVISION))
        for path in "cache", "cache/deep":
            self.assertEqual((self.folder / path).stat().st_mode & 0o777, 0o700)
        (program,) = (self.folder / "cache/deep").glob("*/rnnbench")
        for path in program, program.parent:
            self.assertEqual(path.stat().st_mode & 0o022, 0)

    def test_each_way_to_build_is_kept(self):
        repository = self.commit(REVISION)
        for more in ({}, {"CFLAGS": "-O1 -DNAME='a b'"}, {"PKG_CONFIG_PATH": "/elsewhere"}):
            self.assertIn("building", self.judge(FINE, repository, **more).stderr)
            self.assertNotIn("building", self.judge(FINE, repository, **more).stderr)
        self.assertEqual(self.kept(), 3 * [""] + 3 * [".log"])
        told = [path.read_text() for path in (self.folder / "cache/deep").glob("*/built-with")]
        self.assertEqual(sum("CFLAGS=-O1 -DNAME='a b'\n" in text for text in told), 1)

    def test_flags_that_are_too_long(self):
        """Whether they are the same could not be told by what was cut off."""
        repository = self.commit(REVISION)
        done = self.judge(USAGE, repository, CFLAGS="-DLONG " * 10000)
        self.assertIn("--against HEAD: compiler flags and the like of more than 64 KiB", done.stderr)
        for more in {}, {"CPPFLAGS": "-DMORE"}:
            flags = "-DLONG " * 2000
            self.assertIn("building", self.judge(FINE, repository, CFLAGS=flags, **more).stderr)
        self.assertEqual(self.kept(), 2 * [""] + 2 * [".log"])

    def test_another_compiler(self):
        """Of the same name: its version says so."""
        repository = self.commit(REVISION)
        compiler = self.folder / "compiler"
        for version in "1.0", "2.0":
            compiler.write_text(f'#!/bin/sh\n[ "$*" != --version ] || {{ echo gcc {version}; exit; }}\n'
                                'exec cc "$@"\n')
            compiler.chmod(0o755)
            self.judge((FINE, NOT_COMPARABLE), repository, CC=str(compiler), CXX="c++")
        folders = {path.name.split(".")[0] for path in (self.folder / "cache/deep").iterdir()}
        self.assertEqual(len(folders), 2)

    def options_here(self):
        told = Path(PROGRAM).parents[1] / "meson-info/intro-buildoptions.json"
        if not told.exists():
            self.skipTest("the program is not in the folder that it was built in")
        return {option["name"]: option["value"] for option in json.loads(told.read_text())}

    def told_options(self):
        """Of the one build in the cache: what was written down beside it."""
        (told,) = (self.folder / "cache/deep").glob("*/built-with")
        words = shlex.split(told.read_text().splitlines()[-1])
        options = dict(word.removeprefix("-D").split("=", 1) for word in words)
        return {name: ast.literal_eval(value) if value.startswith("[") else
                {"true": True, "false": False}.get(value, value) for name, value in options.items()}

    def test_options_are_handed_on(self):
        """As they are here; of the project's those that the revision has: meson refuses others."""
        here = self.options_here()
        self.judge(FINE, self.commit({
            **REVISION, "meson_options.txt": "option('openmp', type: 'string', value: 'unset')\n",
            "meson.build": "project('fake', 'c')\nsubdir('bench')\n"
                           "foreach name : ['openmp', 'buildtype', 'optimization']\n"
                           "  message(name + '=' + get_option(name))\nendforeach\n"
                           "foreach argument : get_option('c_args')\n"
                           "  message('c_args=' + argument)\nendforeach\n"}),
                   **dict.fromkeys(VARIABLES, ""))
        told = self.told_options()
        for name in ("buildtype", "optimization", "b_coverage", "b_lto", "b_pgo", "b_pie", "b_staticpic",
                     "c_args", "c_link_args", "pkg_config_path"):
            self.assertIn(name, told)
        for name, value in told.items():
            if name in here and name != "b_ndebug":
                self.assertEqual(value, here[name], name)
        (log,) = (self.folder / "cache/deep").glob("*.log")
        arrived = re.findall("(?m)^(?:.*: )?Message: (.*)$", log.read_text())
        self.assertEqual(arrived, [*(f"{name}={here[name]}" for name in ("openmp", "buildtype", "optimization")),
                                   *(f"c_args={argument}" for argument in here["c_args"])])

    def test_the_environment_goes_before_options(self):
        """Only before those that Meson takes from it."""
        everything = {"c_args", "c_link_args", "cpp_args", "cpp_link_args", "pkg_config_path"}
        everything &= set(self.options_here())
        repository = self.commit(REVISION)
        for variable, instead in (("CFLAGS", {"c_args", "c_link_args"}), ("CPPFLAGS", {"c_args", "cpp_args"}),
                                  ("LDFLAGS", {"c_link_args", "cpp_link_args"}),
                                  ("CXXFLAGS", {"cpp_args", "cpp_link_args"}),
                                  ("PKG_CONFIG_PATH", {"pkg_config_path"})):
            self.judge(FINE, repository, **{**dict.fromkeys(VARIABLES, ""), variable: "-L/elsewhere"})
            self.assertEqual(everything & set(self.told_options()), everything - instead, variable)
            shutil.rmtree(self.folder / "cache")

    def test_blanks_and_quotes(self):
        """In the options and in the compiler's path of a program: they are in it as words for the shell."""
        compiler = self.folder / "a compiler's" / "cc"
        compiler.parent.mkdir()
        compiler.write_text('#!/bin/sh\nexec cc "$@"\n')
        compiler.chmod(0o755)
        awkward = ["-DA='b c'", '-DB="d\\e"', "-DC=$HOME,f"]
        done = subprocess.run(
            ["meson", "setup", "-Dtests=disabled", "-Dopenmp=disabled", f"-Dc_args={awkward}", "build",
             Path(__file__).parents[1]], cwd=self.folder, capture_output=True, text=True,
            env=environment(CC=shlex.quote(str(compiler)), CXX="c++", CFLAGS="", LDFLAGS="", CPPFLAGS=""))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        text = (self.folder / "build/bench/build_info.h").read_text()
        told = {name: shlex.split(ast.literal_eval(value))
                for name, value in re.findall('(?m)^#define (BUILD_C[A-Z_]*) (".*")$', text)}
        self.assertEqual(told["BUILD_CC"], [str(compiler)])
        (option,) = told["BUILD_C_ARGS"]
        self.assertEqual(ast.literal_eval(option.removeprefix("-Dc_args=")), awkward)
        self.assertIn(" ".join(awkward), ast.literal_eval(re.search("BUILD_FLAGS (.*)", text)[1]))

    def test_a_revision_goes_before_a_file(self):
        repository = self.commit(REVISION)
        shutil.copy(self.fake, repository / "HEAD")
        self.assertIn("building HEAD", self.judge(FINE, repository).stderr)
        self.assertIn(f"{repository}/HEAD)", self.judge(FINE, repository, "./HEAD").stdout)
        shutil.copy(self.fake, repository / "fake")
        self.assertIn("for the file write ./", self.judge(USAGE, repository, "fake").stderr)
        (repository / "tree/bench").mkdir(parents=True)
        shutil.copy(self.fake, repository / "tree/bench/rnnbench")
        self.assertIn("tree/bench/rnnbench)", self.judge(FINE, repository, "tree").stdout)

    def test_another_gate_is_quicker(self):
        """It puts the folder there meanwhile, and runs what is in it."""
        quicker = ('work=$(dirname "$MESON_SOURCE_ROOT"); folder=${work%.*}; mkdir "$folder"; '
                   f'touch "$folder/first"; ln -s {self.fake} "$folder/rnnbench"')
        self.judge(FINE, self.commit({
            **REVISION, "quicker.sh": quicker,
            "meson.build": "project('fake', 'c')\nsubdir('bench')\n"
                           "run_command('sh', files('quicker.sh'), check: true)\n"}))
        self.assertEqual(self.kept(), ["", ".log"])
        (folder,) = (path for path in (self.folder / "cache/deep").iterdir() if path.is_dir())
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["first", "rnnbench"])

    def test_two_gates_at_once(self):
        repository = self.commit(REVISION)
        for process in [self.start(repository) for _ in range(2)]:
            output, errors = process.communicate(timeout=100)
            self.assertIn(process.returncode, NOT_WRONG, output + errors)
        self.assertEqual(self.kept(), ["", ".log"])

    def test_an_interrupted_build(self):
        repository = self.commit({
            **REVISION, "meson.build": "project('fake', 'c')\n"
                                       "run_command('sleep', '71.25', check: true)\n"})
        for number in signal.SIGINT, signal.SIGTERM:
            process = self.start(repository)
            end = time.monotonic() + 60
            while not self.sleepers() and time.monotonic() < end:
                time.sleep(0.1)
            self.assertEqual(self.sleepers(), 1)
            start = time.monotonic()
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, INTERRUPTED, errors)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(self.sleepers(), 0)
            self.assertEqual(self.kept(), [".log"])

    @staticmethod
    def sleepers():
        count = 0
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                count += path.read_bytes().endswith(b"sleep\x0071.25\x00")
        return count

    def test_one_that_does_not_build(self):
        broken = {**REVISION, "bench/fake.c": "int main(void) { return nothing; }\n",
                  "meson.build": REVISION["meson.build"] + "message('Errors are mirrored')\n"}
        done = self.judge(NOT_COMPARABLE, self.commit(broken))
        self.assertRegex(done.stderr, r"--against HEAD: does not build: .*fake\.c:1:\d+: error: ")
        self.assertEqual(self.kept(), [".log"])

    def test_one_without_a_build(self):
        done = self.judge(NOT_COMPARABLE, self.commit({"README": "nothing\n"}))
        self.assertIn("does not build", done.stderr)

    def test_one_that_is_unknown(self):
        repository = self.commit(REVISION)
        for name in "v9.9", "--all", "HEAD;touch x", "$(touch x)", "'":
            done = self.judge(USAGE, repository, name)
            self.assertRegex(done.stderr, "no build, program or revision")
        self.assertFalse((repository / "x").exists())


class Instructions(Gate):
    def test_of_itself(self):
        arguments = ["--against", PROGRAM, "--instructions", "--problem", "lstm/N:1/T:4/U:16",
                     "--backend", "naive,scalar", "--out", self.out]
        done = run("gate", *arguments)
        if done.returncode == USAGE and "no valgrind" in done.stderr:
            self.skipTest(done.stderr.strip())
        counts = []
        for _ in range(2):
            self.gate(FINE, *arguments)
            report = json.loads(self.out.read_text())
            self.assertTrue(any("instructions of one run" in note for note in report["notes"]))
            if "under valgrind" in " ".join(report["notes"]):
                self.assertNotIn("by avx512", " ".join(report["notes"]))
            for row in report["rows"]:
                self.assertLess(abs(row["ratio"] - 1), 0.001)
            counts.append([row["new"] for row in report["rows"]])
        for first, second in zip(*counts):
            self.assertLess(abs(first / second - 1), 0.001)

    def test_says_which_instructions(self):
        """Those that RNN_ISA leaves, where valgrind does not count others."""
        done = self.gate((FINE, USAGE, NOT_COMPARABLE), "--against", PROGRAM, "--instructions",
                         "--problem", "lstm/N:1/T:4/U:16", "--backend", "naive", RNN_ISA="scalar")
        if done.returncode == USAGE:
            self.assertIn("no valgrind", done.stderr)
        if "under valgrind" not in done.stdout:
            self.skipTest("no valgrind, or a counter of the CPU's")
        self.assertIn("under valgrind, by scalar", done.stdout)

    def count(self, status, *arguments, **more):
        """Against the fake, which has no counter: under valgrind."""
        if not shutil.which("valgrind"):
            self.skipTest("no valgrind")
        self.gate(status, "--against", self.fake, "--instructions", "--problem", "lstm/N:1/T:300/U:64",
                  "--backend", "scalar", "--out", self.out, *arguments, **more)
        report = json.loads(self.out.read_text())
        self.assertNotIn("floor", "\n".join(report["notes"]))
        (row,) = report["rows"]
        return row

    def test_counts_what_is_slower_again(self):
        for work, status, verdict, counts in (("10000 10000", WRONG, "SLOWER", 2),
                                              ("10000 1000000", FINE, "not confirmed", 2),
                                              ("1000000", FINE, "faster", 1)):
            with self.subTest(work):
                asked = self.folder / work
                row = self.count(status, "--budget", "100s", WORK=work, ASKED=str(asked))
                self.assertEqual(row["verdict"], verdict)
                self.assertEqual(len(asked.read_text()), 2 * counts)

    def test_without_time_to_count_again(self):
        row = self.count(NOT_COMPARABLE, "--budget", "16s", WORK="10000", UNTIL=str(time.time() + 14.6),
                         ASKED=str(self.folder / "asked"))
        self.assertEqual(row["why"], "suspect, and the budget is too small to confirm it")
        self.assertGreater(row["ratio"], 1.01)

    def test_the_budget_under_valgrind(self):
        """A worker that does not leave is ended."""
        row = self.count(NOT_COMPARABLE, "--budget", "12s", FAKE="lingers")
        self.assertIn("nothing was counted", row["why"])
        self.assertLess(self.seconds, 12 + ALLOWANCE)


class Selftest(Gate):
    def test_says_what_is_seen(self):
        done = self.gate(NOT_WRONG, "--selftest", *BRIEF, "--threshold", "40%", "--out", self.out)
        self.assertEqual(done.stdout, "")
        report = json.loads(self.out.read_text())
        budgets = [row["budget"] for row in report["selftest"]]
        self.assertEqual(budgets[1:], [BUDGET, 2 * BUDGET, 4 * BUDGET])
        rounds = report["selftest"][1]["rounds"]
        self.assertGreater(rounds, 10)
        self.assertEqual([row["rounds"] for row in report["selftest"]],
                         [rounds // 3, rounds, 2 * rounds, 4 * rounds])
        self.assertIsNotNone(report["selftest"][-1]["visible_all"])
        for row in report["selftest"]:  # nothing below the threshold is ever named
            self.assertGreater(row["visible_median"] or math.inf, 0.4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
