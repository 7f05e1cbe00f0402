#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rnnbench program from outside: what it refuses, its exit statuses, its files, Ctrl-C.

Usage: cli.py RNNBENCH [unittest's arguments]
"""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import claims

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
SOURCES = Path(__file__).resolve().parents[2]
BACKENDS = re.findall(r"^(?:BACKEND|KERNELS|LIBRARY)\((\w+),", (SOURCES / "kernels/backends.inc").read_text(),
                      re.MULTILINE)
FINE, WRONG, USAGE, INTERRUPTED = 0, 1, 2, 130
BRIEF = ["--repetitions", "2", "--min-time", "0.0005", "--peak-time", "0.05"]
TINY = ["sweep", "--cell", "lstm", "--units", "4", "--batch", "2", "--steps", "3", *BRIEF]


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "OMP_WAIT_POLICY": "passive", **environment})


HAS_SWEEP = PROGRAM and "was not there" not in run("sweep", "--units", "0").stderr
needs_sweep = unittest.skipUnless(HAS_SWEEP, "rnnbench was built without Google Benchmark")


# ---- Command lines that are refused: arguments, and what the message must name ------------------

REFUSED = [
    (["frobnicate"], 'command "frobnicate"'),
    (["list", "extra"], "extra: unexpected"),
    (["check", "--frob", "3"], "--frob: unknown option"),
    (["check", "--batch"], "--batch: a value is missing"),
    (["check", "--cell", "lstmm"], '--cell lstmm: "lstmm"'),
    (["check", "--backend", "fastest"], '"fastest" is not a known backend'),
    (["check", "--directions", "up"], '"up" is not a known direction'),
    (["check", "--seed", "x"], "--seed x"),
    (["check", "--batch", "0"], '--batch 0: "0"'),
    (["check", "--steps", "-3"], '--steps -3: "-3"'),
    (["check", "--units", "abc"], '--units abc: "abc"'),
    (["check", "--features", "1.5"], '--features 1.5: "1.5"'),
    (["check", "--threads", "0"], '--threads 0: "0"'),
    (["check", "--threads", "100000"], '--threads 100000: "100000" is not in 1..1024'),
    (["check", "--batch", "+5"], '--batch +5: "+5"'),
    (["check", "--batch", " 5"], '--batch  5: " 5"'),
    (["check", "--batch", "7777"], "no problem passes --batch 7777"),
    (["check", "--batch", "99999999999999999999"], '"99999999999999999999"'),
    (["check", "--batch", "1,,2"], '--batch 1,,2: ""'),
    (["check", "--batch", "1,2,"], "--batch 1,2,:"),
    (["check", "--batch", ""], "--batch"),
    (["check", "--batch", "16:"], "--batch 16::"),
    (["check", "--batch", "16:8:x2"], "the range ends at 8"),
    (["check", "--batch", "1:64:x1"], '"1" is not in'),
    (["check", "--batch", "1:64:+0"], '"0" is not in'),
    (["check", "--batch", "1:64:y2"], "--batch 1:64:y2"),
    (["check", "--problem", "lstm/N:1"], "T: missing"),
    (["check", "--problem", "elman/N:1/T:1/D:1/U:1"], '"elman"'),
    (["check", "--problem", "lstm/N:0/T:1/D:1/U:1"], 'N:0: "0"'),
    (["check", "--problem", "lstm/N:1/T:0/D:1/U:1"], '--problem lstm/N:1/T:0/D:1/U:1: T:0: "0"'),
    (["check", "--problem", "lstm/N:1/T:1/D:1/U:1/colour:red"], "colour"),
    (["check", "--problem", "lstm/N:1/T:1/D:1/U:1/mask:purple"], "mask:purple"),
    (["check", "--problem", "lstm/N:1/T:1/D:1/U:1/reset_after:1"], "reset_after: true for lstm"),
    (["check", "--problem", "gru/N:1/T:1/D:1/U:1/merge:sum"], "merge: sum"),
    (["summary"], "an argument is missing"),
    (["summary", "nonsense"], '"nonsense"'),
    (["peak", "--threads", "0"], '--threads 0: "0"'),
    (["explain"], "a problem is missing"),
    (["explain", "nonsense"], '"nonsense"'),
    (["explain", "lstm/N:1/T:0/D:1/U:1"], 'T:0: "0"'),
    (["explain", "gru/N:1/T:1/D:1/U:1/merge:sum"], "merge: sum"),
    (["explain", "lstm/N:1,2/T:1/U:1"], "2 problems; one is explained at a time"),
    (["explain", "lstm/N:1/T:1/U:1/values:exact"], "values: only normal ones"),
    (["explain", "lstm/N:1000000/T:1000000/U:64"], "GiB of memory"),
    (["explain", "lstm/N:1/T:1/U:1", "--threads", "0"], '--threads 0: "0"'),
    (["explain", "lstm/N:1/T:1/U:1", "--threads", "1,2"], "--threads: one number"),
    (["explain", "lstm/N:1/T:1/U:1", "--format", "junit"], "--format junit: explain has no verdict"),
    (["explain", "lstm/N:1/T:1/U:1", "--format", "xml"], "--format xml"),
    (["explain", "lstm/N:1/T:1/U:1", "--peak-time", "0"], "--peak-time 0"),
]
REFUSED_SWEEPS = [
    (["--preset", "huge"], "--preset huge"),
    (["--repetitions", "0"], '--repetitions 0: "0"'),
    (["--repetitions", "2000000000"], '--repetitions 2000000000: "2000000000" is not in 1..10000'),
    (["--preset", "tiny", "--problem", "lstm/N:1/T:1/U:1"], "--preset tiny: excludes --problem"),
    (["--steps", "30", "--max-steps", "20"], "no problem passes"),
    (["--out", "/dev/null", "--table", "/dev/null"], "--table /dev/null: the same file as --out"),
    (["--min-time", "-1"], "--min-time -1"),
    (["--max-steps", "none"], "--max-steps none"),
    (["--out", "/nonexistent/folder/x.json"], "/nonexistent/folder/x.json: No such file"),
    (["--table", "/nonexistent/folder/x.md"], "/nonexistent/folder/x.md: No such file"),
    (["--out", "/"], "--out /: "),
]


class Refused(unittest.TestCase):
    def assert_refused(self, arguments, text):
        with self.subTest(arguments=arguments):
            done = run(*arguments)
            self.assertEqual(done.returncode, USAGE, done.stderr)
            self.assertIn(text, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_command_lines(self):
        for arguments, text in REFUSED:
            self.assert_refused(arguments, text)

    @needs_sweep
    def test_sweeps(self):
        for arguments, text in REFUSED_SWEEPS:
            self.assert_refused([*TINY, *arguments], text)

    def test_nothing_asked_for(self):
        done = run()
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("rnnbench check", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    @needs_sweep
    def test_file_without_permission(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o500)
            self.assert_refused([*TINY, "--out", f"{folder}/x.json"], "Permission denied")


# ---- What it does -------------------------------------------------------------------------------

# hwloc reads this in place of the machine: one core.
SETS = 'cpuset="0x1" complete_cpuset="0x1" nodeset="0x1" complete_nodeset="0x1"'
TOPOLOGY = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<topology version="2.0">
 <object type="Machine" os_index="0" allowed_cpuset="0x1" allowed_nodeset="0x1" {SETS}>
  <object type="NUMANode" os_index="0" local_memory="1048576" {SETS}/>
  <object type="Package" os_index="0" {SETS}>
   <info name="CPUFamilyNumber" value="25"/>
   <info name="CPUModelNumber" value="17"/>
   <info name="CPUModel" value="{{model}}"/>
   <object type="Core" os_index="0" {SETS}><object type="PU" os_index="0" {SETS}/></object>
  </object>
 </object>
</topology>
"""


class Documented(unittest.TestCase):
    """Every row of commands.inc is where people look for commands."""

    def commands(self):
        table = (SOURCES / "bench/commands.inc").read_text(encoding="utf-8")
        return re.findall(r"^COMMAND\((\w+),", table, re.MULTILINE)

    def test_in_the_readme(self):
        readme = (SOURCES / "README.md").read_text(encoding="utf-8")
        first_cells = "\n".join(re.findall(r"^\| (`rnnbench [^|]*)", readme, re.MULTILINE))
        named = re.findall(r"`rnnbench (\w+)", first_cells)
        self.assertEqual(sorted(named), sorted(self.commands()))

    def test_in_the_readme_of_its_room(self):
        """The file of each command is named by the README of its folder."""
        sources = [(path, path.read_text(encoding="utf-8")) for path in (SOURCES / "bench").glob("*/*.c")]
        for name in self.commands():
            with self.subTest(command=name):
                path, = [path for path, text in sources if f"\nint command_{name}(" in text]
                readme = path.with_name("README.md")
                self.assertTrue(f"`{path.name}`" in readme.read_text(encoding="utf-8"),
                                f"{path.name} is not in {readme}")

    def test_in_the_help(self):
        """Each has a line of the help, and all summaries begin in one column."""
        table = (SOURCES / "bench/commands.inc").read_text(encoding="utf-8")
        summaries = re.findall(r'^COMMAND\(\w+, ".*?", "(.*)"\)$', table, re.MULTILINE)
        lines = run("--help").stdout.splitlines()
        rows = [line for line in lines if re.match(r" +rnnbench \w", line)]
        self.assertEqual([line.split()[1] for line in rows], self.commands())
        self.assertEqual(len({line.find("  " + summary) for line, summary in zip(rows, summaries)}), 1, rows)


class Commands(unittest.TestCase):
    def test_help_and_version(self):
        for arguments in ["--help"], ["--version"], ["check", "--help"], ["sweep", "--help"]:
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr), (FINE, ""))
            self.assertIn("rnnbench", done.stdout)

    def test_list_names_every_backend(self):
        done = run("list")
        self.assertEqual(done.returncode, FINE)
        table = done.stdout.split("\nbackends\n")[1].split("\n\n")[0].splitlines()[1:]
        self.assertEqual([line.split()[0] for line in table], BACKENDS)

    def test_a_cpu_is_told_from_others(self):
        """A CPU goes by its model's name or, where that has no number, by family and model number."""
        for model, cpu in (("AMD EPYC", "AMD EPYC, family 25 model 17"),
                           ("Xeon Processor @ 2.60GHz", "Xeon Processor @ 2.60GHz, family 25 model 17"),
                           ("Xeon 8480+ @ 2.00GHz", "Xeon 8480+ @ 2.00GHz")):
            with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
                file.write(TOPOLOGY.format(model=model))
                file.flush()
                listed = run("list", HWLOC_XMLFILE=file.name).stdout
            self.assertRegex(listed, rf"(?m)^ +cpu +{re.escape(cpu)}$")

    def test_what_a_library_gets_wrong_is_refused_and_listed(self):
        text = run("list").stdout
        version = re.search(r"Intel oneDNN, (\d+)\.(\d+)\.(\d+)", text)
        is_wrong = version and (3, 7, 0) <= tuple(map(int, version.groups())) <= (3, 8, 1) \
            and "avx512" in text.split("backends")[0]
        problem = "gru/N:2/T:2/D:1/U:1/reset_after:0"
        told = re.findall(rf"(?m)^ +onednn +as {problem}: (.*)$", text)
        self.assertEqual(len(told), 1 if is_wrong else 0, text)
        if not is_wrong:
            return
        self.assertRegex(told[0], r"layers\[0\]\.units: 1, oneDNN 3\.[78]\.\d computes wrongly")
        for command in ["check"], ["sweep", *BRIEF] if HAS_SWEEP else ["check"]:
            done = run(*command, "--backend", "onednn", "--problem", problem)
            self.assertIn("computes wrongly", done.stdout + done.stderr)

    def test_list_says_why_one_is_missing(self):
        self.assertIn("switched off by RNN_ISA", run("list", RNN_ISA="naive").stdout)

    def test_unknown_isa_leaves_no_backend(self):
        done = run("list", RNN_ISA="garbage")
        self.assertEqual(done.returncode, FINE, "list tells, it does not judge")
        self.assertIn('RNN_ISA: "garbage" is none of naive, scalar, avx2, avx512, neon', done.stdout)
        self.assertEqual(claims.claims(done.stdout), set())

    def test_empty_isa_is_none(self):
        inherited = {name: value for name, value in os.environ.items() if name != "RNN_ISA"}
        unset = subprocess.run([PROGRAM, "list"], capture_output=True, text=True, env=inherited)
        self.assertEqual(run("list", RNN_ISA="").stdout, unset.stdout)

    def test_summary_counts_like_keras(self):
        for problem, parameters in (("lstm/N:1/T:3/D:3/U:2", ["48"]),
                                    ("gru/N:1/T:3/D:3/U:2", ["42"]),
                                    ("lstm/N:1/T:3/D:3/U:2/direction:bidirectional", ["96"]),
                                    ("simple_rnn/N:2/T:3/D:4/U:2+2+2", ["14", "10", "10", "34"]),
                                    ("simple_rnn/N:1/T:9/D:3/U:5/output:last/dense:2",
                                     ["45", "12", "57"])):
            done = run("summary", problem)
            self.assertEqual(done.returncode, FINE)
            words = done.stdout.split()
            for count in parameters:
                self.assertIn(count, words, done.stdout)

    def test_peaks(self):
        done = run("peak", "--threads", "1", "--peak-time", "0.8")
        self.assertEqual(done.returncode, FINE, done.stderr)
        titles, values = [line.split() for line in done.stdout.splitlines()[-2:]]
        peaks = {title: float(value) for title, value in zip(titles, values) if value != "-"}
        self.assertEqual(peaks.pop("threads"), 1)
        for title, value in peaks.items():
            self.assertGreater(value, 0, title)
        self.assertGreater(peaks["L1"], peaks["DRAM"], done.stdout)
        if re.search(r"\n +isa +avx", run("list").stdout):
            self.assertGreater(peaks["avx2"], peaks["baseline"], done.stdout)

    def test_check(self):
        done = run("check", "--problem", "lstm/N:2/T:3/D:4/U:5/mask:holes", "--backend", "naive")
        self.assertEqual(done.returncode, FINE, done.stdout + done.stderr)
        self.assertIn("0 mismatches", done.stdout)

    def test_checking_nothing_is_a_failure(self):
        done = run("check", "--problem", "lstm/N:2/T:3/D:4/U:5", RNN_ISA="garbage")
        self.assertEqual(done.returncode, WRONG)


