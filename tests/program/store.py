#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The store of results from outside: sweep --save and --shard, merge, history, index.

Usage: store.py RNNBENCH [unittest's arguments]
"""
import csv
import io
import itertools
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import results_fake as fake  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
SOURCES = Path(__file__).resolve().parents[2]
FINE, WRONG, USAGE, NOT_COMPARABLE, INTERRUPTED = 0, 1, 2, 3, 130
BRIEF = ["--repetitions", "2", "--min-time", "0.0005", "--peak-time", "0.02"]
GRID = ["--cell", "lstm", "--batch", "2", "--steps", "3", "--backend", "naive,scalar", *BRIEF]
TINY = ["sweep", *GRID, "--units", "4"]
PROBLEM = "lstm/N:8/T:25/D:64/U:64"


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=120, env={**os.environ, "OMP_WAIT_POLICY": "passive"}, **options)


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                      if path.is_file())

    def assert_run(self, status, text, *arguments, **options):
        """Runs a command. `text` must be in the error, or in the output where there is no error."""
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(text, done.stderr if status else done.stdout)
        return done


class Save(InFolder):
    def save(self, *arguments, **options):
        return run(*TINY, "--save", "--results", self.folder / "results", *arguments, **options)

    def test_files_are_named_after_machine_date_and_commit(self):
        for number in "", "-2", "-3":
            done = self.save()
            self.assertEqual(done.returncode, FINE, done.stderr)
            names = [Path(name) for name in re.findall(r"^saved (.*)$", done.stdout, re.MULTILINE)]
            self.assertEqual([name.suffix for name in names], [".json", ".md"])
            content = json.loads(names[0].read_text())["context"]
            commit = re.sub(r"^([0-9a-f]{7})[0-9a-f]*", r"\1", content["commit"])
            self.assertEqual(names[0].stem, f"{content['date'][:10]}-{commit}{number}")
            self.assertRegex(names[0].parent.name, rf"^[a-z0-9-]+-{content['cores']}c$")
            self.assertEqual(content["rnnbench_schema"], "1")
            self.assertEqual(content["finished"], "true")
            self.assertIn("lstm/N:2/T:3/D:4/U:4", names[1].read_text())
        self.assertEqual(len(self.files()), 6)

    def test_what_is_named_keeps_its_name(self):
        done = self.save("--out", self.folder / "mine.json")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual([Path(name).suffix for name in self.files()], [".json", ".md"])
        self.assertEqual(self.files()[0], "mine.json")
        done = self.save("--out", self.folder / "a.json", "--table", self.folder / "a.md",
                         "--results", self.folder / "none")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertFalse((self.folder / "none").exists())

    def test_two_at_once_take_two_names(self):
        command = [PROGRAM, *TINY, "--save", "--results", str(self.folder)]
        both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for _ in range(2)]
        self.assertEqual([one.wait(60) for one in both], [FINE, FINE])
        files = [name for name in self.files() if name.endswith(".json")]
        self.assertEqual(len(files), 2, self.files())
        for name in files:
            json.loads((self.folder / name).read_text())

    def test_a_shard_has_its_number_in_the_name(self):
        done = self.save("--units", "4,8", "--shard", "2/2")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertRegex(self.files()[0], r"-2of2\.json$")

    def test_nothing_is_left_where_nothing_was_measured(self):
        done = self.save("--max-run-time", "1e-9")
        self.assertEqual(done.returncode, WRONG)
        self.assertEqual(self.files(), [])

    def test_an_earlier_file_is_kept_where_nothing_was_measured(self):
        out = self.folder / "out.json"
        out.write_text("earlier")
        run(*TINY, "--out", out, "--max-run-time", "1e-9")
        self.assertEqual(out.read_text(), "earlier")

    def test_interrupted(self):
        program = subprocess.Popen(
            [PROGRAM, "sweep", *GRID, "--units", "4:400:+4", "--min-time", "0.02", "--save",
             "--results", str(self.folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2):
            program.stderr.readline()
        program.send_signal(signal.SIGINT)
        output, _ = program.communicate(timeout=60)
        self.assertEqual(program.returncode, INTERRUPTED)
        context = json.loads((self.folder / self.files()[0]).read_text())["context"]
        self.assertEqual(context["interrupted"], "true")
        self.assertNotIn("finished", context)
        self.assertIn("saved ", output)

    def test_a_command_that_is_not_utf_8(self):
        out = os.fsencode(self.folder) + b"/\xff\x01.json"
        done = subprocess.run([PROGRAM, *TINY, "--out", out], capture_output=True, timeout=60,
                              env={**os.environ, "OMP_PLACES": "cores"})
        self.assertEqual(done.returncode, FINE, done.stderr)
        context = json.loads(Path(os.fsdecode(out)).read_bytes().decode())["context"]
        self.assertIn("/\ufffd\ufffd.json", context["command"])

    def test_folders_that_cannot_be(self):
        (self.folder / "file").write_text("")
        for results, why in ((self.folder / "file", "Not a directory"),
                             (self.folder / "none" / "results", "No such file"),
                             (self.folder / ("x" * 300), "File name too long"),
                             ("/proc", "/proc/")):
            with self.subTest(results=results):
                self.assert_run(USAGE, why, *TINY, "--save", "--results", results)

    def test_a_folder_without_permission(self):
        """Root may write anywhere, so the test asks somebody else to."""
        self.folder.chmod(0o555)
        somebody = {"user": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            self.assert_run(USAGE, "Permission denied", *TINY, "--save", "--results", self.folder,
                            **somebody)
        except PermissionError:
            self.skipTest("the program is where others may not run it")


class FullDisk(InFolder):
    """The limit on the size of a file stands for a full disk. Where root may, a full disk is made."""

    def limited(self, *arguments):
        return run(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                                     (4096, 4096)))

    def test_save(self):
        done = self.limited(*TINY, "--save", "--results", self.folder)
        self.assertEqual(done.returncode, WRONG)
        self.assertIn(".json: File too large; measures on, and tries again", done.stderr)
        self.assertRegex(done.stderr, r"\.json: File too large\n")
        self.assertEqual([name for name in self.files() if not name.endswith(".md")], [])

    def test_an_earlier_file_is_kept(self):
        out = self.folder / "out.json"
        out.write_text("earlier")
        self.assertEqual(self.limited(*TINY, "--out", out).returncode, WRONG)
        self.assertEqual(out.read_text(), "earlier")
        self.assertEqual(self.files(), ["out.json"])

    def mount(self, limit):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", limit, "none", self.folder],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("mount: not permitted")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)

    def test_no_room_for_a_name_beside_it(self):
        self.mount("nr_inodes=2")
        out = self.folder / "out.json"
        out.write_text("earlier")
        self.assert_run(WRONG, "out.json: No space left on device", *TINY, "--out", out)
        self.assertEqual(out.read_text(), "earlier")

    def test_a_device_that_is_full(self):
        self.assert_run(WRONG, "/dev/full: No space left on device", *TINY, "--out", "/dev/full")

    def test_a_file_system_that_is_full(self):
        self.mount("size=16k")
        done = run(*TINY, "--units", "4,8", "--save", "--results", self.folder)
        self.assertEqual(done.returncode, WRONG)
        self.assertIn(": No space left on device\n", done.stderr)
        for name in self.files():
            if name.endswith(".json"):
                json.loads((self.folder / name).read_text())
            self.assertFalse(name.endswith(".part"), name)


class Shards(InFolder):
    def problems(self, *arguments):
        done = subprocess.run([PROGRAM, "worker"], input=" ".join(["expand", *arguments]) + "\n",
                              capture_output=True, text=True, timeout=60, check=True)
        answer = json.loads(done.stdout)
        if "error" in answer:
            self.assertIn("nothing is left for it", answer["error"])
            return []
        return answer["problems"]

    def test_each_problem_is_in_one_shard(self):
        for preset in "quick", "tiny", "grid":
            whole = self.problems("--preset", preset)
            for shards in 1, 2, 3, 7, 50:
                with self.subTest(preset=preset, shards=shards):
                    parts = [self.problems("--preset", preset, "--shard", f"{index}/{shards}")
                             for index in range(1, shards + 1)]
                    self.assertEqual(sorted(sum(parts, [])), sorted(whole))
                    for part in parts:
                        self.assertEqual(part, [one for one in whole if one in set(part)], "order")

    def test_shards_of_equal_problems_are_equal(self):
        parts = [self.problems("--preset", "tiny", "--shard", f"{index}/4") for index in range(1, 5)]
        self.assertEqual([len(part) for part in parts], [5] * 4)

    def test_a_dear_problem_has_a_shard_of_its_own(self):
        dear = "lstm/N:64/T:100/D:512/U:512"
        few = ["--problem", dear, "--problem", "lstm/N:1,2,4,8/T:1/U:4"]
        self.assertEqual(self.problems(*few, "--shard", "1/2"), [dear])

    def test_refused(self):
        for shard, why in (("0/3", '"0" is not in 1..3'), ("4/3", '"4" is not in 1..3'),
                           ("2", "not I/N"), ("a/3", '"a"'), ("1/b", '"b"'), ("1/", '""'),
                           ("/3", '""'), ("-1/3", '"-1"'), ("1/3/5", '"3/5"'), ("1/0", '"0"'),
                           ("1/99999999999", '"99999999999"'),
                           ("2/2", "there are 1 problems, so nothing is left for it")):
            with self.subTest(shard=shard):
                self.assert_run(USAGE, why, *TINY, "--shard", shard)


class Merge(InFolder):
    def fake(self, name, problem, backend="avx2", samples=(1e-4, 1.1e-4), **options):
        rows = {fake.row_name(problem, backend): list(samples)}
        return fake.write(self.folder / name, rows, **options)

    def merge(self, *files, options=()):
        return run("merge", *files, "--out", self.folder / "whole.json", *options)

    def assert_refused(self, status, text, *files, options=()):
        done = self.merge(*files, options=options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)
        self.assertFalse((self.folder / "whole.json").exists())

    def pair(self, **context):
        """Makes two files that would join, were it not for the context of the second."""
        return (self.fake("a.json", PROBLEM), self.fake("b.json", PROBLEM + "/dense:2", **context))

    def test_shards_of_a_sweep(self):
        parts = []
        for index in 1, 2, 3:
            parts.append(self.folder / f"{index}.json")
            done = run("sweep", *GRID, "--units", "4:24:+4", "--shard", f"{index}/3", "--out",
                       parts[-1])
            self.assertEqual(done.returncode, FINE, done.stderr)
        done = self.merge(*parts)
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn("3 files, 12 rows: ", done.stdout)
        whole = json.loads((self.folder / "whole.json").read_text())
        families = {}
        for row in whole["benchmarks"]:
            families.setdefault(row["family_index"], set()).add(row["run_name"])
        self.assertEqual([len(names) for names in families.values()], [1] * 12)
        expected = [{**row, "family_index": None} for part in parts
                    for row in json.loads(part.read_text())["benchmarks"]]
        self.assertEqual([{**row, "family_index": None} for row in whole["benchmarks"]], expected,
                         "every digit is kept")
        self.assertEqual(whole["context"]["merged"], "3 files")
        self.assertEqual(whole["context"]["finished"], "true")
        self.assertNotIn("shard", whole["context"])

    def test_what_may_differ(self):
        files = self.pair(date="2026-01-02T01:00:00+00:00", host_name="other", load_avg=[3],
                          memory="8.1 GiB", mhz_per_cpu=2400, command="rnnbench sweep --save",
                          peaks_threads_1="baseline 2.0 GFLOP/s")
        self.assertEqual(self.merge(*files).returncode, FINE)
        context = json.loads((self.folder / "whole.json").read_text())["context"]
        self.assertEqual(context["host_name"], "host / other")
        self.assertEqual(context["date"], "2026-01-02T01:00:00+00:00", "the last one")
        self.assertIs(context["cpu_scaling_enabled"], False)

    def test_what_may_not_differ(self):
        for name, value in (("cpu", "Other CPU"), ("isa", "avx512"), ("usable", "1 of 2 cores"),
                            ("cores", "4"), ("compiler", "clang 14"), ("flags", "-O2"),
                            ("onednn", "3.2"), ("rnnbench", "0.2.0"), ("commit", "fedcba987654"),
                            ("seed", "2"), ("governor", "powersave"), ("OMP_WAIT_POLICY", "active"),
                            ("caches_per_instance", "L1 32 KiB"), ("torch", "2.1")):
            with self.subTest(name=name):
                files = self.pair(**{name: value})
                self.assert_refused(NOT_COMPARABLE, f'{name}: "', *files)
                self.assertIn(f'"{value}" in {files[1]}', self.merge(*files).stderr)
        files = self.pair(without=["isa"])
        self.assert_refused(NOT_COMPARABLE, f'isa: "avx2" in {files[0]}, "" in {files[1]}', *files)

    def test_force_joins_and_says_so(self):
        files = self.pair(compiler="gcc 12", isa="avx512", OMP_WAIT_POLICY="active")
        done = self.merge(*files, options=["--force"])
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn('isa: "avx2"', done.stderr)
        context = json.loads((self.folder / "whole.json").read_text())["context"]
        self.assertEqual(context["isa"], "avx2 / avx512")
        self.assertEqual(context["compiler"], "gcc 12.2.0 / gcc 12")
        self.assertEqual(context["OMP_WAIT_POLICY"], "active")

    def test_rows_that_are_there_twice(self):
        files = (self.fake("a.json", PROBLEM), self.fake("b.json", PROBLEM))
        for options in [], ["--force"]:
            self.assert_refused(NOT_COMPARABLE, f"is in {files[0]} and in {files[1]}", *files,
                                options=options)

    def test_schema_versions(self):
        files = self.pair(without=["rnnbench_schema"])
        for options in [], ["--force"]:
            self.assert_refused(NOT_COMPARABLE, "is of schema version 1, ", *files, options=options)
        self.assert_refused(USAGE, "rnnbench_schema", *self.pair(rnnbench_schema="99"))
        self.assert_refused(USAGE, "rnnbench_schema", *self.pair(rnnbench_schema="new"))

    def test_files_of_version_0(self):
        old = {"without": ["rnnbench_schema", "finished"]}
        files = (self.fake("a.json", PROBLEM, **old), self.fake("b.json", PROBLEM + "/dense:2", **old))
        self.assertEqual(self.merge(*files).returncode, FINE)

    def test_sweeps_that_did_not_finish(self):
        for options in {"without": ["finished"]}, {"interrupted": "true"}:
            self.assert_refused(NOT_COMPARABLE, "b.json is of a sweep that did not finish",
                                *self.pair(**options))
        self.merge(*self.pair(without=["finished"]), options=["--force"])
        context = json.loads((self.folder / "whole.json").read_text())["context"]
        self.assertNotIn("finished", context)

    def test_shards_that_are_missing(self):
        files = (self.fake("a.json", PROBLEM, shard="1/3"),
                 self.fake("b.json", PROBLEM + "/dense:2", shard="3/3"))
        self.assert_refused(NOT_COMPARABLE, "shard 2/3 is missing", *files)
        files = (files[0], self.fake("b.json", PROBLEM + "/dense:2", shard="2/2"))
        self.assert_refused(NOT_COMPARABLE, "is shard 2/2, ", *files)
        self.assertRegex(self.merge(*files).stderr, r"(?s)shard 2/3 is missing.*shard 3/3 is missing")

    def old_form(self, path):
        """Returns the file with what follows from its repetitions, as sweeps wrote it until 0.1, and with a row
        of aggregates alone."""
        content, rows = json.loads(path.read_text()), []
        for name, of in itertools.groupby(content["benchmarks"], lambda row: row["run_name"]):
            of = list(of)
            aggregates = [{**of[0], "name": f"{name}_{kind}", "run_type": "aggregate", "aggregate_name": kind,
                           "aggregate_unit": "time", "real_time": wrong} for kind, wrong in (("mean", 1), ("median", 2))]
            rows += [*of, *aggregates]
            alone = name.replace("/U:", "/U:1")
            rows += [{**row, "run_name": alone, "name": alone + "_" + row["aggregate_name"]} for row in aggregates]
        old = path.with_name("old-" + path.name)
        old.write_text(json.dumps({**content, "benchmarks": rows}, indent=2))
        return old

    def test_one_file_is_written_anew(self):
        """The new file lacks what follows from the repetitions, and whoever reads it notices no difference."""
        old = self.old_form(self.fake("a.json", PROBLEM, without=["finished"], shard="2/3", load_avg=[0.1, 7]))
        new = self.folder / "new.json"
        self.assert_run(FINE, "1 file, 2 rows: ", "merge", old, "--out", new)
        before, after = (json.loads(path.read_text()) for path in (old, new))
        self.assertEqual(after["context"], before["context"], "nothing was joined")
        kept = [row for row in before["benchmarks"] if row["run_type"] == "iteration" or "/U:1" in row["run_name"]]
        self.assertEqual(after["benchmarks"], kept)
        self.assertLess(len(kept), len(before["benchmarks"]))
        other = self.fake("other.json", PROBLEM, samples=(2e-4, 2.1e-4))
        for command in (("compare", "FILE", other), ("compare", "FILE", other, "--format", "json"),
                        ("history", PROBLEM, self.folder / "alone"), ("report", "FILE", "--out", self.folder / "page.html")):
            said = []
            for path in old, new:
                (self.folder / "alone").mkdir(exist_ok=True)
                same_name = self.folder / "alone" / "same.json"
                same_name.write_bytes(path.read_bytes())
                done = run(*(same_name if word == "FILE" else word for word in command))
                page = self.folder / "page.html"
                said.append((done.returncode, done.stdout, done.stderr, page.exists() and page.read_text()))
            self.assertEqual(said[0], said[1], command)
            self.assertEqual(said[0][0], FINE, said[0])
        self.assert_run(FINE, "1 file, 2 rows: ", "merge", old, "--out", old)
        self.assertEqual(old.read_text(), new.read_text(), "in place")

    def test_numbers_that_are_not_finite(self):
        files = self.pair()
        text = files[1].read_text().replace('"GFLOP/s": 1.5', '"GFLOP/s": NaN')
        files[1].write_text(text)
        self.assertEqual(self.merge(*files).returncode, FINE)
        rows = json.loads((self.folder / "whole.json").read_text())["benchmarks"]
        self.assertEqual([row["GFLOP/s"] for row in rows], [1.5, 1.5, None, None])
        self.assert_run(FINE, "2 rows", "merge", self.folder / "whole.json", "--out", "/dev/null")

    def test_bad_files(self):
        good, text = self.fake("a.json", PROBLEM), self.fake("c.json", PROBLEM).read_text()
        bad = {"truncated": text[:len(text) // 2], "no JSON": "benchmarks\n1 2 3\n", "empty": "",
               "foreign": "[1, 2]", "no rows": text[:text.index('"benchmarks"')] + '"benchmarks": []}',
               "no context": '{"benchmarks": []}'}
        for name, content in bad.items():
            with self.subTest(name):
                (self.folder / "bad.json").write_text(content)
                self.assert_refused(USAGE, f"{self.folder}/bad.json: ", good,
                                    self.folder / "bad.json")
        self.assert_refused(USAGE, f"{self.folder}: ", good, self.folder)
        self.assert_refused(USAGE, "No such file", good, self.folder / "none.json")
        with open(self.folder / "large.json", "wb") as large:
            large.truncate(200 << 20)
        self.assert_refused(USAGE, "large.json: larger than", good, self.folder / "large.json")

    def test_where_it_cannot_write(self):
        good = self.fake("a.json", PROBLEM)
        self.assert_run(USAGE, "files to join are missing", "merge", "--out", self.folder / "x.json")
        self.assert_run(USAGE, "--out FILE is missing", "merge", good)
        other = self.fake("b.json", PROBLEM + "/dense:2")
        self.assert_run(USAGE, "is one of the files to join", "merge", good, other, "--out", good)
        self.assert_run(WRONG, "No such file", "merge", good, "--out", "/nonexistent/x.json")
        self.assert_run(WRONG, "No space left on device", "merge", good, "--out", "/dev/full")


class History(InFolder):
    def days(self, count, seconds, prefix="", slow_days=(), **context):
        """Makes a file a day. `seconds` gives a row's time by backend and day."""
        noise = random.Random(1)
        for day in range(1, count + 1):
            slow = 1 + (day in slow_days)
            rows = {fake.row_name(PROBLEM, backend): [
                        slow * of_day(day) * noise.uniform(0.99, 1.01) for _ in range(9)]
                    for backend, of_day in seconds.items()}
            # The order of these names is not that of time.
            fake.write(self.folder / f"{prefix}{count - day:02}.json", rows,
                       date=f"2026-01-{day:02}T12:00:00+00:00", commit=f"c{day:02}", **context)

    def history(self, *arguments, problem=PROBLEM):
        return run("history", problem, self.folder, *arguments)

    def table(self, *arguments):
        done = self.history("--format", "csv", *arguments)
        self.assertEqual(done.returncode, FINE, done.stderr)
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def steps(self, *arguments):
        return [(row["backend"], row["commit"]) for row in self.table(*arguments) if row["step"]]

    def test_a_step_is_found_with_date_and_commit(self):
        self.days(16, {"avx2": lambda day: 1e-4 if day < 9 else 1.3e-4, "naive": lambda day: 1e-3})
        self.assertEqual(self.steps(), [("avx2", "c09")])
        text = self.history().stdout
        self.assertRegex(text, r"step: avx2, 1 thread: \+(29|30|31)\.\d% since 2026-01-09 12:00, commit c09")
        rows = self.table()
        self.assertEqual([row["commit"] for row in rows if row["backend"] == "avx2"],
                         [f"c{day:02}" for day in range(1, 17)], "by date")
        change = next(row for row in rows if row["commit"] == "c09" and row["backend"] == "avx2")
        self.assertAlmostEqual(float(change["change"]), 1.3, delta=0.02)
        self.assertLess(float(change["change_low"]), 1.3)
        self.assertGreater(float(change["change_high"]), 1.3)

    def test_no_step(self):
        self.days(12, {"avx2": lambda day: 1e-4})
        self.assertEqual(self.steps(), [])
        self.assertIn("no step\n", self.history().stdout)

    def test_too_few_files_for_steps(self):
        self.days(11, {"avx2": lambda day: 1e-4 * day})
        self.assertEqual(self.steps(), [])
        self.assertIn("steps are looked for in 12 files or more", self.history().stdout)

    def test_where_a_step_shows(self):
        """A step shows in the middle of the least number of files, and near the end of more of them."""
        for count, last in (12, 6), (16, 5), (30, 5):
            with self.subTest(count=count):
                self.days(count, {"avx2": lambda day: 1.3e-4 if day > count - last else 1e-4})
                self.assertEqual(self.steps(), [("avx2", f"c{count - last + 1:02}")])
        self.assertRegex(self.history().stdout, r"a new level\s+shows once it has about 5 files")

    def test_an_anchor_takes_out_days_on_which_all_was_slow(self):
        self.days(16, {"avx2": lambda day: 1e-4 if day < 9 else 0.8e-4, "naive": lambda day: 1e-3},
                  slow_days=(1, 3, 5, 8, 9, 11, 14, 15))
        self.assertEqual(self.steps(), [])
        self.assertEqual(self.steps("--anchor", "naive"), [("avx2", "c09")])
        row = self.table("--anchor", "naive", "--backend", "avx2")[0]
        self.assertAlmostEqual(float(row["of_anchor"]), 0.1, delta=0.002)

    def write_days(self, *days):
        """Writes a file a day from {name of a row: seconds of all its repetitions}. Every repetition takes as
        long."""
        for day, rows in enumerate(days, 1):
            fake.write(self.folder / f"{day:02}.json", {name: 3 * [seconds] for name, seconds in rows.items()},
                       date=f"2026-01-{day:02}T12:00:00+00:00", commit=f"c{day:02}")

    def test_changes(self):
        """Each day is compared with the day before. Without noise the intervals are points."""
        avx2, naive = fake.row_name(PROBLEM, "avx2"), fake.row_name(PROBLEM, "naive")
        self.write_days(*({avx2: seconds, naive: anchor}
                          for seconds, anchor in ((1e-4, 1e-3), (1.1e-4, 2e-3), (0.99e-4, 2e-3))))
        for options, changes in ([], [1.1, 0.9]), (["--anchor", "naive"], [0.55, 0.9]):
            first, *rows = self.table("--backend", "avx2", *options)
            self.assertEqual((first["change"], first["change_low"], first["change_high"]), ("", "", ""))
            for row, change in zip(rows, changes, strict=True):
                for column in "change", "change_low", "change_high":
                    self.assertAlmostEqual(float(row[column]), change, places=9)
        self.assertEqual([round(float(row["of_anchor"]), 6) for row in rows], [0.055, 0.0495])
        self.assertRegex(self.history("--backend", "avx2").stdout, r"(?m) 110 us +0\.0% +\+10\.0% ")

    def test_variation(self):
        fake.write(self.folder / "a.json", {fake.row_name(PROBLEM, "avx2"): [0.9e-4, 1e-4, 1.1e-4]})
        self.assertAlmostEqual(float(self.table()[0]["cv"]), 0.1, places=9)
        self.assertRegex(self.history().stdout, r"(?m) 100 us +10\.0%")

    def test_a_step_is_of_levels(self):
        """A step goes from median to median, whatever the first file of the new level says."""
        name = fake.row_name(PROBLEM, "avx2")
        self.write_days(*({name: seconds * (1 + 1e-3 * (day % 3))}
                          for day, seconds in enumerate([1e-4] * 8 + [2e-4] + [1.5e-4] * 7)))
        (step,) = [row for row in self.table() if row["step"]]
        self.assertEqual(step["commit"], "c09")
        self.assertAlmostEqual(float(step["step"]), 1.5, delta=0.003)
        self.assertAlmostEqual(float(step["change"]), 2, delta=0.01)

    def test_series_are_in_order(self):
        """Series are in the order of the list of backends, then of threads as numbers, then of dates."""
        rows = {fake.row_name(PROBLEM, backend, threads): 1e-4
                for threads in (16, 2, 1) for backend in ("openmp", "torch", "naive")}
        self.write_days(rows, rows)
        self.assertEqual([(row["backend"], row["threads"], row["commit"]) for row in self.table()],
                         [(backend, threads, commit) for backend in ("naive", "openmp", "torch")
                          for threads in ("1", "2", "16") for commit in ("c01", "c02")])

    def test_files_of_several_machines(self):
        self.days(3, {"avx2": lambda day: 1e-4, "naive": lambda day: 1e-3}, prefix="here/")
        self.days(2, {"avx2": lambda day: 2e-4, "naive": lambda day: 2e-3}, prefix="there/",
                  cpu="Other CPU")
        done = self.history()
        self.assertEqual(done.returncode, NOT_COMPARABLE, done.stdout)
        self.assertIn("several machines", done.stderr)
        rows = self.table("--anchor", "naive")
        self.assertEqual({row["machine"] for row in rows}, {"Test CPU, 2 cores", "Other CPU, 2 cores"})
        for row in rows:
            self.assertAlmostEqual(float(row["of_anchor"]), 1 if row["backend"] == "naive" else 0.1,
                                   delta=0.01)

    def test_files_without_the_anchor(self):
        self.days(2, {"avx2": lambda day: 1e-4})
        self.days(2, {"avx2": lambda day: 1e-4, "naive": lambda day: 1e-3}, prefix="more/")
        self.assertIn("left out: 2 files without a row of naive",
                      self.history("--anchor", "naive").stdout)
        self.assertEqual(len(self.table("--anchor", "naive")), 4)
        self.assert_run(NOT_COMPARABLE, "no file has a row of the anchor", "history", PROBLEM,
                        self.folder, "--anchor", "onednn")

    def test_dates_have_zones(self):
        rows = {fake.row_name(PROBLEM, "avx2"): [1e-4, 1e-4]}
        for name, date in (("a", "2026-01-01T23:30:00-01:00"), ("b", "2026-01-02T01:00:00+02:00")):
            fake.write(self.folder / f"{name}.json", rows, date=date, commit=name)
        self.assertEqual([(row["commit"], row["date"]) for row in self.table()],
                         [("b", "2026-01-01 23:00"), ("a", "2026-01-02 00:30")])

    def test_what_changed_beside_the_commit(self):
        rows = {fake.row_name(PROBLEM, "avx2"): [1e-4, 1e-4]}
        for day, compiler in enumerate(("gcc 12", "gcc 12", "gcc 13"), 1):
            fake.write(self.folder / f"{day}.json", rows, compiler=compiler,
                       date=f"2026-01-0{day}T00:00:00+00:00")
        self.assertEqual([row["changed"] for row in self.table()], ["", "", "compiler"])
        fake.write(self.folder / "4.json", rows, compiler="gcc 13", OMP_PROC_BIND="true",
                   caches_per_instance="L1 32 KiB", onednn3="3.4", seed="2", commit="f",
                   usable="1 of 2 cores", date="2026-01-04T00:00:00+00:00")
        fake.write(self.folder / "5.json", rows, compiler="gcc 13", OMP_NUM_THREADS="2",
                   caches_per_instance="L1 48 KiB", onednn3="3.5", commit="e",
                   usable="1 of 2 cores", date="2026-01-05T00:00:00+00:00")
        self.assertEqual([row["changed"] for row in self.table()[3:]],
                         ["usable, OMP_PROC_BIND",
                          "OMP_PROC_BIND, caches_per_instance, onednn3, OMP_NUM_THREADS"])

    def test_problems_may_be_shortened(self):
        self.days(1, {"avx2": lambda day: 1e-4})
        self.assertEqual(self.history(problem="lstm/N:8/T:25/U:64").returncode, FINE)

    def test_names_that_are_no_problems(self):
        fake.write(self.folder / "x.json", {"BM_copy/8": [1e-4, 1e-4]})
        self.assertEqual(self.history(problem="BM_copy/8").returncode, FINE)

    def test_formats(self):
        self.days(2, {"avx2": lambda day: 1e-4})
        rows = json.loads(self.history("--format", "json").stdout)["history"]
        self.assertEqual([row["commit"] for row in rows], ["c01", "c02"])
        self.assertIn("|---", self.history("--format", "markdown").stdout)

    def test_bad_files_are_told_and_the_rest_is_shown(self):
        self.days(2, {"avx2": lambda day: 1e-4})
        (self.folder / "bad.json").write_text("{")
        fake.write(self.folder / "dateless.json", {fake.row_name(PROBLEM, "avx2"): [1e-4]}, date="today")
        done = self.history()
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("bad.json: ", done.stderr)
        self.assertIn('dateless.json: its date is "today"', done.stderr)
        self.assertIn("c02", done.stdout)

    def test_filters(self):
        self.days(2, {"avx2": lambda day: 1e-4, "naive": lambda day: 1e-3})
        rows = self.table("--backend", "avx2", "--anchor", "naive")
        self.assertEqual([row["backend"] for row in rows], ["avx2"] * 2)
        self.assert_run(NOT_COMPARABLE, "no row passes", "history", PROBLEM, self.folder,
                        "--threads", "2")

    def test_out(self):
        self.days(2, {"avx2": lambda day: 1e-4})
        self.assertEqual(self.history("--out", self.folder / "x.csv").returncode, FINE)
        self.assertEqual((self.folder / "x.csv").read_text().count("\n"), 3)
        self.assert_run(WRONG, "No space left", "history", PROBLEM, self.folder, "--out", "/dev/full")

    def test_refused(self):
        self.days(2, {"avx2": lambda day: 1e-4})
        (self.folder / "empty").mkdir()
        for arguments, text in (
                (["lstm/N:9/T:25/D:64/U:64", self.folder], "no row of lstm/N:9/T:25/D:64/U:64 in 2 files"),
                ([PROBLEM, "/nonexistent"], "/nonexistent: No such file"),
                ([PROBLEM, self.folder / "empty"], "there is no .json file in"),
                ([PROBLEM, "--results", self.folder], "No such file"),
                ([PROBLEM, self.folder, "--format", "junit"], "--format junit"),
                ([PROBLEM, self.folder, "--format", "xml"], "--format xml"),
                ([], "a problem is missing")):
            with self.subTest(arguments=arguments):
                self.assert_run(USAGE, text, "history", *arguments)

    def test_the_folder_of_this_machine(self):
        self.assertEqual(run(*TINY, "--save", "--results", self.folder).returncode, FINE)
        done = run("history", "lstm/N:2/T:3/U:4", "--results", self.folder)
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn("scalar, 1 thread", done.stdout)


class Index(InFolder):
    def setUp(self):
        super().setUp()
        self.readme = self.folder / "README.md"
        rows = {fake.row_name(PROBLEM, backend): [1e-4] for backend in ("onednn", "avx2")}
        fake.write(self.folder / "here" / "2026-01-01-abc.json", rows)
        fake.write(self.folder / "there" / "x.json", rows, without=["finished"], cpu="Other CPU")

    def index(self, *arguments):
        return run("index", self.folder, *arguments)

    def test_the_committed_table_is_that_of_the_files(self):
        """It is that of the files that are committed, as a sweep of one's own may lie beside them."""
        listed = subprocess.run(["git", "-C", SOURCES, "ls-files", "results"], text=True,
                                capture_output=True)
        if listed.returncode != 0 or not listed.stdout:
            self.skipTest("the sources are in no git repository")
        store = self.folder / "committed"
        for name in listed.stdout.split():
            copy = store / Path(name).relative_to("results")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCES / name, copy)
        done = run("index", store, "--check")
        self.assertEqual(done.returncode, FINE, done.stderr)

    def test_table(self):
        self.assertEqual(self.index().returncode, FINE)
        table = self.readme.read_text()
        self.assertIn("| Test CPU, 2 cores | [2026-01-01-abc](here/2026-01-01-abc.json) | "
                      "2026-01-01 12:00 | 0123456789ab | 1 | 2 | gcc 12.2.0 | "
                      "avx2, onednn 2.6.3 (OMP) |\n", table)
        self.assertIn("| Other CPU, 2 cores | [x](there/x.json) | 2026-01-01 12:00 | "
                      "0123456789ab | unfinished: 1 | 2 |", table)

    def test_text_of_others_stays_text(self):
        shutil.rmtree(self.folder / "there")
        rows = {fake.row_name(PROBLEM, "a|b<c>"): [1e-4]}
        name = "x](y) <i>|`&\n\u00e9"
        fake.write(self.folder / "here" / f"{name}.json", rows, cpu="A|B\n| C <b>`&amp;*_[l](m)~~",
                   commit="\x1b\x85`x`", compiler="<!-- /index -->\n", date="|\r\n|",
                   **{"a|b<c>": "1|2"})
        (self.folder / "here" / "2026-01-01-abc.json").unlink()
        self.assertEqual(self.index().returncode, FINE)
        line = self.readme.read_text().splitlines()[5]
        self.assertEqual(line, "| A\\|B \\| C &lt;b>\\`&amp;amp;\\*\\_\\[l\\](m)\\~\\~, 2 cores | "
                         "[x\\](y) &lt;i>\\|\\`&amp; \u00e9]"
                         "(here/x%5D%28y%29%20%3Ci%3E%7C%60%26%0A%C3%A9.json) | \\|  \\| | "
                         "\ufffd\ufffd\\`x\\` | 1 | 1 | &lt;!-- /index -->  | "
                         "a\\|b&lt;c> 1\\|2 |")
        self.assertEqual(len(self.readme.read_text().splitlines()), 7)
        self.assertEqual(self.index("--check").returncode, FINE)

    def test_what_stands_around_the_table_is_kept(self):
        text = "# Mine\n\n<!-- index -->\nold\n<!-- /index -->\n\nand this\n"
        self.readme.write_text(text)
        self.assertEqual(self.index("--check").returncode, WRONG)
        self.assertEqual(self.readme.read_text(), text)
        self.assertEqual(self.index().returncode, FINE)
        new = self.readme.read_text()
        self.assertTrue(new.startswith("# Mine\n\n<!-- index -->\n| machine"), new)
        self.assertTrue(new.endswith("|\n<!-- /index -->\n\nand this\n"), new)
        self.assertNotIn("old", new)
        self.assertEqual(self.index("--check").returncode, FINE)
        self.assertEqual(self.index().returncode, FINE)
        self.assertEqual(self.readme.read_text(), new)

    def test_refused(self):
        for text in "# Mine\n", "<!-- index -->\n", "<!-- /index -->\n<!-- index -->\n":
            self.readme.write_text(text)
            self.assert_run(USAGE, "has no line <!-- index -->", "index", self.folder)
            self.assertEqual(self.readme.read_text(), text)
        self.readme.unlink()
        (self.folder / "here" / "bad.json").write_text("{")
        self.assert_run(USAGE, "bad.json: ", "index", self.folder)
        self.assertFalse(self.readme.exists())
        self.assert_run(USAGE, "No such file", "index", "/nonexistent")


if __name__ == "__main__":
    if not PROGRAM or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
