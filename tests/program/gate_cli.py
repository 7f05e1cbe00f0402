#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench gate from outside: its verdicts, exit statuses, budget, formats and counts.

Usage: gate_cli.py RNNBENCH FAKE [unittest's arguments]
"""
import csv
import io
import json
import math
import re
import shutil
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
from gate_fake import (  # noqa: E402
    ALLOWANCE, BRIEF, BUDGET, FINE, NOT_COMPARABLE, NOT_WRONG, PROGRAM, ROW, USAGE, WRONG, Gate, main)


class Verdicts(Gate):
    def test_a_slower_build(self):
        done = self.against_fake(WRONG, PER_RUN="1e-9")
        self.assertIn("SLOWER: 1 of 1 rows", done.stdout)
        self.assertIn("in one of 40 gates at most", done.stdout)
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_a_faster_build(self):
        self.assertEqual(self.verdicts(), {"scalar": "faster"})

    def test_the_floor(self):
        self.assertEqual(self.verdicts("--floor", "1s", status=NOT_COMPARABLE, PER_RUN="1e-9"),
                         {"scalar": "not judged"})

    def test_rows_of_one_side(self):
        self.assertEqual(self.verdicts(status=NOT_COMPARABLE, FAKE="lacks"), {"scalar": "new"})

    def test_backends_of_the_base_alone(self):
        """They are named in a note, unless --backend says that they do not matter."""
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
        notes = "\n".join(json.loads(self.out.read_text())["notes"])
        self.assertRegex(notes, r"(?m)^these differ: OMP_PLACES: \{0\},[{}0,]+\.\.\., now not set")
        self.assertNotIn("cpu:", notes, "both ran on this one")

    def test_a_base_that_is_wrong(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="wrong")
        self.assertIn("the base is wrong: fake mistake", done.stdout)

    def test_a_row_that_could_not_be_confirmed(self):
        """There is time for the row's rounds of the first series, and not for those of a second one."""
        def why(budget):
            self.gate(NOT_WRONG, "--against", self.fake, *ROW, "--budget", budget, "--threshold", "1000%",
                      "--out", self.out, PER_RUN="0.08", CPU_PER_RUN="3e-5")
            return json.loads(self.out.read_text())["rows"][0]["why"]
        self.assertEqual(why("8s"), "the budget is too small to confirm a slowdown")
        self.assertEqual(why("12s"), "")

    def test_a_row_that_just_fits(self):
        """The row's rounds fit, but not with as much time again for each of them."""
        self.assertEqual(self.verdicts("--budget", "8s", FAKE="takes its time", PER_RUN="0.1"),
                         {"scalar": "faster"})

    def test_rounds_without_a_measurement_do_not_count(self):
        """Such rounds come at the end of a series that has less time than the row is said to take."""
        self.against_fake(FINE, "--out", self.out, PER_RUN="0.05")
        report = json.loads(self.out.read_text())
        told = re.search(r"(\d+) rounds, 0 to confirm", "\n".join(report["notes"]))[1]
        self.assertEqual(int(told), report["rows"][0]["rounds"])

    def test_one_row_that_takes_too_long(self):
        """The slow row alone is left out, whichever row comes first."""
        large = "lstm/N:1/T:256/U:256"
        for problems in (ROW[1], large), (large, ROW[1]):
            self.gate(FINE, "--against", self.fake, "--problem", problems[0], "--problem", problems[1],
                      "--backend", "scalar", "--budget", "6s", "--out", self.out, FAKE="slow if large")
            rows = {row["problem"].split("/")[-1]: row for row in json.loads(self.out.read_text())["rows"]}
            self.assertEqual(rows["U:32"]["verdict"], "faster")
            self.assertEqual(rows["U:256"]["verdict"], "not judged")
            self.assertIn("the budget is too small", rows["U:256"]["why"])


class Usage(Gate):
    def test_modes(self):
        for words in ([], ["--selftest", "--against", "x"], ["--selftest", "--anyway"],
                      ["--selftest", "--anchor", "naive"],
                      ["--baseline", "x", "--instructions"], ["--selftest", "--instructions"],
                      ["--against", PROGRAM, "--instructions", "--floor", "1us"]):
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
        text = self.run_gate("--help").stdout
        for option in ("--against", "--baseline", "--selftest", "--budget", "--threshold",
                       "--floor", "--instructions", "--anchor", "--anyway", "--format", "--out",
                       "--cell", "--backend", "--problem", "--preset", "--threads"):
            self.assertIn(f"  {option} ", text)

    def test_output_that_cannot_be_written(self):
        """This is found before anything is timed."""
        for path, why in (("none/out.json", "No such file"), (".", "Is a directory")):
            done = self.against_fake(USAGE, "--out", self.folder / path, PER_RUN="1e-9")
            self.assertIn(why, done.stderr)
            self.assertLess(self.seconds, 1)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["fake"])

    def test_output_that_fails_in_the_end(self):
        """The build is slower, but where nobody is told there is no verdict."""
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


class Instructions(Gate):
    def test_of_itself(self):
        arguments = ["--against", PROGRAM, "--instructions", "--problem", "lstm/N:1/T:4/U:16",
                     "--backend", "naive,scalar", "--out", self.out]
        counts = []
        for _ in range(2):
            done = self.run_gate(*arguments)
            if done.returncode == USAGE and "no valgrind" in done.stderr:
                self.skipTest(done.stderr.strip())
            self.assertEqual(done.returncode, FINE, done.stdout + done.stderr)
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
        """The gate names the instructions that RNN_ISA leaves, unless valgrind counts others."""
        done = self.gate((FINE, USAGE, NOT_COMPARABLE), "--against", PROGRAM, "--instructions",
                         "--problem", "lstm/N:1/T:4/U:16", "--backend", "naive", RNN_ISA="scalar")
        if done.returncode == USAGE:
            self.assertIn("no valgrind", done.stderr)
        if "under valgrind" not in done.stdout:
            self.skipTest("no valgrind, or a counter of the CPU's")
        self.assertIn("under valgrind, by scalar", done.stdout)

    def count(self, status, *arguments, **more):
        """Counts under valgrind, because the fake has no counter."""
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
                                              ("10000 10000000", FINE, "not confirmed", 2),
                                              ("10000000", FINE, "faster", 1)):
            with self.subTest(work):
                asked = self.folder / work
                row = self.count(status, "--budget", "100s", WORK=work, ASKED=str(asked))
                self.assertEqual(row["verdict"], verdict)
                self.assertEqual(len(asked.read_text()), 2 * counts)

    def test_without_time_to_count_again(self):
        row = self.count(NOT_COMPARABLE, "--budget", "16s", WORK="10000", END="14.6",
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
        for row in report["selftest"]:  # nothing below the threshold may be named
            self.assertGreater(row["visible_median"] or math.inf, 0.4)


if __name__ == "__main__":
    main()
