#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever a results file of Google Benchmark's may hold, every reader shows the rest and says in a note what
it left out. An odd entry costs itself, never the file.

Usage: readers.py RNNBENCH SOURCES [unittest's arguments]
"""
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import results_fake

PROGRAM, SOURCES = sys.argv[1:3] if len(sys.argv) > 2 else ("", "")
SAMPLES = Path(SOURCES) / "tests" / "results"
FINE, USAGE, NOT_COMPARABLE = 0, 2, 3
NAME = results_fake.row_name("lstm/N:1/T:2/D:3/U:4", "avx2")
OTHER = results_fake.row_name("lstm/N:1/T:2/D:3/U:4", "naive")
# Bytes of memory for each byte of a file, on top of what an empty file takes.
MOST_BYTES = 8


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=240, **options)


def cpu_seconds():
    """Returns the CPU seconds of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def iteration(name="BM_odd", **members):
    return {"name": name, "run_name": name, "run_type": "iteration", "repetitions": 1, "repetition_index": 0,
            "threads": 1, "iterations": 3, "real_time": 1.5, "cpu_time": 1.5, "time_unit": "ns", **members}


def without(entry, *names):
    return {key: value for key, value in entry.items() if key not in names}


def complexity(name):
    return {"name": f"BM_odd_{name}", "run_name": "BM_odd", "run_type": "aggregate", "aggregate_name": name,
            "cpu_coefficient": 1.0, "real_coefficient": 1.0, "big_o": "N", "time_unit": "ns"}


# Members of one name are written as text, because a Python object cannot hold them.
COUNTERS = json.dumps(iteration())[:-1] + ', "iterations": 7, "real_time": 7, "label": 7, "error_occurred": 7}'

# What stands among the entries, as JSON or as text, and the note on it; None where there is nothing to note.
ODD = {
    "complexity": (complexity("BigO"), "complexity"),
    "its error": (without(complexity("RMS"), "time_unit"), "complexity"),
    "no name": (without(iteration(), "run_name"), "has no run_name"),
    "an empty name": (iteration(run_name=""), "has no run_name"),
    "no type": (without(iteration(), "run_type"), "run_type"),
    "another type": (iteration(run_type="later"), "run_type"),
    "a number": (7, "is no object"),
    "a list": ([[], {}], "is no object"),
    "nothing": (None, "is no object"),
    "another row's name": (iteration(NAME.removesuffix("/process_time/real_time")), "is there twice"),
    "a row again": (iteration(NAME, repetition_index=1), "is there twice"),
    "bytes": ('{"run_name": "BM_\xff\x01", "run_type": "iteration", "real_time": 1, "time_unit": "s"}', "UTF-8"),
    "many counters": (iteration(**{f"c{i}": i for i in range(1100)}), "counters"),
    "a time of 0": (iteration(real_time=0), None),
    "no time": (without(iteration(), "real_time"), None),
    "a time that is none": (iteration(real_time=float("nan")), None),
    "a time beyond all": (json.dumps(iteration()).replace("1.5", "1e999"), None),
    "a time before": (iteration(real_time=-1), None),
    "a text for a time": (iteration(real_time="1"), None),
    "another unit": (iteration(time_unit="h"), None),
    "an error": (without(iteration(error_occurred=True, error_message="no"), "real_time"), None),
    "a skip": (iteration(skipped=True, skip_message="not here"), None),
    "counters of any name": (COUNTERS, None),
    "a counter without a number": (iteration(x=float("-inf")), None),
    "0 repetitions": (iteration(repetitions=0), None),
    "an escape": (iteration("\ud800"), None),
    "lists in it": (iteration(more=[{"deep": []}]), None),
}


class Readers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def path(self, name="results.json"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return path

    def write(self, text, name="results.json"):
        path = self.path(name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("latin-1"))
        return path

    def with_entry(self, odd, place, **context):
        """Returns a text of good rows with this entry among them."""
        content = results_fake.content({NAME: [1e-6, 1.1e-6], OTHER: [3e-6, 3.1e-6]}, **context)
        content["benchmarks"].insert(place, "odd")
        text = odd if isinstance(odd, str) else json.dumps(odd)
        return json.dumps(content).replace('"odd"', text)

    def readers(self, path):
        """Returns what each reader says of the file, as {its name: all of its output}. All of them must
        succeed."""
        store = self.path("store/x").parent
        (store / "results.json").write_bytes(path.read_bytes())
        joined, page = self.path("joined.json"), self.path("page.html")
        commands = {"compare": ("compare", path, path), "by backend": ("compare", path, "--by", "backend"),
                    "report": ("report", path, "--out", page), "merge": ("merge", path, "--out", joined),
                    "history": ("history", "lstm/N:1/T:2/D:3/U:4", path), "index": ("index", store),
                    "gate": ("gate", "--baseline", path, "--cell", "gru")}
        texts = {}
        for name, command in commands.items():
            done = run(*command)
            texts[name] = done.stdout + done.stderr
            if name == "report" and "gnuplot" in done.stderr:
                continue
            wanted = NOT_COMPARABLE if name == "gate" else FINE  # no row of the file is a GRU's
            self.assertEqual(done.returncode, wanted, f"{name}: {texts[name]}")
        texts["page"], texts["table"] = page.read_text(), (store / "README.md").read_text()
        return texts

    def check_rows(self, texts, path):
        """Checks that both good rows are there."""
        for name in "compare", "by backend", "page", "history":
            self.assertIn("avx2", texts[name], name)
        self.assertIn("naive", texts["table"])
        rows = json.loads(run("compare", path, self.path("joined.json"), "--format", "json").stdout)["rows"]
        ratios = {row["problem"]: row["ratio"] for row in rows if row["backend"] == "avx2"}
        self.assertEqual(ratios, {"lstm/N:1/T:2/D:3/U:4": 1})

    # ---- One odd entry ---------------------------------------------------------------------------

    def test_odd_entries(self):
        for name, (odd, note) in ODD.items():
            for place in (0, 1, 4) if name == "complexity" else (1,):
                if name == "a row again":
                    place = 4
                with self.subTest(name, place=place):
                    path = self.write(self.with_entry(odd, place))
                    texts = self.readers(path)
                    self.check_rows(texts, path)
                    for reader, text in texts.items():
                        if note and reader != "table":
                            self.assertRegex(re.sub(r"\s+", " ", text), note, reader)

    def test_rows_without_a_time(self):
        for name, (odd, reason) in {"a time of 0": (iteration(real_time=0), "real_time is 0, not above 0"),
                                    "no unit": (without(iteration(), "time_unit"), 'time_unit is "", not ns, us, ms or s'),
                                    "skipped": (iteration(skipped=True, skip_message="not here"), "not here")}.items():
            with self.subTest(name):
                path = self.write(self.with_entry(odd, 2))
                missing = json.loads(run("compare", path, path, "--format", "json").stdout)["missing"]
                self.assertEqual([(row["problem"], row["reason"]) for row in missing],
                                 [("BM_odd", f"without a time in BASE: {reason}")])

    def test_one_repetition_of_several(self):
        entries = [iteration(repetitions=3, repetition_index=i, real_time=time) for i, time in enumerate((2, 0, 4))]
        path = self.write(self.with_entry(", ".join(map(json.dumps, entries)), 0))
        result = json.loads(run("compare", path, path, "--format", "json").stdout)
        row = [row for row in result["rows"] if row["problem"] == "BM_odd"][0]
        self.assertEqual((row["samples"], round(row["seconds"], 15)), (2, 3e-9))
        self.assertIn("1 of its 3 repetitions are left out: real_time is 0", "\n".join(result["notes"]))

    def test_context(self):
        """Tries members of the library's own names, too many of them, and values that are no text."""
        text = self.with_entry(iteration(), 0, **{f"m{i}": i for i in range(1100)})
        odd = r'"deep": [[{"a": []}]], "cpu": "first", "\ud800": "lone", "\u0000": 7, "x\udc00": true, '
        path = self.write(text.replace('"context": {', '"context": {' + odd))
        texts = self.readers(path)
        self.check_rows(texts, path)
        self.assertRegex(re.sub(r"\s+", " ", texts["compare"]), "has cpu twice.* members: those after 1000")
        self.assertIn("first", texts["table"])

    def test_backends_without_end(self):
        rows = {results_fake.row_name("lstm/N:1/T:2/D:3/U:4", f"b{i}"): [1e-6] for i in range(140)}
        path = self.write(json.dumps(results_fake.content(rows)))
        done = run("compare", path, path, "--format", "json")
        self.assertEqual(len(json.loads(done.stdout)["rows"]), 140)
        self.assertIn("12 rows of further ones", done.stdout)

    # ---- The whole file --------------------------------------------------------------------------

    def test_marks_and_ends_of_lines(self):
        text = json.dumps(results_fake.content({NAME: [1e-6], OTHER: [2e-6]}), indent=1).encode()
        for name, content in {"mark": b"\xef\xbb\xbf" + text, "UTF-16": text.decode().encode("utf-16"),
                              "UTF-16, high byte first": b"\xfe\xff" + text.decode().encode("utf-16-be"),
                              "Windows": text.replace(b"\n", b"\r\n"),
                              "blanks": b"\n\n" + text + b" \n"}.items():
            with self.subTest(name):
                path = self.write(content)
                self.check_rows(self.readers(path), path)

    def test_google_benchmark(self):
        """Tries its real output; see tests/program/results/sample.cc."""
        for path in sorted(SAMPLES.glob("*.json")):
            with self.subTest(path.name):
                result = json.loads(run("compare", path, path, "--format", "json").stdout)
                rows = {row["problem"]: row for row in result["rows"]}
                for i in range(1, 6):  # each is in a unit of its own
                    self.assertEqual(rows[f"manual/{i}/iterations:10/manual_time"]["seconds"], float(f"{i}e-7"))
                self.assertEqual(len(rows), 12)
                self.assertNotEqual(rows["counters/iterations:10"]["seconds"], 7e-9)
                missing = {row["problem"].split("/")[0] for row in result["missing"]}
                self.assertEqual(missing - {"skips"}, {"fails", "manual"})
                self.assertRegex("\n".join(result["notes"]), r"(?s)entries of complexity.*is there twice")
                joined, page, folder = self.path("joined.json"), self.path("page.html"), self.path("store/x").parent
                (folder / "x.json").write_bytes(path.read_bytes())
                for command in (("merge", path, "--out", joined), ("history", "counters/iterations:10", path),
                                ("index", folder), ("report", path, "--out", page)):
                    done = run(*command)
                    if "gnuplot" not in done.stderr:
                        self.assertEqual(done.returncode, FINE, done.stderr)
                self.assertEqual(len(json.loads(joined.read_text())["benchmarks"]),
                                 path.read_text().count('"run_name": "'))
                again = json.loads(run("compare", path, joined, "--format", "json").stdout)
                self.assertEqual([row["ratio"] for row in again["rows"]], 12 * [1])

    def test_equal_times_in_all_units(self):
        units = {"ns": 1, "us": 1e-3, "ms": 1e-6, "s": 1e-9}
        times = [100, 100.1, 33.3, 7, 123456.789, 1 / 3, 2 / 3, 98.7, 1e7]
        files = []
        for unit, factor in units.items():
            entries = [iteration("BM", repetitions=9, repetition_index=i, real_time=time * factor, time_unit=unit)
                       for i, time in enumerate(times)]
            files.append(self.write(json.dumps({"context": {}, "benchmarks": entries}), f"{unit}.json"))
        for file in files:
            row = json.loads(run("compare", files[0], file, "--format", "json").stdout)["rows"][0]
            self.assertEqual((row["ratio"], row["p"]), (1, 1), file.name)

    def test_merging_keeps_everything(self):
        odd = ", ".join([COUNTERS, json.dumps(complexity("BigO")), '{"run_name": "x", "run_type": "new", "y": [1]}', "7"])
        path = self.write(self.with_entry(odd, 0))
        out = self.path("joined.json")
        self.assertEqual(run("merge", path, "--out", out).returncode, FINE)
        pairs = lambda text: json.loads(text, object_pairs_hook=lambda pairs: pairs)
        self.assertEqual(dict(pairs(out.read_text()))["benchmarks"], dict(pairs(path.read_text()))["benchmarks"])

    # ---- What would take all memory or time ------------------------------------------------------

    def resources(self, path):
        """Returns what it takes to compare the file with itself: bytes of memory at most, and seconds of CPU
        time."""
        with self.path("told").open("w+") as told:
            child = subprocess.Popen([PROGRAM, "compare", path, path], stdout=told, stderr=told)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            text = told.read(100000)
        self.assertNotIn("out of memory", text)
        self.assertIn(child.returncode, (FINE, USAGE, NOT_COMPARABLE), text)
        return used.ru_maxrss * 1024, used.ru_utime + used.ru_stime

    def measure(self, path):
        """Reading a file takes a small multiple of its size, or it is refused, and soon."""
        most = MOST_BYTES * path.stat().st_size
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (most + (1 << 30), most + (1 << 30)))
        if run("--version", preexec_fn=limit).returncode != FINE:
            self.skipTest("a sanitizer, which this program has, takes memory of its own")
        least, _ = self.resources(self.write(json.dumps(results_fake.content({NAME: [1e-6]})), "small.json"))
        memory, seconds = self.resources(path)
        self.assertLess(memory - least, most)
        self.assertLess(seconds, 60)

    def write_many(self, before, item, after, count):
        """Writes a file bit by bit, because a child starts with the memory of this process counted as its own."""
        path = self.path()
        with path.open("w") as file:
            file.write(before + item)
            for start in range(1, count, 10000):
                file.write(("," + item) * min(10000, count - start))
            file.write(after)
        return path

    def test_memory(self):
        size, most_entries = 100 << 20, 2 << 20
        for name, (before, item, after) in {
                "entries": ('{"context": {}, "benchmarks": [', "{}", "]}"),
                "of one row": ('{"context": {}, "benchmarks": [', '{"run_name":"a","run_type":"iteration"}', "]}"),
                "within an entry": ('{"context": {}, "benchmarks": [{"run_name": "x", "a": [', "{}", "]}]}"),
                "in the context": ('{"context": {"a": [', "{}", ']}, "benchmarks": []}'),
                "nothing of ours": ("[", "{}", "]"),
                "names": ('{"context": {}, "benchmarks": [{', '"a":1', "}]}")}.items():
            with self.subTest(name):
                count = size // (len(item) + 1)
                if name == "of one row":
                    count = min(count, most_entries)
                self.measure(self.write_many(before, item, after, count))

    def test_too_many_problems(self):
        for filters in (["--batch", "1:10000", "--units", "1:3"], ["--problem", "lstm/N:1:10000/T:1/U:1:3"],
                        ["--cell", "gru", "--batch", "1:10000", "--steps", "1:10000", "--units", "1:10000"]):
            start = cpu_seconds()
            done = run("sweep", *filters)
            self.assertEqual(done.returncode, USAGE)
            self.assertIn("more than 20000 problems", done.stderr)
            self.assertLess(cpu_seconds() - start, 5, filters)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
