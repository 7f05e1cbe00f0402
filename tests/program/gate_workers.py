#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench gate, where workers of either side die, hang, pause or answer with errors.

Usage: gate_workers.py RNNBENCH FAKE [unittest's arguments]
"""
import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
from gate_fake import (  # noqa: E402
    ALLOWANCE, BUDGET, FINE, LARGE, NOT_COMPARABLE, PROGRAM, SANITIZED, USAGE, WRONG, Gate, environment, main)


class Workers(Gate):
    def test_a_base_that_dies(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="dies")
        self.assertIn("ended with status 1: out of luck", done.stderr)
        self.assertIn("base (", done.stderr)

    def test_a_base_that_hangs(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="hangs", PER_RUN="1e-6")
        self.assertRegex(done.stderr, "no answer in time|budget")
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_a_base_that_lingers(self):
        """A base that goes on behind its last answer is ended."""
        self.against_fake(NOT_COMPARABLE, FAKE="lingers")
        self.assertLess(self.seconds, BUDGET + ALLOWANCE)

    def test_a_base_that_babbles(self):
        done = self.against_fake(NOT_COMPARABLE, FAKE="babbles")
        self.assertIn("answered something else than JSON", done.stderr)

    def test_memory_lies_elsewhere_in_each_round(self):
        """Memory moves on one side, and on the other."""
        shifts = self.folder / "shifts"
        self.against_fake(FINE, SHIFTS=str(shifts))
        sides = list(zip(*(line.split() for line in shifts.read_text().splitlines())))
        self.assertGreater(len(sides[0]), 10)
        for side in sides:
            self.assertGreater(len(set(side)), 0.8 * len(side))
        self.assertNotEqual(sides[0], sides[1])

    @unittest.skipIf(SANITIZED, "a sanitizer has a heap of its own")
    def test_a_worker_moves_its_heap(self):
        """The worker's heap moves by a copy of what moves its stack. What it allocates later lies behind that."""
        text, later = b"shift" * 800, b"later" * 4000
        with subprocess.Popen([PROGRAM, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=environment(RNNBENCH_SHIFT=text.decode(), SHARED_CLOCK=str(self.clock))) as worker:
            worker.stdin.write(later + b"\n")
            worker.stdin.flush()
            self.assertIn(b"unknown command", worker.stdout.readline())
            process = Path("/proc", str(worker.pid))
            (heap,) = [line.split()[0] for line in (process / "maps").read_text().splitlines()
                       if line.endswith("[heap]")]
            begin, end = (int(address, 16) for address in heap.split("-"))
            with (process / "mem").open("rb") as memory:
                memory.seek(begin)
                content = memory.read(end - begin)
            worker.stdin.close()
        self.assertIn(text + b"\0", content)
        self.assertIn(later[10:], content)
        self.assertLess(content.index(text), content.index(later[10:]))

    def test_the_number_of_runs_is_drawn_anew_each_round(self):
        """The row's runs take some 1.5 samples. The first lines are those of the calibration."""
        counts = self.folder / "counts"
        self.gate(FINE, "--against", self.fake, "--problem", "lstm/N:1/T:1/U:1", "--backend", "scalar", "--budget",
                  f"{BUDGET}s", COUNTS=str(counts), PER_RUN="1.7e-4")
        rounds = [set(line.split()) for line in counts.read_text().splitlines() if line][1:]
        self.assertGreater(len(rounds), 12)
        self.assertEqual({len(numbers) for numbers in rounds}, {1})
        self.assertEqual(set.union(*rounds), {"1", "2"})

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

    def test_a_hang_that_the_budget_cuts(self):
        """There is no time for a second try, but the worker has long been hanging."""
        done = self.against_fake(WRONG, "--budget", "4s", "--out", self.out, FAKE="check of new hangs")
        self.assertIn("gave no answer in time", done.stderr)
        self.assertEqual(self.row_of("scalar")["verdict"], "WRONG")
        self.assertLess(self.seconds, 4 + ALLOWANCE)

    def test_a_hang_in_a_round_that_the_budget_cuts(self):
        """The rounds that there are will do, as they have shown that the worker can answer."""
        self.against_fake(FINE, "--out", self.out, OF="run", FAKE="run of new hangs", UNTIL="150",
                          TURNS=str(self.folder / "turns"))
        self.assertEqual(self.row_of("scalar")["verdict"], "faster")
        self.assertGreater(self.seconds, BUDGET)

    def test_a_check_that_is_late(self):
        """There is too little time to tell a hang from a pause."""
        done = self.against_fake(NOT_COMPARABLE, "--budget", "1s", FAKE="check pauses once",
                                 TURNS=str(self.folder / "turns"))
        self.assertIn("the budget is too small even to check and to try these rows", done.stderr)
        self.assertLess(self.seconds, 1 + ALLOWANCE)

    def test_a_new_build_that_hangs_over_no_row(self):
        self.against_fake(WRONG, "--budget", "40s", FAKE="context of new hangs", OF="context")
        self.assertLess(self.seconds, 36)

    def test_a_new_build_that_dies_in_the_check(self):
        """What is right is then not timed, and the gate says that this is why it is not judged."""
        done = self.against_fake(WRONG, "--backend", "naive,scalar", "--out", self.out,
                                 FAKE="check of new dies")
        self.assertIn("asked to check scalar 1 lstm/", done.stderr)
        self.assertEqual(self.row_of("scalar")["verdict"], "WRONG")
        self.assertEqual(self.row_of("naive")["verdict"], "not judged")
        self.assertEqual(self.row_of("naive")["why"], "not timed, as a result is wrong")
        self.assertLess(self.seconds, BUDGET)

    @unittest.skipIf(SANITIZED, "a sanitizer ends where there is no memory for itself")
    def test_a_wrong_row_before_the_base_fails(self):
        """The wrong row is named, whatever became of the row behind it."""
        for fails in "dies", "hangs":
            with self.subTest(fails):
                self.gate(WRONG, "--against", self.fake, "--problem", LARGE, "--backend", "naive,scalar",
                          "--budget", "1s", "--out", self.out, FAKE=f"starves new, {fails}",
                          TURNS=str(self.folder / fails))
                report = json.loads(self.out.read_text())
                self.assertEqual(sorted(row["verdict"] for row in report["rows"]), ["WRONG", "not judged"])
                self.assertEqual("out of luck" in "\n".join(report["notes"]), fails == "dies")

    @unittest.skipIf(SANITIZED, "a sanitizer ends where there is no memory for itself")
    def test_errors_of_a_new_build_after_the_check(self):
        """Such an error may be of memory. It comes while the row is calibrated, and in a round."""
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
        """One pause comes while the row is calibrated, one in a round. The second try goes well each time."""
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
            self.assertGreater(order.count(place), 0)

    def test_a_program_that_vanishes(self):
        done = self.against_fake(USAGE, FAKE="vanishes")
        self.assertIn(f"{self.fake}: No such file", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_new_build_that_dies(self):
        for until in 0, 10:
            with self.subTest(until):
                done = self.against_fake(WRONG, "--out", self.out, OF="run", FAKE="run of new dies",
                                         UNTIL=str(until), TURNS=str(self.folder / f"turns{until}"))
                for text in done.stderr, self.row_of("scalar")["why"]:
                    self.assertRegex(text, r"new build \(.*was ended by signal 11")

    def test_a_new_build_that_hangs(self):
        """It hangs while its row is calibrated, and in a round, and at the second try as well."""
        for until, asked in (0, "prepare scalar"), (10, "run"):
            with self.subTest(until):
                done = self.against_fake(WRONG, "--budget", "20s", "--out", self.out, OF="run",
                                         FAKE="run of new hangs", UNTIL=str(until),
                                         TURNS=str(self.folder / f"turns{until}"))
                self.assertGreater(self.seconds, 10)  # twice as long as an answer may take
                for text in done.stderr, self.row_of("scalar")["why"]:
                    self.assertRegex(text, rf"new build \(.*gave no answer in time, asked to {asked} ")
                self.assertEqual(self.row_of("scalar")["verdict"], "WRONG")


if __name__ == "__main__":
    main()
