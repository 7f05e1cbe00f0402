#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench gate --baseline: files of other machines and builds, bad files.

Usage: gate_baseline.py RNNBENCH FAKE [unittest's arguments]
"""
import json
import math
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from gate_fake import BUDGET, FINE, NOT_COMPARABLE, NOT_WRONG, USAGE, WRONG, Gate, main, run  # noqa: E402


class Baseline(Gate):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.file = Path(folder.name, "baseline.json")
        done = run("sweep", "--problem", "lstm/N:1/T:16/U:32", "--backend", "naive,scalar", "--peak-time", "0.02",
                   "--min-time", "0.002", "--repetitions", "40", "--out", cls.file, SHARED_CLOCK=os.path.join(folder.name, "clock"))
        assert done.returncode == FINE, done.stderr
        cls.calm(cls.file)

    @staticmethod
    def calm(file):
        """Makes times as of a machine with nothing else to do: each row has its least time, with hardly any
        spread."""
        report = json.loads(file.read_text())
        repetitions = [row for row in report["benchmarks"] if row["run_type"] == "iteration"]
        for key in "real_time", "cpu_time":
            least = {}
            for row in repetitions:
                least[row["run_name"]] = min(row[key], least.get(row["run_name"], math.inf))
            for row in repetitions:
                row[key] = least[row["run_name"]] * (1 + 0.001 * row["repetition_index"])
        file.write_text(json.dumps(report))

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

    def test_the_threshold(self):
        self.judge(NOT_WRONG, self.slower_by(0.2), "--threshold", "1000%")

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
        """Each difference is named, or at least counted."""
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
        """Unknown backends are named in one note, behind what differs."""
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
            self.assertIn("no row could be judged; a longer --budget helps where it was too small", done.stderr)
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
                            (lambda report: report["benchmarks"][0].update(real_time=0), "time is 0")):
            done = self.judge(NOT_COMPARABLE, change, "--cell", "gru")  # the file is read, and has no such row
            self.assertRegex(done.stderr, f"edited.json: .*{why}")

    def test_bad_schemas(self):
        for change, why in ((self.with_context("rnnbench_schema", 99), "rnnbench_schema 99"),
                            (self.with_context("json_schema_version", 2), "json_schema_version 2")):
            self.assertRegex(self.judge(USAGE, change).stderr, f"edited.json: .*{why}")

    def test_too_large_a_file(self):
        large = self.folder / "large.json"
        large.touch()
        os.truncate(large, 1 << 40)
        self.assertIn(f"{large}: larger than 128 MiB", self.gate(USAGE, "--baseline", large).stderr)
        self.assertLess(self.seconds, 1)


if __name__ == "__main__":
    main()
