#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench compare from outside: what it pairs, what it computes, every format, and what it refuses.

Usage: compare_cli.py RNNBENCH [unittest's arguments]
"""
import csv
import io
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
FINE, NOT_DONE, USAGE, NOT_COMPARABLE = 0, 1, 2, 3
SMALL, LARGE, GRU = "lstm/N:1/T:25/D:16/U:16", "lstm/N:8/T:25/D:64/U:64", "gru/N:1/T:25/D:16/U:16"
CONTEXT = {"date": "2026-01-01", "cpu": "a CPU", "compiler": "gcc 12", "commit": "abc", "onednn": "2.6"}


def run(*arguments):
    return subprocess.run([PROGRAM, "compare", *map(str, arguments)], capture_output=True, text=True,
                          timeout=120)


def name_of(problem, backend, threads=1):
    cell, sizes = problem.split("/", 1)
    return f"{cell}/{backend}/{sizes}/threads:{threads}/process_time/real_time"


def noisy(seconds, count=9, seed=0):
    """Returns repetitions with 1% of noise, no two of them alike."""
    generator = random.Random(f"{seconds} {seed}")
    return [seconds * (1 + generator.gauss(0, 0.01)) for _ in range(count)]


def entries(name, times):
    for index, seconds in enumerate(times):
        yield {"name": name, "run_name": name, "run_type": "iteration", "repetitions": len(times),
               "repetition_index": index, "threads": 1, "iterations": 10,
               "real_time": 1e9 * seconds, "cpu_time": 1e9 * seconds, "time_unit": "ns"}


def failed_entry(name, message):
    return {"name": name, "run_name": name, "run_type": "iteration", "error_occurred": True,
            "error_message": message}


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, rows, further=(), **context):
        """Writes a file. `rows` is {row's name: seconds of each repetition}."""
        path = self.folder / name
        benchmarks = [entry for row, times in rows.items() for entry in entries(row, times)]
        path.write_text(json.dumps({"context": {**CONTEXT, **context},
                                    "benchmarks": benchmarks + list(further)}))
        return path

    def two_files(self):
        """Writes two files: avx2 is slower on one problem and as before on another, and a row is missing on
        either side."""
        base = {name_of(SMALL, "avx2"): noisy(1e-6), name_of(LARGE, "avx2"): noisy(5e-5),
                name_of(GRU, "naive"): noisy(3e-6), name_of(GRU, "avx2"): noisy(2e-6)}
        new = {name_of(SMALL, "avx2"): noisy(1.2e-6), name_of(LARGE, "avx2"): noisy(5e-5, seed=1),
               name_of(GRU, "naive"): noisy(1.5e-6), name_of(LARGE, "auto", 2): noisy(1e-5)}
        return self.write("base.json", base), self.write("new.json", new)

    def fine(self, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, FINE, done.stdout + done.stderr)
        return done.stdout

    def json_of(self, *arguments):
        return json.loads(self.fine(*arguments, "--format", "json"))

    def refused(self, status, pattern, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertRegex(done.stderr, pattern)
        self.assertEqual(done.stdout, "")

    # ---- What it computes ------------------------------------------------------------------------

    def test_numbers(self):
        base, new = self.two_files()
        result = self.json_of(base, new)
        rows = {(row["problem"], row["backend"], row["threads"]): row for row in result["rows"]}
        self.assertEqual(set(rows), {(SMALL, "avx2", 1), (LARGE, "avx2", 1), (GRU, "naive", 1)})
        row = rows[SMALL, "avx2", 1]
        ratio = statistics.median(noisy(1.2e-6)) / statistics.median(noisy(1e-6))
        self.assertAlmostEqual(row["ratio"], ratio, places=12)
        self.assertAlmostEqual(row["base_seconds"], statistics.median(noisy(1e-6)), places=15)
        self.assertLess(row["ratio_low"], ratio)
        self.assertGreater(row["ratio_high"], ratio)
        self.assertLess(row["ratio_high"] - row["ratio_low"], 0.06)
        self.assertEqual((row["samples"], row["base_samples"]), (9, 9))
        self.assertEqual([rows[key]["change"] for key in ((SMALL, "avx2", 1), (LARGE, "avx2", 1),
                                                          (GRU, "naive", 1))],
                         ["slower", "", "faster"])
        p = {key: row["p"] for key, row in rows.items()}
        self.assertAlmostEqual(p[SMALL, "avx2", 1], 0.000412, places=6)  # by SciPy, for 9 against 9 that are apart
        self.assertGreater(p[LARGE, "avx2", 1], 0.05)
        self.assertAlmostEqual(row["p_adjusted"], p[SMALL, "avx2", 1] * 3 / 2, places=12)

    def test_means(self):
        base, new = self.two_files()
        result = self.json_of(base, new)
        ratios = {(row["problem"], row["backend"]): row["ratio"] for row in result["rows"]}
        groups = {(row["cell"], row["backend"]): row for row in result["summary"]}
        self.assertEqual(list(groups)[0], ("all", "all"))
        self.assertEqual(set(groups), {("all", "all"), ("lstm", "all"), ("gru", "all"),
                                       ("all", "avx2"), ("all", "naive")})
        lstm = math.sqrt(ratios[SMALL, "avx2"] * ratios[LARGE, "avx2"])
        self.assertAlmostEqual(groups["lstm", "all"]["ratio"], lstm)
        self.assertAlmostEqual(groups["all", "avx2"]["ratio"], lstm)
        self.assertAlmostEqual(groups["all", "all"]["ratio"],
                               math.prod(ratios.values()) ** (1 / 3))
        self.assertEqual({name: (row["slower"], row["faster"]) for name, row in groups.items()},
                         {("all", "all"): (1, 1), ("lstm", "all"): (1, 0), ("gru", "all"): (0, 1),
                          ("all", "avx2"): (1, 0), ("all", "naive"): (0, 1)})
        self.assertEqual(groups["lstm", "all"]["rows"], 2)
        self.assertIsNone(groups["gru", "all"]["ratio_low"])  # there is one row only
        self.assertLess(groups["lstm", "all"]["ratio_low"], lstm)

    def test_missing_rows(self):
        base, new = self.two_files()
        missing = {(row["problem"], row["backend"], row["threads"]): row["reason"]
                   for row in self.json_of(base, new)["missing"]}
        self.assertEqual(missing, {(GRU, "avx2", 1): "only in BASE", (LARGE, "auto", 2): "only in NEW"})
        self.assertEqual(list(missing), [(GRU, "avx2", 1), (LARGE, "auto", 2)], "by problem")

    def test_a_row_that_failed(self):
        name = name_of(SMALL, "avx2")
        base = self.write("base.json", {name: noisy(1e-6), name_of(GRU, "avx2"): noisy(1e-6)})
        new = self.write("new.json", {name_of(GRU, "avx2"): noisy(1e-6)}, [failed_entry(name, "no <b>")])
        result = self.json_of(base, new)
        self.assertEqual(result["missing"][0]["reason"], "without a time in NEW")
        self.assertEqual(len(result["rows"]), 1)
        self.assertEqual(self.json_of(new, base)["missing"][0]["reason"],
                         "without a time in BASE: no <b>")

    def test_a_file_against_itself(self):
        base, _ = self.two_files()
        result = self.json_of(base, base)
        self.assertEqual({row["ratio"] for row in result["rows"]}, {1})
        self.assertEqual({row["change"] for row in result["rows"]}, {""})
        self.assertEqual(result["missing"], [])
        self.assertEqual(result["differences"], "")

    def test_what_only_one_file_says(self):
        """A missing row counts where saying nothing would mean something."""
        rows = {name_of(SMALL, "avx2"): noisy(1e-6)}
        whole = self.write("whole.json", rows, rnnbench_schema="1", finished="true", governor="performance")
        part = self.write("part.json", rows, rnnbench_schema="1", interrupted="true", OMP_PLACES="x" * 2000,
                          failed_forms_torch="one", warning="two", merged="3 files")
        differences = self.json_of(whole, part)["differences"]
        self.assertEqual(set(differences.split("; ")), {
            "finished: true, now not said", "interrupted: no, now true", "merged: no, now 3 files",
            "failed_forms_torch: none, now one", "warning: none, now two",
            f"OMP_PLACES: not set, now {'x' * 800}..."})
        self.assertIn("interrupted: true, now no", self.json_of(part, whole)["differences"])

    def test_the_same_each_time(self):
        files = self.two_files()
        self.assertEqual(self.fine(*files), self.fine(*files))

    def test_foreign_names(self):
        base = self.write("base.json", {"BM_copy/8": noisy(1e-6), "BM_sort<int>/\"x\",|y": noisy(1e-3)})
        new = self.write("new.json", {"BM_copy/8": noisy(2e-6), "BM_sort<int>/\"x\",|y": noisy(1e-3)})
        result = self.json_of(base, new)
        self.assertEqual([row["problem"] for row in result["rows"]],
                         ["BM_copy/8", "BM_sort<int>/\"x\",|y"])
        self.assertEqual([(row["cell"], row["backend"]) for row in result["summary"]],
                         [("all", "all")])
        self.assertAlmostEqual(result["rows"][0]["ratio"], 2, delta=0.1)

    def test_few_repetitions(self):
        for count, pattern in (3, "Too few repetitions"), (1, "Too few repetitions"), (9, None):
            files = [self.write(f"{seed}.json", {name_of(SMALL, "avx2"): noisy(seed * 1e-6, count)})
                     for seed in (1, 2)]
            result = self.json_of(*files)
            self.assertEqual(result["rows"][0]["change"], "" if pattern else "slower")
            self.assertEqual(any("Too few repetitions" in note for note in result["notes"]),
                             pattern is not None)
            self.assertEqual(result["rows"][0]["p"] is None, count == 1)
        names = [name_of(f"lstm/N:{n}/T:1/D:1/U:1", "avx2") for n in range(20)]
        files = [self.write(f"{seed}.json", {name: noisy(seed * 1e-6, 5) for name in names})
                 for seed in (1, 2)]
        self.assertIn("a change shows only where 4 or more of these 20 rows",
                      "\n".join(self.json_of(*files)["notes"]))

    def test_variation(self):
        base = self.write("base.json", {name_of(SMALL, "avx2"): [8e-6, 10e-6, 12e-6]})
        new = self.write("new.json", {name_of(SMALL, "avx2"): [9e-6, 10e-6, 11e-6]})
        (row,) = self.json_of(base, new)["rows"]
        self.assertAlmostEqual(row["base_cv"], 0.2, places=12)
        self.assertAlmostEqual(row["cv"], 0.1, places=12)

    def test_numbers_as_text(self):
        """There are three digits of how many times faster, and no more of p than is known."""
        for count, p in (5, "0.008"), (9, "<0.001"):  # 2 / 252 and 0.000412
            paths = [self.write(f"{factor}.json", {
                name_of(SMALL, "avx2"): [factor * (1e-6 + 1e-8 * i) for i in range(count)]}) for factor in (1, 2)]
            self.assertRegex(self.fine(*paths), rf"(?m)^{SMALL} .* 2\.000 .* {p} +slower$")
        times = {"naive": 1e-4, "scalar": 8e-6, "avx2": 1.002e-5, "avx512": 1.001e-5, "openmp": 1e-6}
        names = {SMALL: 1, LARGE: 2}
        path = self.write("a.json", {name_of(problem, backend): [factor * seconds * (1 + 0.001 * i) for i in range(9)]
                                     for problem, factor in names.items() for backend, seconds in times.items()})
        text = self.fine(path, "--by", "backend")
        (line,) = [line.split() for line in text.splitlines() if line.startswith(LARGE)]
        self.assertEqual(line, [LARGE, "1", "201", "us", "12.5x", "9.98x", "9.99x", "100x"])

    def test_intervals_of_speeds(self):
        """An interval of speeds goes from the lower to the higher, so it is that of times the other way round."""
        path = self.write("a.json", {name_of(problem, backend): noisy(seconds * factor, seed=factor)
                                     for problem, factor in ((SMALL, 1), (LARGE, 2), (GRU, 3))
                                     for backend, seconds in (("naive", 1e-4), ("avx2", 1e-5 * factor))})
        text = self.fine(path, "--by", "backend")
        (line,) = [line for line in text.splitlines() if line.split()[:2] == ["all", "avx2"]]
        low, high = (float(number) for number in re.search(r"(\S+)\.\.(\S+)", line).groups())
        self.assertTrue(3 < low < 5.5 < high < 10.5, line)

    # ---- As many tests as rows -------------------------------------------------------------------

    def changes(self, apart, count, factor=1.2):
        """Returns (p, adjusted p, change) of one row of each kind. There are `count` rows of five repetitions:
        in so many of them all five are slower, which has a p of 2 / 252, and in the others none is."""
        before = [1e-6, 1.01e-6, 1.02e-6, 1.03e-6, 1.04e-6]
        names = [name_of(f"lstm/N:{n}/T:1/D:1/U:1", "avx2") for n in range(1, count + 1)]
        base = self.write("base.json", {name: before for name in names})
        new = self.write("new.json", {name: [factor * s for s in before] if i < apart else before
                                      for i, name in enumerate(names)})
        rows = self.json_of(base, new)["rows"]
        self.assertEqual([row["problem"] for row in rows], [f"lstm/N:{n}/T:1/D:1/U:1" for n in range(1, count + 1)])
        self.assertEqual({row["change"] for row in rows[apart:]} | {""}, {""})
        self.assertEqual(len({row["change"] for row in rows[:apart]}), 1)
        self.assertAlmostEqual(rows[0]["p"], 2 / 252, places=12)
        return rows[0]["p_adjusted"], rows[0]["change"]

    def test_significant_only_before_the_correction(self):
        for apart, count, factor, adjusted, change in (
                (1, 1, 1.2, 2 / 252, "slower"), (1, 6, 1.2, 6 * 2 / 252, "slower"),  # 0.0476
                (1, 7, 1.2, 7 * 2 / 252, ""),  # 0.0556
                (1, 40, 1.2, 40 * 2 / 252, ""), (6, 40, 1.2, 40 * 2 / 252 / 6, ""),
                (7, 40, 1.2, 40 * 2 / 252 / 7, "slower"),  # 0.0454
                (1, 6, 0.8, 6 * 2 / 252, "faster"), (1, 7, 0.8, 7 * 2 / 252, "")):
            with self.subTest(apart=apart, count=count, factor=factor):
                found, said = self.changes(apart, count, factor)
                self.assertAlmostEqual(found, adjusted, places=12)
                self.assertEqual(said, change)

    def test_a_change_that_the_interval_does_not_show(self):
        """Times have two levels, and the median is of one or the other from file to file. Everything is a
        little slower on each level, which ranks say clearly, but the median may as well be that of the other
        level."""
        base = [1.00, 1.01, 1.02, 1.03, 1.04, 2.00, 2.01, 2.02, 2.03]
        new = [1.05, 1.06, 1.07, 1.08, 2.04, 2.05, 2.06, 2.07, 2.08]
        for before, after in (base, new), (new, base):
            paths = [self.write(f"{i}.json", {name_of(SMALL, "avx2"): [1e-6 * s for s in times]})
                     for i, times in enumerate((before, after))]
            (row,) = self.json_of(*paths)["rows"]
            self.assertLess(row["p_adjusted"], 0.05)
            self.assertTrue(row["ratio_low"] < 1 < row["ratio_high"])
            self.assertEqual(row["change"], "")

    def test_only_what_is_shown_is_corrected_for(self):
        """Filters leave fewer tests, and rows without a p are no tests."""
        self.changes(1, 40)
        rows = self.json_of(self.folder / "base.json", self.folder / "new.json", "--batch", "1:4")["rows"]
        self.assertAlmostEqual(rows[0]["p_adjusted"], 4 * 2 / 252, places=12)
        self.assertEqual([row["change"] for row in rows], ["slower", "", "", ""])
        single = {name_of(f"gru/N:{n}/T:1/D:1/U:1", "avx2"): [1e-6] for n in range(20)}
        few = {name_of(SMALL, "avx2"): [1e-6, 1.01e-6, 1.02e-6, 1.03e-6, 1.04e-6]}
        base = self.write("base.json", {**few, **single})
        new = self.write("new.json", {name: [1.2 * s for s in times] for name, times in {**few, **single}.items()})
        changes = {row["problem"]: (row["p_adjusted"], row["change"]) for row in self.json_of(base, new)["rows"]}
        self.assertAlmostEqual(changes.pop(SMALL)[0], 2 / 252, places=12)
        self.assertEqual(set(changes.values()), {(None, "")})

    # ---- Backends, and machines ------------------------------------------------------------------

    def backends_file(self):
        return self.write("backends.json", {
            name_of(SMALL, "naive"): noisy(8e-6), name_of(SMALL, "avx2"): noisy(2e-6),
            name_of(SMALL, "openmp", 1): noisy(2e-6, seed=2),
            name_of(SMALL, "openmp", 2): noisy(1e-6),
            name_of(SMALL, "onnxruntime", 1): noisy(4e-6), name_of(GRU, "naive"): noisy(9e-6),
            name_of(GRU, "avx2"): noisy(9e-6, seed=1)})

    def test_by_backend(self):
        path = self.backends_file()
        result = self.json_of(path, "--by", "backend")
        self.assertEqual(result["anchor"], "naive")
        rows = {(row["problem"], row["backend"], row["threads"]): row for row in result["rows"]}
        self.assertEqual(len(rows), 5)
        self.assertAlmostEqual(rows[SMALL, "openmp", 2]["ratio"], 1 / 8, delta=0.01)
        self.assertEqual(rows[SMALL, "openmp", 2]["base_backend"], "naive")
        self.assertEqual(rows[SMALL, "openmp", 2]["base_threads"], 1)
        self.assertEqual({(row["cell"], row["backend"]) for row in result["summary"]},
                         {("all", "avx2"), ("all", "openmp"), ("all", "onnxruntime"), ("lstm", "avx2"),
                          ("lstm", "openmp"), ("lstm", "onnxruntime"), ("gru", "avx2")})

    def test_the_anchor_is_on_as_many_threads(self):
        rows = self.json_of(self.backends_file(), "--by", "backend", "--anchor", "openmp")["rows"]
        self.assertEqual({(row["backend"], row["threads"]): row["base_threads"] for row in rows},
                         {("naive", 1): 1, ("avx2", 1): 1, ("onnxruntime", 1): 1})

    def test_the_anchor_is_on_the_fewest_threads(self):
        times = {threads: noisy(threads * 1e-6) for threads in (2, 3, 4)}
        path = self.write("a.json", {name_of(SMALL, "avx2"): noisy(1e-6),
                                     **{name_of(SMALL, "openmp", n): times[n] for n in (3, 2, 4)}})
        (row,) = self.json_of(path, "--by", "backend", "--anchor", "openmp")["rows"]
        self.assertEqual(row["base_threads"], 2)
        self.assertAlmostEqual(row["base_seconds"], statistics.median(times[2]), places=18)

    def test_matrix(self):
        text = self.fine(self.backends_file(), "--by", "backend")
        lines = [line.split() for line in text.splitlines()]
        header = next(line for line in lines if line[:2] == ["problem", "thr"])
        self.assertEqual(header, ["problem", "thr", "naive", "avx2", "openmp", "onnxruntime"])
        self.assertRegex(text, rf"(?m)^{SMALL} +1 +(7\.9|8\.0)\d us +(3\.9|4\.0)\dx +(3\.9|4\.0)\dx +\d\.\d\dx$")
        self.assertRegex(text, rf"(?m)^{SMALL} +2 +(7\.9|8\.0)\d us +(7\.9|8\.0)\dx$")
        gru = next(line for line in lines if line[:1] == [GRU])
        self.assertRegex(gru[-1], r"^~(0\.99|1\.0\d)x$")

    def test_matrix_in_order(self):
        def problems(*options):
            text = self.fine(self.backends_file(), "--by", "backend", *options)
            return [tuple(line.split()[:2]) for line in text.splitlines() if "/N:" in line]

        self.assertEqual(problems(), [(GRU, "1"), (SMALL, "1"), (SMALL, "2")])
        self.assertEqual(problems("--sort", "ratio"), [(GRU, "1"), (SMALL, "1"), (SMALL, "2")])
        self.assertEqual(problems("--changed"), [(SMALL, "1"), (SMALL, "2")])
        self.assertEqual(problems("--anchor", "avx2", "--sort", "ratio"),
                         [(SMALL, "1"), (GRU, "1"), (SMALL, "2")])

    def test_filters_leave_the_anchor(self):
        for options in ("--threads", "2"), ("--backend", "openmp"):
            result = self.json_of(self.backends_file(), "--by", "backend", *options)
            self.assertEqual(result["anchor"], "naive")
            self.assertEqual({row["backend"] for row in result["rows"]}, {"openmp"})

    def test_anchor_across_machines(self):
        """The new machine is half as fast, and avx2 lost another quarter."""
        base = self.write("base.json", {name_of(SMALL, "naive"): noisy(8e-6),
                                        name_of(SMALL, "avx2"): noisy(2e-6),
                                        name_of(GRU, "avx2"): noisy(2e-6)})
        new = self.write("new.json", {name_of(SMALL, "naive"): noisy(16e-6),
                                      name_of(SMALL, "avx2"): noisy(5e-6),
                                      name_of(GRU, "avx2"): noisy(2e-6)}, cpu="another CPU")
        result = self.json_of(base, new, "--anchor", "naive")
        (row,) = result["rows"]
        self.assertAlmostEqual(row["ratio"], 1.25, delta=0.03)
        self.assertTrue(row["ratio_low"] < row["ratio"] < row["ratio_high"])
        self.assertEqual(row["change"], "slower")
        self.assertAlmostEqual(row["anchor_seconds"] / row["base_anchor_seconds"], 2, delta=0.05)
        self.assertEqual([(row["problem"], row["reason"]) for row in result["missing"]],
                         [(GRU, "no anchor in NEW")])
        self.assertIn("Two CPUs", self.fine(base, new))
        self.assertNotIn("Two CPUs", self.fine(base, new, "--anchor", "naive"))

    # ---- Ours against others -----------------------------------------------------------------------

    def against(self, times, *options, threads=1, **context):
        """Returns the summary's row of all cells for each opponent, and the whole answer. `times` is {backend:
        microseconds of one repetition on each of some problems}."""
        rows = {name_of(f"lstm/N:1/T:{step + 1}/D:2/U:2", backend, threads): [1e-6 * time]
                for backend, all_times in times.items() for step, time in enumerate(all_times)}
        result = self.json_of(self.write("a.json", rows, **context), *options)
        return {row["against"]: row for row in result["summary"] if row["cell"] == "all"}, result

    def test_against_peers_and_the_best_of_them(self):
        summary, result = self.against({"auto": [1, 1, 2], "onednn": [2, 4, 1], "torch": [8, 2, 8]},
                                       "--against", "peers")
        self.assertEqual(list(summary), ["onednn", "torch", "best"])
        for name, mean, worst, above, close in (("onednn", 1 / 4, 2, 1, 2), ("torch", 1 / 64, 1 / 2, 0, 3),
                                                ("best", 1 / 2, 2, 1, 2)):
            row = summary[name]
            self.assertAlmostEqual(row["ratio"], mean ** (1 / 3), places=12, msg=name)
            self.assertAlmostEqual(row["worst_ratio"], worst, places=12, msg=name)
            self.assertEqual((row["rows"], row["above"], row["close"]), (3, above, close), name)
            self.assertLess(row["ratio_low"], row["ratio"])
        self.assertEqual(summary["best"]["worst_problem"], "lstm/N:1/T:3/D:2/U:2")
        self.assertEqual(result["ours"], "auto")
        best = [(row["problem"][9:12], row["base_backend"], round(row["ratio"], 9))
                for row in result["rows"] if row["against"] == "best"]
        self.assertEqual(best, [("T:1", "onednn", 0.5), ("T:2", "torch", 0.5), ("T:3", "onednn", 2)])

    def test_losses_beyond_noise(self):
        """auto is slower on one problem beyond noise, slower on another within it, and faster on the third."""
        path = self.write("a.json", {
            name_of(SMALL, "auto"): noisy(1.2e-6), name_of(SMALL, "onednn"): noisy(1e-6),
            name_of(LARGE, "auto"): noisy(1.0001e-6), name_of(LARGE, "onednn"): noisy(1e-6),
            name_of(GRU, "auto"): noisy(1e-6), name_of(GRU, "onednn"): noisy(2e-6)})
        result = self.json_of(path, "--against", "best")
        groups = {row["cell"]: (row["rows"], row["slower"], row["faster"]) for row in result["summary"]}
        self.assertEqual(groups, {"all": (3, 1, 1), "gru": (1, 0, 1), "lstm": (2, 1, 0)})
        self.assertEqual({row["problem"]: row["change"] for row in result["rows"]},
                         {SMALL: "slower", LARGE: "", GRU: "faster"})
        changed = self.json_of(path, "--against", "best", "--changed", "--sort", "ratio")
        self.assertEqual([row["problem"] for row in changed["rows"]], [SMALL, GRU])
        text = self.fine(path, "--against", "best")
        self.assertRegex(text, r"best: onednn +1\.\d+ us +1\.\d+ us +0\.8\dx +\S+\.\.\S+ +<0\.001 +slower")
        self.assertRegex(text, r"best\n +all +3 +\S+x")

    def test_who_is_held_against_whom(self):
        times = {"scalar": [4], "avx2": [2], "onednn": [4], "torch": [8], "mine": [1]}
        summary, result = self.against(times, "--against", "best")
        self.assertEqual((result["ours"], summary["best"]["ratio"]), ("scalar", 1))
        summary, result = self.against(times, "--against", "onednn,torch", "--ours", "avx2")
        self.assertEqual({name: row["ratio"] for name, row in summary.items()}, {"onednn": 0.5, "torch": 0.25})
        summary, _ = self.against(times, "--against", "best", peers="torch, mine")
        self.assertEqual(summary["best"]["ratio"], 4)
        summary, _ = self.against(times, "--against", "best", "--backend", "torch")
        self.assertEqual(summary["best"]["ratio"], 0.5)

    def test_threads_of_opponents(self):
        """Each is compared on as many threads. A backend that takes only one thread is compared with that one."""
        path = self.write("a.json", {name_of(SMALL, "avx2", 1): [3e-6], name_of(SMALL, "onednn", 1): [6e-6],
                                     name_of(SMALL, "onednn", 2): [2e-6], name_of(SMALL, "torch", 2): [1e-6]})
        rows = self.json_of(path, "--against", "best")["rows"]
        self.assertEqual([(row["threads"], row["base_backend"], row["ratio"]) for row in rows],
                         [(1, "onednn", 0.5), (2, "torch", 3)])
        (row,) = self.json_of(path, "--against", "best", "--threads", "2")["rows"]
        self.assertEqual(row["threads"], 2)

    def test_against_others(self):
        """Every other repetition chooses the fastest of the others, and the rest are compared."""
        path = self.write("a.json", {
            name_of(SMALL, backend, threads): [1e-6 * time for time in times] for backend, threads, times in (
                ("auto", 2, [9, 10, 9, 10]), ("avx2", 1, [7, 12, 7, 12]), ("naive", 1, [8, 1, 8, 1]),
                ("openmp", 4, [1, 1, 1, 1]), ("once", 1, [1]))})
        (row,) = self.json_of(path, "--against", "others")["rows"]
        self.assertEqual((row["base_backend"], row["threads"], row["samples"]), ("avx2", 2, 2))
        self.assertAlmostEqual(row["ratio"], 10 / 12, places=12)

    def test_against_choices(self):
        """Rows of the same code are one, and what auto chose is compared with the fastest code."""
        codes = {"auto": ("openmp: avx2, batch in 2 slices (cost model)", [9, 9, 9, 9]),
                 "openmp_batch": ("avx2, batch in 2 slices", [11, 11, 11, 11]),
                 "openmp_team": ("avx2, team of 2", [8, 5, 8, 5]), "onednn": ("2.6.3 ref", [20, 20, 20, 20])}
        further = [{**entry, "label": label} for backend, (label, times) in codes.items()
                   for entry in entries(name_of(SMALL, backend, 2), [1e-6 * time for time in times])]
        (row,) = self.json_of(self.write("a.json", {}, further), "--against", "choices")["rows"]
        self.assertEqual(row["base_backend"], "avx2 team of 2")
        self.assertEqual((row["samples"], row["base_samples"]), (4, 2))
        self.assertAlmostEqual(row["ratio"], 2, places=12)

    def test_at_limit(self):
        """Where all layers have so many units, ours takes its roof's share of its time, or its time where that
        is less."""
        def file(**roof):
            return self.write("a.json", {}, [
                {**entry, **roof} for units in ("32", "64", "32+64") for backend, time in (("auto", 1), ("onednn", 2))
                for entry in entries(name_of(f"lstm/N:1/T:1/D:8/U:{units}", backend), [1e-5 * time])])
        for units, roof, mean in ((128, 0.125, 2), (64, 0.125, 4), (32, 0.125, 16), (32, 1.5, 2)):
            result = self.json_of(file(roof=roof), "--against", "onednn", "--at-limit-from", units)
            self.assertAlmostEqual(result["summary"][0]["ratio"], 1 / mean, places=12)
        self.refused(NOT_DONE, "auto has no roof on lstm/N:1", file(), "--against", "best", "--at-limit-from", 32)
        self.refused(USAGE, "not with --against choices", file(roof=1), "--against", "choices", "--at-limit-from", 32)

    def test_formats_of_against(self):
        path = self.write("a.json", {name_of(problem, backend): noisy(time) for problem in (SMALL, GRU)
                                     for backend, time in (("auto", 1e-6), ("onednn", 2e-6), ("torch", 3e-6))})
        rows = self.json_of(path, "--against", "peers")["rows"]
        of_csv = list(csv.DictReader(io.StringIO(self.fine(path, "--against", "peers", "--format", "csv"))))
        self.assertEqual([float(row["ratio"]) for row in of_csv], [row["ratio"] for row in rows])
        self.assertEqual([row["against"] for row in of_csv], 2 * ["best", "onednn", "torch"])
        markdown = self.fine(path, "--against", "best", "--format", "markdown")
        self.assertRegex(markdown, r"\| best \| all \| 2 \| 1\.98x \|")
        root = xml.etree.ElementTree.fromstring(self.fine(path, "--against", "best", "--format", "junit"))
        self.assertEqual(root[0].get("tests"), "2")

    def test_against_nobody(self):
        path = self.write("a.json", {name_of(SMALL, "auto"): [1e-6], name_of(SMALL, "naive"): [1e-6]})
        peers = self.write("b.json", {name_of(SMALL, "torch"): [1e-6]})
        self.refused(NOT_COMPARABLE, "no time of auto beside one of best", path, "--against", "best")
        for pattern, arguments in (
                ("nothing but peers: choose one by --ours", [peers, "--against", "best"]),
                ("--ours mkl: no such backend in", [path, "--against", "best", "--ours", "mkl"]),
                ("--against mkl: not best, peers", [path, "--against", "naive,mkl"]),
                ("--against auto: itself", [path, "--against", "auto"]),
                ("--against best is about one file; `rnnbench merge`", [path, path, "--against", "best"]),
                ("--anchor: not with --against", [path, "--against", "best", "--anchor", "naive"]),
                ("--by: not with --against", [path, "--against", "best", "--by", "backend"]),
                ("--ours: only with --against", [path, "--by", "backend", "--ours", "auto"])):
            with self.subTest(pattern):
                self.refused(USAGE, pattern, *arguments)

    def test_an_anchor_that_changed_as_much(self):
        """Every repetition of every row is twice as slow. Relative to the anchor nothing is."""
        times = [1e-6, 1.01e-6, 1.02e-6, 1.03e-6, 1.04e-6, 1.05e-6]
        rows = {name_of(SMALL, "naive"): [8 * s for s in times], name_of(SMALL, "avx2"): times}
        base = self.write("base.json", rows)
        new = self.write("new.json", {name: [2 * s for s in times] for name, times in rows.items()})
        self.assertEqual([row["change"] for row in self.json_of(base, new)["rows"]], ["slower", "slower"])
        (row,) = self.json_of(base, new, "--anchor", "naive")["rows"]
        self.assertAlmostEqual(row["ratio"], 1, places=12)
        self.assertAlmostEqual(row["p"], 1, places=12)
        self.assertEqual(row["change"], "")

    def test_the_usual_anchor_has_most_problems(self):
        """The anchor is the backend with the most problems, not the most rows. Of equals it is the first by
        name or in the list of backends."""
        rows = {name_of(SMALL, "openmp", threads): noisy(1e-6) for threads in range(1, 5)}
        rows.update({name_of(problem, "avx2"): noisy(1e-6) for problem in (SMALL, LARGE)})
        self.assertEqual(self.json_of(self.write("a.json", rows), "--by", "backend")["anchor"], "avx2")

    def test_differences(self):
        rows = {name_of(SMALL, "avx2"): noisy(1e-6)}
        base = self.write("base.json", rows, OMP_NUM_THREADS="2", torch="2.1", peaks_threads_1="little")
        new = self.write("new.json", rows, compiler="clang 14", date="later", peaks_threads_1="much", commit="def",
                         RNN_ISA="avx2")
        self.assertEqual(self.json_of(base, new)["differences"],
                         "compiler: gcc 12, now clang 14; OMP_NUM_THREADS: 2, now not set; "
                         "RNN_ISA: not set, now avx2")
        self.assertIn("These differ: compiler: gcc 12, now clang 14", self.fine(base, new))

    # ---- Filters and order -------------------------------------------------------------------------

    def problems(self, *options):
        return [row["problem"] for row in self.json_of(*self.two_files(), *options)["rows"]]

    def test_filters(self):
        self.assertEqual(self.problems("--cell", "gru"), [GRU])
        self.assertEqual(self.problems("--units", "32:64"), [LARGE])
        self.assertEqual(self.problems("--backend", "naive,openmp"), [GRU])
        self.assertEqual(self.problems("--backend", "avx2", "--batch", "1"), [SMALL])
        self.assertEqual(self.problems("--threads", "1", "--cell", "lstm"), [SMALL, LARGE])
        for options in ("--threads", "2"), ("--backend", "avx2x"), ("--backend", "avx"):
            self.refused(NOT_COMPARABLE, "no row in common", *self.two_files(), *options)
        self.refused(USAGE, "--cell elman", *self.two_files(), "--cell", "elman")

    def test_order(self):
        self.assertEqual(self.problems(), [GRU, SMALL, LARGE])
        self.assertEqual(self.problems("--sort", "ratio"), [SMALL, LARGE, GRU])
        self.assertEqual(self.problems("--changed"), [GRU, SMALL])
        names = [f"lstm/N:{n}/T:1/D:1/U:1" for n in (16, 8, 128)]
        path = self.write("a.json", {name_of(name, "avx2"): noisy(1e-6) for name in names})
        self.assertEqual([row["problem"] for row in self.json_of(path, path)["rows"]],
                         sorted(names, key=lambda name: int(name.split(":")[1].split("/")[0])))

    # ---- Formats -----------------------------------------------------------------------------------

    def hostile_files(self):
        """Makes files with names that every format has to escape."""
        name = "lstm/a\"b,c<&>'|`\x1b[31m\u00e9\uffff/N:1/T:1/threads:1"
        rows = {name: noisy(1e-6), name_of(SMALL, "avx2"): noisy(1e-6)}
        return name, self.write("a.json", rows), self.write("b.json", {**rows, "only\there": [1.0]})

    def test_csv(self):
        _, a, b = self.hostile_files()
        rows = list(csv.DictReader(io.StringIO(self.fine(a, b, "--format", "csv"))))
        self.assertEqual(len(rows), 2)
        self.assertIn("a\"b,c<&>'|`\ufffd[31m\u00e9\ufffd", [row["backend"] for row in rows])
        self.assertTrue(all(None not in row and None not in row.values() for row in rows))
        for row in rows:
            self.assertEqual(float(row["ratio"]), 1)
            self.assertTrue(0 < float(row["base_seconds"]) < 1e-5)
        self.assertIn("base: ", run(a, b, "--format", "csv").stderr)

    def test_junit(self):
        name, a, b = self.hostile_files()
        root = xml.etree.ElementTree.fromstring(self.fine(a, b, "--format", "junit"))
        (suite,) = root
        cases = suite.findall("testcase")
        self.assertEqual((suite.get("tests"), suite.get("skipped"), suite.get("failures")),
                         ("3", "1", "0"))
        self.assertEqual(len(cases), 3)
        self.assertIn(name.replace("\x1b", "\ufffd").replace("\uffff", "\ufffd"),
                      [case.get("name") for case in cases])
        self.assertEqual([case.get("name") for case in cases if case.find("skipped") is not None],
                         ["only here"])
        self.assertAlmostEqual(float(cases[0].get("time")), 1e-6, delta=1e-7)
        self.assertIn("ratio: 1.000", cases[0].find("system-out").text)
        self.assertEqual({p.get("name") for p in suite.find("properties")} >= {"base", "new"}, True)

    def test_markdown(self):
        _, a, b = self.hostile_files()
        lines = self.fine(a, b, "--format", "markdown").splitlines()
        widths = [line.replace("\\|", "").count("|") for line in lines if line.startswith("|")]
        self.assertTrue(lines[0].startswith("### "))
        self.assertEqual(len(widths), (2 + 2) + (2 + 4) + (2 + 1))
        self.assertEqual(len(set(widths[:4])), 1)
        self.assertNotIn("\x1b", "".join(lines))
        self.assertIn("a\"b,c&lt;&amp;>'\\|\\`\ufffd\\[31m\u00e9\ufffd", "".join(lines))

    def test_text(self):
        _, a, b = self.hostile_files()
        self.assertNotIn("\x1b", self.fine(a, b))
        base, new = self.two_files()
        text = self.fine(base, new)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertNotRegex(text, r"(?m) $")
        self.assertRegex(text, rf"{SMALL} +avx2 +1 +\S+ (us|ns) +1\.\d+ us +1\.\d+ +\S+\.\.\S+ +\S+ +slower")

    def test_what_is_not_utf_8(self):
        """A file's name may be any bytes, and the title of a column is a backend's name."""
        name, a, b = self.hostile_files()
        self.write("a.json", {name: noisy(1e-6), "lstm/naive/N:1/T:1/threads:1": noisy(1e-6)})
        odd = os.fsencode(a.parent) + b"/\xff\xc0\xaf\xed\xa0\x80\x01a.json"
        os.rename(a, odd)
        clean = "/" + 5 * "\ufffd" + "a.json"
        for arguments in (odd, b), (odd, "--by", "backend", "--anchor", "naive"):
            for style in "text", "markdown", "csv", "json", "junit":
                with self.subTest(style=style, arguments=arguments):
                    done = subprocess.run([PROGRAM, "compare", *arguments, "--format", style],
                                          capture_output=True, timeout=60, check=False)
                    self.assertEqual(done.returncode, FINE, done.stderr)
                    text = done.stdout.decode()  # this decoding is strict
                    self.assertNotRegex(text, "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
                    if style == "json":
                        self.assertIn(clean, json.loads(text)["base"])
                    if style == "junit":
                        names = {one.get("name"): one.get("value") for one in
                                 xml.etree.ElementTree.fromstring(text).iter("property")}
                        self.assertIn(clean, names["base"])

    def test_long_names(self):
        long = "gru/N:1/T:25/D:256/U:256/reset_after:0/direction:bidirectional/layout:time_major"
        rows = {name_of(long, backend): noisy(1e-6) for backend in ("naive", "onnxruntime")}
        rows["BM_" + 1000 * "\u00e9"] = noisy(1e-6)
        path = self.write("a.json", rows)
        lines = self.fine(path, path, "--backend", "naive,onnxruntime").splitlines()
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertEqual(lines.count(long), 1)
        self.assertIn("BM_" + 1000 * "\u00e9", [row["problem"] for row in self.json_of(path, path)["rows"]])

    def test_formats_agree(self):
        files = self.two_files()
        rows = self.json_of(*files)["rows"]
        of_csv = list(csv.DictReader(io.StringIO(self.fine(*files, "--format", "csv"))))
        self.assertEqual(list(of_csv[0]), list(rows[0]))
        for row, other in zip(rows, of_csv, strict=True):
            for key, value in row.items():
                if isinstance(value, str):
                    self.assertEqual(other[key], value)
                else:
                    self.assertEqual(float(other[key]) if other[key] else None, value)

    def test_out(self):
        files = self.two_files()
        for name, sign in (("a.csv", "problem,"), ("a.json", "{"), ("a.md", "### "), ("a.xml", "<?xml"),
                           ("a.txt", "rnnbench compare"), ("a", "rnnbench compare")):
            path = self.folder / name
            self.assertEqual(self.fine(*files, "--out", path), "")
            self.assertTrue(path.read_text().startswith(sign), name)
        path = self.folder / "b.csv"
        self.fine(*files, "--out", path, "--format", "json")
        json.loads(path.read_text())

    # ---- What it refuses ---------------------------------------------------------------------------

    def test_usage(self):
        base, new = self.two_files()
        for pattern, arguments in (
                ("two results files are missing", []),
                ("one file alone needs --by backend", [base]),
                ("unexpected argument", [base, new, new]),
                ("about one file", [base, new, "--by", "backend"]),
                ("--by cell: only backend", [base, "--by", "cell"]),
                ("--sort name: problem or ratio", [base, new, "--sort", "name"]),
                ("--format yaml: text, markdown, csv, json or junit", [base, new, "--format", "yaml"]),
                ("--preset: unknown option; there are --cell --batch", [base, new, "--preset", "quick"]),
                ("--anchor mkl: no such backend in .*base.json", [base, new, "--anchor", "mkl"]),
                ("--anchor auto: no such backend in .*base.json", [base, new, "--anchor", "auto"]),
                ("--anchor mkl: no such backend", [base, "--by", "backend", "--anchor", "mkl"])):
            with self.subTest(pattern):
                self.refused(USAGE, pattern, *arguments)

    def test_bad_files(self):
        good, _ = self.two_files()
        whole = good.read_text()
        for pattern, text in (("is empty", ""), ("not JSON", whole[:-1]), ("not JSON", "a,b\n1,2\n"),
                              ("\"context\" is missing", "{\"packages\": []}"),
                              ("schema", whole.replace("\"context\": {", "\"context\": {\"rnnbench_schema\": 99, ", 1))):
            with self.subTest(pattern):
                bad = self.folder / "bad.json"
                bad.write_text(text)
                self.refused(USAGE, rf"^rnnbench compare: .*bad\.json: .*{pattern}", good, bad)
                self.refused(USAGE, rf"^rnnbench compare: .*bad\.json: .*{pattern}", bad, good)
        large = self.folder / "large.json"
        with large.open("w") as file:
            file.truncate(200 * 2**20)
        self.refused(USAGE, "larger than 128 MiB", large, good)
        self.refused(USAGE, "No such file", self.folder / "none.json", good)
        self.refused(USAGE, "Is a directory", good, self.folder)

    def test_no_row_in_common(self):
        base, _ = self.two_files()
        other = self.write("other.json", {"BM_copy": noisy(1e-6)})
        self.refused(NOT_COMPARABLE, "no row in common.*BM_copy", base, other)
        self.refused(NOT_COMPARABLE, "other.json: no row of another backend", other, "--by", "backend")
        self.refused(NOT_COMPARABLE, "no row of another backend beside one of naive", self.backends_file(),
                     "--by", "backend", "--backend", "naive")

    def test_nowhere_to_write(self):
        files = self.two_files()
        for out in "/dev/full", self.folder / "none" / "a.txt":
            done = run(*files, "--out", out)
            self.assertEqual(done.returncode, NOT_DONE)
            self.assertRegex(done.stderr, f"^rnnbench compare: {out}: (No space|No such)")
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "compare", *files], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=60)
        self.assertEqual(done.returncode, NOT_DONE)
        self.assertIn("standard output: No space", done.stderr)


if __name__ == "__main__":
    if not PROGRAM or PROGRAM.startswith("-"):
        sys.exit(__doc__)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
