#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tries `rnnbench worker`, `rnnbench record` and the driver in bench/peers, with backends of our own and
made-up peers.

Usage: peers.py RNNBENCH [unittest's arguments]
"""
import array
import json
import math
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
HERE = Path(__file__).resolve().parent
PEERS = HERE.parents[1] / "bench" / "peers"
sys.dont_write_bytecode = True
sys.path.insert(0, str(PEERS))
import processes  # noqa: E402
import results  # noqa: E402

PROBLEM = "simple_rnn/N:3/T:4/D:5/U:6"
SECOND = PROBLEM + "/layout:time_major"
ENVIRONMENT = {**os.environ, "OMP_WAIT_POLICY": "passive", "PYTHONDONTWRITEBYTECODE": "1"}


def talk(*commands):
    """Returns the answers to some commands, and the exit status."""
    done = subprocess.run([PROGRAM, "worker"], input="".join(line + "\n" for line in commands),
                          capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def drive(*arguments, peers="", environment=ENVIRONMENT):
    return subprocess.run(
        [PEERS / "run", "--rnnbench", PROGRAM, "--peers", peers, "--min-time", "0.0005",
         "--repetitions", "3", "--most-repetitions", "3", "--peak-time", "0.02",
         *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env=environment)


# ---- Commands that are answered with an error: the lines before, the line, what it must name ------

PREPARED = f"prepare naive 1 {PROBLEM}"
BAD_COMMANDS = [
    ([], "", "an empty line"),
    ([], "   ", "an empty line"),
    ([], "dance", '"dance": unknown command'),
    ([], "x" * 100000, "unknown command"),
    ([], "run " * 5000, "too many words"),
    ([], "run", "usage: run COUNT"),
    ([], "run 1", "no plan yet"),
    ([], "run 1 2", "usage"),
    ([PREPARED], "run 0", 'runs "0"'),
    ([PREPARED], "run -1", 'runs "-1"'),
    ([PREPARED], "run 1e3", 'runs "1e3"'),
    ([PREPARED], "run 99999999999", 'runs "99999999999"'),
    ([PREPARED], "output y", "nothing was run yet"),
    ([PREPARED, "run 1"], "output /nonexistent/y", "/nonexistent/y: No such file"),
    ([PREPARED, "run 1"], "compare y", "nothing is expected yet"),
    ([PREPARED, "prepare naive 1 lstm/N:0"], "run 1", "no plan yet"),
    ([PREPARED, "prepare naive 0 " + PROBLEM], "run 1", "no plan yet"),
    ([PREPARED, "prepare fastest 1 " + PROBLEM], "run 1", "no plan yet"),
    ([], f"prepare fastest 1 {PROBLEM}", "fastest"),
    ([], f"prepare naive 0 {PROBLEM}", 'threads "0"'),
    ([], f"prepare naive 2 {PROBLEM}", "threads"),
    ([], "prepare naive 1 lstm/N:1", "T: missing"),
    ([], "prepare naive 1 lstm/N:1/T:1/D:1/U:268435455", "units: 268435455"),
    ([], f"prepare naive 1 {PROBLEM}/values:special", "values"),
    ([], f"write /nonexistent {PROBLEM}", "/nonexistent: No such file"),
    ([], "write /tmp gru/N:1/T:1500/D:2816/U:2816", "too long for one row"),
    ([], "compare /dev/null", "nothing is expected yet"),
    ([], "peaks 0 1", 'threads "0"'),
    ([], "peaks 1 0", 'milliseconds "0"'),
    ([], "peaks 1", "usage: peaks"),
    ([], "roof 1 avx2", "no problem yet"),
    ([], "seed x", "seed"),
    ([], "seed -1", "seed"),
    ([], "expand --frob 3", "--frob: unknown option"),
    ([], "expand --batch 0", '--batch 0: "0"'),
    ([], "expand --problem nonsense", "nonsense"),
    ([], "expand --preset", "a value is missing"),
]


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.y = Path(self.folder.name) / "y"

    def test_counts_the_steps_that_it_writes(self):
        """A step has 6 x 11 multiply-adds, 4 x 36 bytes of recurrent weights and 4 x 36 of the others."""
        for mask in "none", "lengths", "front", "holes", "both":
            with self.subTest(mask=mask), tempfile.TemporaryDirectory() as folder:
                (facts,), _ = talk(f"write {folder} {PROBLEM}/mask:{mask}")
                lengths, flags = Path(folder, "lengths"), Path(folder, "mask")
                ends = array.array("i", lengths.read_bytes()) if lengths.exists() else [4] * 3
                counts = flags.read_bytes() if flags.exists() else bytes([1] * 12)
                steps = [sum(counts[4 * n:4 * n + ends[n]]) for n in range(3)]
                self.assertEqual(sum(steps) == 12, mask == "none")
                self.assertEqual((facts["counted_steps"], facts["longest_row"]), (sum(steps), max(steps)))
                self.assertEqual(facts["flops"], 2 * 66 * sum(steps))
                self.assertEqual(facts["weight_bytes"], 144 * max(steps) + 144)

    def test_bad_commands(self):
        for before, line, named in BAD_COMMANDS:
            with self.subTest(line=line[:60]):
                answers, status = talk(*before, line, "seed 1")
                if not (len(answers) > 1 and "error" in answers[-2]):
                    self.fail(f"not refused: {answers}")
                self.assertEqual(len(answers), len(before) + 2)
                self.assertIn(named, json.dumps(answers[-2]).replace('\\"', '"'))
                self.assertEqual(answers[-1], {}, "goes on after it")
                self.assertEqual(status, 0)

    def test_bytes_that_are_no_text(self):
        done = subprocess.run([PROGRAM, "worker"], input=b"\xff\xfe\x00\x01\n\0\nseed 1\n",
                              capture_output=True, timeout=60, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 0)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines[2], b"{}")

    def test_output_agrees_with_the_oracle(self):
        for problem in (PROBLEM, "lstm/N:3/T:4/D:5/U:6/direction:bidirectional/merge:none",
                        "gru/N:4/T:3/D:2/U:5/layout:time_major/state:1/mask:holes",
                        "lstm/N:2/T:5/D:3/U:4+3/strides:padded/output:last/dense:2"):
            with self.subTest(problem=problem):
                answers, _ = talk(f"prepare naive 1 {problem}", "run 3", f"output {self.y}",
                                  f"write {self.folder.name} {problem}", f"compare {self.y}")
                self.assertGreater(answers[1]["seconds"], 0)
                self.assertLess(answers[-1]["relative_error"], 1e-5, answers)
                self.assertGreater(answers[-1]["relative_error"], 0)

    def test_every_checked_element_counts(self):
        """Whichever element is spoilt, the comparison sees it, and so it does a NaN."""
        commands = [f"prepare naive 1 {PROBLEM}", "run 1", f"output {self.y}"]
        talk(*commands)
        right = array.array("f", self.y.read_bytes())
        self.assertEqual(len(right), 3 * 4 * 6)
        files = []
        for index in range(len(right)):
            wrong = array.array("f", right)
            wrong[index] = math.nan if index % 5 == 0 else wrong[index] + 0.01
            files.append(Path(self.folder.name) / str(index))
            files[-1].write_bytes(wrong.tobytes())
        answers, _ = talk(f"write {self.folder.name} {PROBLEM}",
                          *[f"compare {file}" for file in files])
        for index, answer in enumerate(answers[1:]):
            self.assertGreater(answer["relative_error"], 1e-3, index)

    def test_file_of_another_size(self):
        for size in (0, 4, 3 * 4 * 6 * 4 - 1, 3 * 4 * 6 * 4 + 1):
            self.y.write_bytes(b"\0" * size)
            answers, _ = talk(f"write {self.folder.name} {PROBLEM}", f"compare {self.y}")
            self.assertIn("not the size", answers[1]["error"], size)

    def test_big_batch_is_checked_on_spread_rows(self):
        answers, _ = talk(f"write {self.folder.name} lstm/N:64/T:32/D:256/U:256")
        self.assertTrue(2 <= answers[0]["checked_rows"] < 64, answers[0]["checked_rows"])

    def test_seed_changes_inputs(self):
        x = []
        for seed in ("1", "2", "1"):
            talk(f"seed {seed}", f"write {self.folder.name} {PROBLEM}")
            x.append((Path(self.folder.name) / "x").read_bytes())
        self.assertEqual(x[0], x[2])
        self.assertNotEqual(x[0], x[1])

    def test_seed_changes_what_is_checked(self):
        """A worker answers each check as one does that is asked nothing else."""
        check = f"check naive 1 {PROBLEM}"
        alone = [talk(f"seed {seed}", check)[0][1] for seed in (1, 2)]
        self.assertNotEqual(*alone)
        answers, _ = talk("seed 1", check, "seed 2", check, check, "seed 1", check)
        self.assertEqual([answers[i] for i in (1, 3, 4, 6)], [alone[0], alone[1], alone[1], alone[0]])

    def test_reader_that_leaves(self):
        program = subprocess.Popen([PROGRAM, "worker"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env=ENVIRONMENT)
        program.stdout.close()
        program.stdin.write(b"context\n")
        program.stdin.flush()
        self.assertEqual(program.wait(timeout=20), 0)
        program.stdin.close()

    def test_end_of_input(self):
        self.assertEqual(talk(), ([], 0))
        self.assertEqual(talk("quit", "seed 1"), ([{}], 0))


class RecordTest(unittest.TestCase):
    """Tries `rnnbench record`, which makes files of samples."""
    ROW = {"problem": PROBLEM, "backend": "torch", "threads": 2, "label": "2.0, \u00e9", "iterations": 10,
           "seconds": [4e-6, 1e-6, 2e-6], "cpu_seconds": [6e-6, 2e-6, 3e-6], "flops": 4000,
           "weight_bytes": 2000, "roof_seconds": 5e-7, "counters": {"max_error": 1e-7, "pack_us": 3}}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name, "out.json")

    def record(self, rows, *options, context=None):
        text = json.dumps({"context": context or {"peers": "torch", "torch": "2.0"}, "rows": rows})
        return subprocess.run([PROGRAM, "record", *options], input=text, capture_output=True, text=True, timeout=60)

    def test_numbers(self):
        """The file has the repetitions, and nothing that follows from them."""
        done = self.record([self.ROW, {**self.ROW, "backend": "auto", "seconds": [1e-6], "cpu_seconds": [0]}],
                           "--out", self.out)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        content = json.loads(self.out.read_text())
        self.assertEqual(content["context"]["torch"], "2.0")
        self.assertTrue({"date", "host_name", "num_cpus", "caches"} <= set(content["context"]))
        rows = [row for row in content["benchmarks"] if "/torch/" in row["name"]]
        self.assertEqual({row["run_name"] for row in rows},
                         {"simple_rnn/torch/N:3/T:4/D:5/U:6/threads:2/process_time/real_time"})
        self.assertEqual([row["label"] for row in rows], 3 * [self.ROW["label"]])
        self.assertEqual({row["run_type"] for row in rows}, {"iteration"})
        for row, time, cpu in zip(rows, (4000, 1000, 2000), (6000, 2000, 3000), strict=True):
            self.assertAlmostEqual(row["real_time"], time, 6)
            self.assertAlmostEqual(row["cpu_time"], cpu, 6)
            self.assertAlmostEqual(row["GFLOP/s"], 4000 / time, 9)
            self.assertAlmostEqual(row["weight_GB/s"], 2000 / time, 9)
            self.assertAlmostEqual(row["roof"], 500 / time, 9)
            self.assertEqual((row["iterations"], row["repetitions"], row["pack_us"]), (10, 3, 3))
        self.assertEqual(len([row for row in content["benchmarks"] if "/auto/" in row["name"]]), 1)
        compared = subprocess.run([PROGRAM, "compare", self.out, "--against", "best", "--format", "json"],
                                  capture_output=True, text=True, timeout=60)
        self.assertAlmostEqual(json.loads(compared.stdout)["summary"][0]["ratio"], 0.5)

    def test_table(self):
        table = self.out.with_suffix(".md")
        self.assertEqual(self.record([self.ROW], "--table", table).returncode, 0)
        self.assertIn(f"| {PROBLEM} | **2.00 us** |", table.read_text())
        self.assertRegex(self.record([self.ROW]).stdout, r"torch +2 +2\.00 us +65\.5%! .* 2\.00 +25\.0% +1\.0e-07")

    def test_refusals(self):
        for change, named in (({"problem": "lstm"}, "problem"), ({"backend": ""}, "backend"), ({"label": 3}, "label"),
                              ({"threads": 0}, "threads"), ({"iterations": None}, "iterations"),
                              ({"flops": "many"}, "flops"), ({"seconds": []}, "seconds"),
                              ({"seconds": [1e-6, 0, 1e-6]}, "seconds"), ({"seconds": [1e-6]}, "as many"),
                              ({"counters": {str(i): 1 for i in range(20)}}, "counters: there are more than 12"),
                              ({"cpu_seconds": 3}, "cpu_seconds"), ({"seconds": [1, math.nan, 1]}, "seconds"),
                              ({"problem": "lstm/" + 10000 * "x"}, "problem")):
            done = self.record([self.ROW, {**self.ROW, **change}], "--out", self.out)
            self.assertEqual(done.returncode, 2, change)
            self.assertRegex(done.stderr, f"^rnnbench record: standard input: row 1: .*{named}")
        for rows, context, named in ([], {"a": "b"}, "there are no rows"), ([3], {"a": "b"}, "row 0 is no object"), \
                (3, {"a": "b"}, '"rows"'), ([self.ROW], {"a": 1}, "context: a is no text"), ([self.ROW], [1], '"context"'):
            done = self.record(rows, "--out", self.out, context=context)
            self.assertEqual(done.returncode, 2, named)
            self.assertIn(named, done.stderr)
        for text, named in ("", "is empty"), ("{", "not JSON"), ("[]", '"context"'):
            done = subprocess.run([PROGRAM, "record", "--out", self.out], input=text, capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertIn(named, done.stderr)
        self.assertFalse(self.out.exists())

    def test_nowhere_to_write(self):
        done = self.record([self.ROW], "--out", "/dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^rnnbench record: /dev/full: No space")
        done = self.record([self.ROW], "--out", self.out, "--table", self.out)
        self.assertEqual(done.returncode, 2)
        self.assertIn("the same file as --out", done.stderr)


class DriverTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = Path(self.folder.name) / "out.json"
        self.table = Path(self.folder.name) / "out.md"

    def drive(self, *arguments, peers=""):
        done = drive("--out", self.out, "--table", self.table, *arguments, peers=peers)
        content = json.loads(self.out.read_text()) if self.out.exists() else None
        return done, content

    def with_fake(self, manner, *arguments):
        fake = shlex.join([sys.executable, str(HERE / "peers_fake.py"), manner])
        done, content = self.drive("--add", f"fake={fake}", "--backend", "naive", "--threads", "1",
                                   *arguments, "--problem", PROBLEM)
        rows = [row for row in content["benchmarks"] if "/fake/" in row["name"]] if content else []
        return done, rows, content

    def test_same_rows_as_sweep(self):
        """Names, counters and units are the same, so that all tools read both."""
        sweep = Path(self.folder.name) / "sweep.json"
        filters = ["--backend", "naive,openmp", "--threads", "1,2", "--problem", PROBLEM,
                   "--problem", PROBLEM + "/mask:lengths"]
        subprocess.run([PROGRAM, "sweep", "--repetitions", "3", "--min-time", "0.0005", "--peak-time", "0.02",
                        "--out", sweep, *filters], check=True, capture_output=True, env=ENVIRONMENT)
        done, content = self.drive(*filters)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        expected = json.loads(sweep.read_text())
        for key in ("name", "run_name", "run_type", "time_unit"):
            self.assertEqual(sorted(str(row.get(key)) for row in content["benchmarks"]),
                             sorted(str(row.get(key)) for row in expected["benchmarks"]), key)
        self.assertEqual({key for row in content["benchmarks"] for key in row},
                         {key for row in expected["benchmarks"] for key in row})
        for rows in content, expected:
            for row in rows["benchmarks"]:
                steps = row.get("counted_steps", 12)
                if row["run_type"] == "iteration":
                    self.assertAlmostEqual(row["GFLOP/s"] * row["real_time"] / (2 * 6 * 11 * steps), 1, 9, row["name"])
                    self.assertEqual(steps < 12, "/mask:" in row["name"])
        # What newer releases of Google Benchmark say of themselves is not true of this driver.
        of_the_library = {"library_version", "json_schema_version", "aslr_enabled"}
        missing = set(expected["context"]) - set(content["context"]) - of_the_library
        self.assertEqual(missing, set())
        self.assertIn(PROBLEM, self.table.read_text())

    def test_more_repetitions_where_the_machine_was_disturbed(self):
        """All participants alike get more repetitions, up to a limit. A single one is always settled."""
        for asked, made in (["--most-repetitions", "7"], 7), (["--repetitions", "1"], 1):
            done, _, content = self.with_fake("restless", *asked)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual({row["repetitions"] for row in content["benchmarks"]}, {made})

    def test_failure_among_the_further_repetitions(self):
        """A peer that fails then loses its row, and the others go on."""
        done, rows, content = self.with_fake("restless_fails", "--most-repetitions", "7")
        self.assertEqual((done.returncode, rows), (1, []), done.stdout)
        self.assertIn("something broke very late", done.stdout)
        self.assertGreater(min(row["repetitions"] for row in content["benchmarks"]), 3)

    def test_when_a_row_is_settled(self):
        counters = {"flops": 1, "weight_bytes": 1, "roof_seconds": 1}
        for times, settled in (([1], True), ([2, 2, 1], False), ([1, 2, 1.04], True), ([1, 2], False),
                               ([1, 1.06, 1.07], False)):
            row = results.Row("naive", 1, PROBLEM, "", dict(counters))
            row.repetitions = [(seconds, seconds) for seconds in times]
            self.assertEqual(row.is_settled, settled, times)

    def test_right_peer(self):
        done, rows, content = self.with_fake("right")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(rows)
        self.assertEqual(rows[0]["label"], "0.0, plain Python")
        self.assertAlmostEqual(rows[0]["real_time"], 10000, delta=1)
        self.assertLess(rows[0]["max_error"], 1e-5)
        self.assertEqual(content["context"]["fake"], "0.0")
        self.assertEqual(content["context"]["peers"], "fake")
        self.assertIn("call_overhead_naive_threads_1", content["context"])
        self.assertRegex(done.stdout, r"\nfake\n +all +1 +\d")
        self.assertIn("how many times faster naive is", done.stdout)

    def test_peers_that_go_wrong(self):
        """None of these is timed, each is named, and the others go on."""
        cases = {"wrong": "WRONG fake", "nan": "WRONG fake", "short": "FAILED fake",
                 "fails": "FAILED fake, threads 1, " + PROBLEM + ": something broke",
                 "dies": "a bad day", "garbage": "FAILED fake", "silent": "missing fake",
                 "refuses": "skipped fake, 1 row: not this form"}
        for manner, named in cases.items():
            with self.subTest(manner=manner):
                done, rows, content = self.with_fake(manner)
                self.assertEqual(rows, [])
                self.assertIn(named, done.stdout, done.stderr)
                harmless = manner in ("silent", "refuses")
                self.assertEqual(done.returncode, 0 if harmless else 1, done.stdout)
                self.assertTrue(any("/naive/" in row["name"] for row in content["benchmarks"]))
                self.assertNotIn("Traceback", done.stderr)

    def test_one_failure_costs_one_row(self):
        done, rows, content = self.with_fake("fails_once", "--problem", SECOND)
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAILED fake, threads 1, ", done.stdout)
        self.assertIn(": something broke late", done.stdout)
        self.assertEqual(len({row["run_name"] for row in rows}), 1, "of two problems")
        for row in content["benchmarks"]:
            self.assertEqual(row["repetitions"], 3, row["name"])

    def test_worker_that_dies_leaves_no_half_row(self):
        done, rows, content = self.with_fake("dies_later", "--problem", SECOND)
        self.assertEqual((done.returncode, rows), (1, []))
        self.assertIn("a bad evening; goes on without it", done.stdout)
        self.assertEqual(len({row["run_name"] for row in content["benchmarks"]}), 2)

    def test_time_major(self):
        done, rows, _ = self.with_fake("right", "--problem", SECOND)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len({row["run_name"] for row in rows if "layout" in row["name"]}), 1)
        self.assertRegex(done.stdout, r"\nfake\n +all +2 +\d")

    def test_failed_forms_are_told_once(self):
        done, rows, content = self.with_fake("lacks_form", "--problem", SECOND)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(rows)
        self.assertEqual(done.stdout.count("quick_form(): ValueError: no luck"), 1, done.stdout)
        self.assertEqual(content["context"]["failed_forms_fake"],
                         "quick_form(): ValueError: no luck")

    def test_worker_that_does_not_end(self):
        """A worker that does not end when it is told to is ended."""
        for manner, status in ("right", 0), ("lingers", -signal.SIGKILL):
            worker = processes.Worker([sys.executable, HERE / "peers_fake.py", manner],
                                      Path(self.folder.name, "log"))
            worker.patience = 20 if status == 0 else 0.2
            self.assertEqual(worker.ask("hello"), {"version": "0.0"})
            worker.close()
            self.assertEqual(worker.process.returncode, status, manner)

    def test_judge_that_dies(self):
        """Nobody else is blamed, and what was timed is kept."""
        done, rows, content = self.with_fake("kills_judge", "--problem", SECOND)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bench/peers/run: rnnbench: ended with status -9", done.stderr)
        self.assertNotIn("FAILED", done.stdout)
        self.assertEqual(len({row["run_name"] for row in rows}), 1)
        self.assertEqual(len({row["run_name"] for row in content["benchmarks"]}), 2)

    def test_problem_without_an_oracle(self):
        done, content = self.drive("--backend", "naive", "--threads", "1", "--problem", PROBLEM,
                                   "--problem", "gru/N:1/T:1500/D:2816/U:2816")
        self.assertEqual(done.returncode, 1)
        self.assertIn("skipped gru/N:1/T:1500/D:2816/U:2816", done.stdout)
        self.assertTrue(content["benchmarks"])

    def test_where_results_go(self):
        one = ["--backend", "naive", "--threads", "1", "--problem", PROBLEM]
        with self.subTest("a link is followed"):
            link = self.out.with_name("link.json")
            link.symlink_to(self.out.name)
            self.assertEqual(drive("--out", link, *one).returncode, 0)
            self.assertTrue(link.is_symlink())
            self.assertTrue(json.loads(self.out.read_text())["benchmarks"])
        with self.subTest("what is no file is not replaced"):
            pipe = self.out.with_name("pipe")
            os.mkfifo(pipe)
            reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            self.assertEqual(drive("--out", pipe, *one).returncode, 0)
            self.assertTrue(pipe.is_fifo())
            self.assertIn(b'"context"', os.read(reader, 100))
            os.close(reader)
        with self.subTest("nothing timed"):
            before = self.out.read_text()
            self.assertEqual(drive("--out", self.out, "--budget", "1e-6", *one).returncode, 1)
            self.assertEqual(self.out.read_text(), before)
        with self.subTest("both to one file"):
            done = drive("--out", self.out, "--table", link, *one)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--out and --table are both", done.stderr)
        self.assertEqual(list(Path(self.folder.name).glob("*.part")), [])

    def test_environment(self):
        one = ["--backend", "naive", "--threads", "1", "--problem", PROBLEM]
        done = drive(*one, environment=ENVIRONMENT | {"RNN_TUNING": "/nonexistent"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("RNN_TUNING is ignored: "), 1, done.stdout)
        folder = Path(self.folder.name, "a blank")
        folder.mkdir()
        done = drive(*one, environment=ENVIRONMENT | {"TMPDIR": str(folder)})
        self.assertEqual(done.returncode, 2)
        self.assertIn("TMPDIR: blanks in ", done.stderr)

    def test_spoilt_output_is_caught(self):
        done, content = self.drive("--backend", "naive,scalar", "--problem", PROBLEM, "--spoil",
                                   "scalar", "--threads", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"WRONG scalar, threads 1, {PROBLEM}", done.stdout)
        self.assertEqual({row["name"].split("/")[1] for row in content["benchmarks"]}, {"naive"})

    def test_missing_peers_are_named(self):
        done, content = self.drive("--backend", "naive", "--problem", PROBLEM, "--environment",
                                   "/nonexistent", peers="torch,onednn3,theano")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for named in ("missing torch: /nonexistent/venv/bin/python is not there",
                      "missing onednn3:", "missing theano: not one of"):
            self.assertIn(named, done.stdout)
        self.assertTrue(content["benchmarks"])

    def test_shards_are_disjoint_and_complete(self):
        names = []
        for index in (1, 2, 3):
            _, content = self.drive("--backend", "naive", "--cell", "simple_rnn", "--steps", "2",
                                    "--batch", "1:4", "--units", "3", "--shard", f"{index}/3",
                                    "--repetitions", "1", "--threads", "1")
            names += {row["run_name"] for row in content["benchmarks"]}
            self.assertEqual(content["context"]["shard"], f"{index}/3")
        self.assertEqual(len(names), 4)
        self.assertEqual(len(set(names)), 4)

    def test_budget(self):
        done, _ = self.drive("--backend", "naive", "--problem", PROBLEM, "--budget", "0.001")
        self.assertEqual(done.returncode, 1)
        self.assertIn("budget spent after 0 of 1 problems", done.stdout)

    def test_refused_command_lines(self):
        for arguments, named in [(["--batch", "0"], '--batch 0: "0"'),
                                 (["--frob"], "--frob: unknown option"),
                                 (["--shard", "3/2"], "--shard"),
                                 (["--repetitions", "0"], "--repetitions"),
                                 (["--repetitions", "4"], "--most-repetitions 3"),
                                 (["--min-time", "-1"], "--min-time"),
                                 (["--add", "x"], "--add x"),
                                 (["--table", "/nonexistent/t.md"], "/nonexistent/t.md")]:
            with self.subTest(arguments=arguments):
                done = drive(*arguments)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn(named, done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    def test_interrupt_keeps_what_was_measured(self):
        program = subprocess.Popen(
            [PEERS / "run", "--rnnbench", PROGRAM, "--peers", "", "--backend", "naive", "--cell",
             "simple_rnn", "--steps", "2", "--batch", "1:200", "--units", "3", "--threads", "1",
             "--peak-time", "0.02", "--out", self.out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=ENVIRONMENT)
        lines = [program.stderr.readline() for _ in range(2)]
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
        self.assertEqual(program.returncode, 130, "".join(lines) + errors)
        names = {row["run_name"] for row in json.loads(self.out.read_text())["benchmarks"]}
        self.assertTrue(1 <= len(names) < 200)


if __name__ == "__main__":
    if not PROGRAM or PROGRAM.startswith("-"):
        sys.exit(__doc__)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