@needs_sweep
class Sweep(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out, self.table = Path(folder.name, "out.json"), Path(folder.name, "table.md")

    def test_results(self):
        done = run(*TINY, "--backend", "naive,scalar", "--out", str(self.out),
                   "--table", str(self.table))
        self.assertEqual(done.returncode, FINE, done.stderr)
        results = json.loads(self.out.read_text())
        for field in "cpu", "compiler", "commit", "seed", "isa":
            self.assertIn(field, results["context"])
        for backend in "naive", "scalar":
            rows = [row for row in results["benchmarks"]
                    if row["name"].startswith(f"lstm/{backend}/N:2/T:3/D:4/U:4/threads:1")
                    and row["run_type"] == "iteration"]
            self.assertEqual(len(rows), 2, "one a repetition")
            for row in rows:
                self.assertGreater(row["real_time"], 0)
                self.assertIn("max_error", row)
            self.assertIn(backend, self.table.read_text())

    def test_every_backend_has_rows_of_every_cell_it_claims(self):
        done = run("sweep", "--units", "4", "--batch", "2", "--steps", "3", "--out", str(self.out),
                   *BRIEF)
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertEqual(claims.missing(PROGRAM, self.out), [])
        measured = {backend for _, backend in claims.measured(self.out)}
        self.assertEqual({name for name in measured if claims.is_forced(name, BACKENDS)}, set())

    def test_a_forced_row_is_measured_where_it_is_named(self):
        forced = [name for name in BACKENDS if claims.is_forced(name, BACKENDS)]
        self.assertIn("openmp_team", forced)
        done = run(*TINY, "--backend", "openmp_team", "--threads", "1", "--out", str(self.out))
        if "not built in" in done.stdout + done.stderr:
            self.skipTest("openmp was not built in")
        self.assertEqual(claims.measured(self.out), {("lstm", "openmp_team")})

    def test_threads_are_no_more_than_is_allowed(self):
        done = run(*TINY, "--backend", "openmp", "--out", str(self.out), OMP_NUM_THREADS="1",
                   LIBXSMM_TARGET="hsw")
        if "not built in" in done.stdout + done.stderr:
            self.skipTest("openmp was not built in")
        results = json.loads(self.out.read_text())
        self.assertRegex(results["context"]["usable"], r"^1 of \d+ cores")
        self.assertEqual(results["context"]["OMP_NUM_THREADS"], "1")
        self.assertEqual(results["context"]["LIBXSMM_TARGET"], "hsw")
        names = " ".join(row["run_name"] for row in results["benchmarks"])
        self.assertEqual(set(re.findall(r"/threads:(\d+)", names)), {"1"})
        if os.cpu_count() > 1 and "OMP_NUM_THREADS" in results["context"]["usable"]:
            self.assertRegex(done.stdout, r"threads: at most 1 of \d+ cores \(OMP_NUM_THREADS 1\)")

    def roofs(self, **environment):
        """Returns the seconds of the machine's limit, by backend, for a problem that arithmetic limits."""
        run("sweep", "--problem", "lstm/N:16/T:3/D:16/U:32", "--backend", "scalar,libxsmm,auto",
            "--threads", "1", *BRIEF, "--out", str(self.out), **environment)
        return {row["run_name"].split("/")[1]: row["roof"] * row["real_time"]
                for row in json.loads(self.out.read_text())["benchmarks"]
                if row["run_type"] == "iteration"}

    def test_roofs_are_of_the_instructions_in_use(self):
        if not re.search(r"\n +isa +avx", run("list").stdout):
            self.skipTest("one instruction set is all there is")
        roofs = self.roofs(RNN_ISA="scalar")
        self.assertAlmostEqual(roofs["auto"] / roofs["scalar"], 1, 6, "auto took scalar")
        if "libxsmm" not in roofs:
            self.skipTest("libxsmm was not built in")
        self.assertLess(roofs["libxsmm"], 0.8 * roofs["scalar"], "libxsmm ignores RNN_ISA")
        limited = self.roofs(LIBXSMM_TARGET="hsw")
        if re.search(r"\n +isa +avx512", run("list").stdout):
            peaks = json.loads(self.out.read_text())["context"]["peaks_threads_1"]
            avx2, avx512 = (float(re.search(rf"{isa} ([0-9.]+) GFLOP/s", peaks)[1])
                            for isa in ("avx2", "avx512"))
            self.assertAlmostEqual(limited["libxsmm"] / limited["auto"], avx512 / avx2, 1,
                                   "libxsmm has AVX2 only")

    def steps_of_a_worker(self, problem):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([PROGRAM, "worker"], input=f"write {folder} {problem}\n", capture_output=True,
                                  text=True, timeout=60)
        facts = json.loads(done.stdout)
        return facts["counted_steps"], facts["longest_row"]

    def test_a_worker_says_which_options_a_peer_must_have(self):
        """Those that Keras does not have; and it computes with them what peers are held against."""
        options = {"peepholes:1": {"peepholes": True}, "coupled:forget": {"coupled": "forget"},
                   "projection:2": {"projection": 2}, "cell_clip:0.5": {"cell_clip": 0.5}, "gate_clip:3": {"gate_clip": 3},
                   "projection:1/projection_clip:2": {"projection": 1, "projection_clip": 2}, "bias:0": {}}
        problems = [(f"lstm/N:5/T:4/D:3/U:2/{text}", expected) for text, expected in options.items()]
        problems.append(("gru/N:5/T:4/D:3/U:2/attention:1", {"attention": True}))
        for problem, expected in problems:
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([PROGRAM, "worker"], input=f"write {folder} {problem}\n", capture_output=True,
                                      text=True, timeout=60)
            self.assertEqual(done.returncode, FINE, problem)
            layer, = json.loads(done.stdout)["layers"]
            self.assertEqual(layer["options"], expected, problem)

    def test_masked_steps_count_for_nothing(self):
        """GFLOP/s, weight_GB/s and roof are of the steps that lengths and mask let count. A step has 4 x 64 x
        128 multiply-adds, and 65536 bytes of recurrent weights for each step of the longest row. Besides
        there are as many bytes of the input's weights and 1024 of biases."""
        whole = "lstm/N:8/T:25/D:64/U:64"
        masks = ["", "/mask:lengths", "/mask:front", "/mask:holes", "/mask:both"]
        done = run("sweep", *(word for mask in masks for word in ("--problem", whole + mask)), "--backend",
                   "naive", "--threads", "1", *BRIEF, "--out", str(self.out))
        self.assertEqual(done.returncode, FINE, done.stderr)
        rows = [row for row in json.loads(self.out.read_text())["benchmarks"] if row["run_type"] == "iteration"]
        roofs = {}
        for mask in masks:
            name = whole.replace("/", "/naive/", 1) + mask + "/threads:1"
            (row, second) = [row for row in rows if row["run_name"].removesuffix("/process_time/real_time") == name]
            steps, longest = row.get("counted_steps", 200), row.get("longest_row", 25)
            self.assertEqual("counted_steps" in row, mask != "")
            self.assertEqual((steps, longest), self.steps_of_a_worker(whole + mask), "a worker draws another mask")
            self.assertEqual(steps, second.get("counted_steps", 200))
            self.assertTrue(longest <= 25 and longest <= steps <= (200 if mask == "" else 190), (mask, steps))
            if mask == "/mask:lengths":
                self.assertEqual(longest, 25, "row 0 has the full length")
            for row in row, second:
                self.assertAlmostEqual(row["GFLOP/s"] * row["real_time"] / (65536 * steps), 1, 9)
                self.assertAlmostEqual(row["weight_GB/s"] * row["real_time"] / (65536 * (longest + 1) + 1024), 1, 9)
                roofs[mask] = row["roof"] * row["real_time"] / steps
        for mask, a_step in roofs.items():
            self.assertAlmostEqual(a_step / roofs[""], 1, 6, f"{mask}: FLOPs are what limits")

    def test_lines_are_plain_in_a_pipe(self):
        done = run(*TINY, "--backend", "naive")
        for character in "\r\033\b":
            self.assertNotIn(character, done.stdout + done.stderr)
        self.assertIn("100%", done.stderr)

    def test_progress_on_a_terminal(self):
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal to be had: {error}")
        program = subprocess.Popen([PROGRAM, *TINY, "--backend", "naive"], stdout=theirs,
                                   stderr=theirs, close_fds=True)
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:  # this is how the end of a terminal reads
            pass
        os.close(ours)
        self.assertEqual(program.wait(), FINE)
        self.assertTrue(b"\r" in seen.replace(b"\r\n", b"\n"), seen)

    def test_more_threads_than_cores_are_allowed_and_said(self):
        threads = str(os.cpu_count() + 1)
        done = run(*TINY, "--backend", "openmp", "--threads", threads)
        if "not built in" in done.stdout + done.stderr:
            self.skipTest("openmp was not built in")
        self.assertEqual(done.returncode, FINE, done.stderr)
        self.assertIn(f"threads {threads}: more than", done.stdout + done.stderr)

    def test_presets_have_so_many_problems(self):
        presets = {"quick": 40, "full": 672, "keras": 20, "deepbench": 69, "tiny": 20, "grid": 448,
                   "gate": 13}
        known = re.search("not one of (.*)", run("sweep", "--preset", "none").stderr)[1]
        self.assertEqual(known.split(", "), list(presets))
        for preset, problems in presets.items():
            with self.subTest(preset=preset):
                status, output, errors = self.interrupt(
                    ["sweep", "--preset", preset, "--backend", "naive", *BRIEF])
                if "this machine has" in errors:
                    self.skipTest(errors)
                self.assertIn(status, (INTERRUPTED, FINE), errors)  # the short ones may be done already
                self.assertRegex(output, rf"\n\d+ of {problems} problems, ")

    def interrupt(self, arguments):
        """Sends SIGINT once the second problem has begun."""
        program = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        lines = [program.stderr.readline() for _ in range(2)]
        program.send_signal(signal.SIGINT)
        output, errors = program.communicate(timeout=60)
        return program.returncode, output, "".join(lines) + errors

    def test_interrupt_keeps_what_was_measured(self):
        status, output, _ = self.interrupt(
            ["sweep", "--cell", "lstm", "--backend", "naive", "--units", "4:200:+4", "--batch", "2",
             "--steps", "3", "--repetitions", "3", "--min-time", "0.03", "--peak-time", "0.05", "--out",
             str(self.out)])
        self.assertEqual(status, INTERRUPTED, output)
        names = {row["run_name"] for row in json.loads(self.out.read_text())["benchmarks"]}
        self.assertTrue(1 <= len(names) < 50, names)
        self.assertIn("lstm/N:2/T:3/D:4/U:4", output)


if __name__ == "__main__":
    if not PROGRAM or PROGRAM.startswith("-"):
        sys.exit(__doc__)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
