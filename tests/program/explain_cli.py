#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rnnbench explain from outside: its figures against values worked out by hand, and its formats.

Usage: explain_cli.py RNNBENCH [unittest's arguments]
"""
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
FINE = 0
SMALL = "lstm/N:2/T:3/D:4/U:5"
CORES = len(os.sched_getaffinity(0))
two_cores = unittest.skipUnless(CORES > 1, "there is one core alone")

# hwloc reads this in place of the machine: a core with 1 KiB of L1 and 4 KiB of L2.
SETS = 'cpuset="0x1" complete_cpuset="0x1" nodeset="0x1" complete_nodeset="0x1"'
TOPOLOGY = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<topology version="2.0">
 <object type="Machine" os_index="0" allowed_cpuset="0x1" allowed_nodeset="0x1" {SETS}>
  <object type="NUMANode" os_index="0" local_memory="1048576" {SETS}/>
  <object type="Package" os_index="0" {SETS}>
   <object type="L2Cache" cache_size="4096" depth="2" cache_linesize="64" cache_associativity="8" cache_type="0" {SETS}>
    <object type="L1Cache" cache_size="1024" depth="1" cache_linesize="64" cache_associativity="8" cache_type="1" {SETS}>
     <object type="Core" os_index="0" {SETS}><object type="PU" os_index="0" {SETS}/></object>
    </object>
   </object>
  </object>
 </object>
</topology>
"""


def run(*arguments, **environment):
    inherited = {name: value for name, value in os.environ.items() if name not in ("RNN_TUNING", "OMP_NUM_THREADS")}
    return subprocess.run([PROGRAM, "explain", "--peak-time", "0.05", *map(str, arguments)], capture_output=True,
                          text=True, timeout=100, env={**inherited, **environment})


class Explain(unittest.TestCase):
    def explain(self, *arguments, **environment):
        done = run(*arguments, "--format", "json", **environment)
        self.assertEqual((done.returncode, done.stderr), (FINE, ""))
        return json.loads(done.stdout)

    def layers(self, *arguments, **environment):
        return self.explain(*arguments, **environment)["layers"]

    # ---- What auto takes -------------------------------------------------------------------------

    def test_one_thread(self):
        result = self.explain(SMALL, "--threads", "1")
        self.assertEqual((result["problem"], result["threads"]), (SMALL, "1"))
        self.assertRegex(result["implementation"], r"^\w+: \w+ \(cost model\)$")
        (split,) = result["splits"]
        self.assertEqual((split["split"], split["slices"], split["members"], split["of_quickest"], split["choice"]),
                         ("one thread", 1, 1, 1, "taken"))

    def test_what_is_taken_is_what_the_plan_does(self):
        """The cost model marks what is taken, and the plan says by itself what it does."""
        texts = set()
        for problem in (SMALL, "lstm/N:1/T:25/U:256", "lstm/N:32/T:25/U:256", "gru/N:3/T:25/U:128"):
            result = self.explain(problem)
            (taken,) = [split for split in result["splits"] if split["choice"]]
            self.assertEqual(taken, result["splits"][0], "the quickest")
            text = re.fullmatch(r"\w+: \w+(?:, (.*?))? \(cost model[^()]*\)", result["implementation"])[1]
            self.assertEqual(taken["split"], text or "one thread", result["implementation"])
            texts.add(text)
        self.assertGreater(len(texts), 2 if CORES > 1 and "openmp" in result["implementation"] else 0, texts)

    @two_cores
    def test_splits_of_two_threads(self):
        for batch, splits in (1, {(1, 1), (1, 2)}), (3, {(1, 1), (1, 2), (2, 1)}):
            result = self.explain(f"lstm/N:{batch}/T:25/U:64", "--threads", "2")
            if "openmp" not in result["implementation"]:
                self.skipTest("openmp was not built in")
            seconds = [split["seconds"] for split in result["splits"]]
            self.assertEqual({(split["slices"], split["members"]) for split in result["splits"]}, splits)
            self.assertEqual(len(seconds), len(splits), "each once")
            self.assertEqual(seconds, sorted(seconds))
            for split in result["splits"]:
                self.assertAlmostEqual(split["of_quickest"], split["seconds"] / seconds[0], 9)

    def test_fewer_cores_than_threads(self):
        result = self.explain("lstm/N:4/T:25/U:256", "--threads", "8", OMP_NUM_THREADS="1")
        self.assertEqual([split["split"] for split in result["splits"]], ["one thread"])
        if CORES > 1:
            self.assertIn("at most 1 threads: OMP_NUM_THREADS 1", result["implementation"])

    def test_no_kernels(self):
        result = self.explain(SMALL, RNN_ISA="naive")
        self.assertEqual((result["implementation"][:6], result["splits"]), ("naive:", []))
        self.assertIn("RNN_ISA leaves no kernels", " ".join(result["notes"]))

    def test_a_tuning_file_decides(self):
        with tempfile.TemporaryDirectory() as folder:
            tuning = Path(folder, "tuning")
            made = subprocess.run([PROGRAM, "tune", "--problem", SMALL, "--threads", "1", "--backend", "naive,auto",
                                   "--repetitions", "1", "--min-time", "1e-6", "--out", tuning],
                                  capture_output=True, text=True, timeout=100)
            self.assertEqual(made.returncode, FINE, made.stderr)
            result = self.explain(SMALL, "--threads", "1", RNN_TUNING=str(tuning))
            self.assertRegex(result["implementation"], r"^\w+: \w+ \(tuned\)$")
            result = self.explain("lstm/N:2/T:3/D:4/U:6", "--threads", "1", RNN_TUNING=str(tuning))
            self.assertIn("(cost model; not in the tuning file)", result["implementation"])

    # ---- Layers ----------------------------------------------------------------------------------

    def test_bytes(self):
        """W has 4 gates x 5 units x 4 features x 4 bytes, and U the same with 5 units. In a stack of two
        directions there are 2 x 16 features above the first layer."""
        (layer,) = self.layers(SMALL, "--threads", "1")
        self.assertEqual((layer["layer"], layer["direction"], layer["way"], layer["members"]),
                         (1, "forward", "one thread", 1))
        self.assertEqual((layer["W_bytes"], layer["U_bytes"]), (320, 400))
        layers = self.layers("gru/N:1/T:3/D:8/U:16+4/direction:bidirectional", "--threads", "1")
        self.assertEqual([(layer["layer"], layer["direction"], layer["W_bytes"], layer["U_bytes"]) for layer in layers],
                         [(1, "forward", 1536, 3072), (1, "backward", 1536, 3072),
                          (2, "forward", 1536, 192), (2, "backward", 1536, 192)])

    def test_bytes_with_options(self):
        """Coupling leaves 3 of the 4 gates. With a projection to 3 units U has 3 rows, and W_p has 5 x 3 numbers."""
        for option, W_bytes, U_bytes in (("coupled:input", 240, 300), ("projection:3", 320, 4 * (3 * 20 + 5 * 3)),
                                         ("coupled:forget/projection:3", 240, 4 * (3 * 15 + 5 * 3))):
            (layer,) = self.layers(f"{SMALL}/{option}", "--threads", "1")
            self.assertEqual((layer["W_bytes"], layer["U_bytes"]), (W_bytes, U_bytes), option)

    def test_backward(self):
        (layer,) = self.layers(f"{SMALL}/direction:backward", "--threads", "1")
        self.assertEqual(layer["direction"], "backward")

    def test_streaming(self):
        """W and U of 4 MiB each exceed L2. Where there are two steps, their inputs are projected at once."""
        for steps, streams in (1, "yes"), (2, "no"):
            self.assertEqual(self.layers(f"lstm/N:1/T:{steps}/U:512", "--threads", "1")[0]["streams"], streams)
        self.assertEqual(self.layers("lstm/N:1/T:1/U:16", "--threads", "1")[0]["streams"], "no")

    @two_cores
    def test_ways(self):
        """Of three layers two threads take two at once. The upper one is an eighth of the 25 steps behind."""
        result = self.explain("gru/N:1/T:25/U:64+64+64", "--threads", "2")
        if "openmp" not in result["implementation"]:
            self.skipTest("openmp was not built in")
        self.assertEqual([(layer["way"], layer["members"], layer["chunk_steps"]) for layer in result["layers"]],
                         [("wavefront of 2", 1, 4), ("wavefront of 2", 1, 4), ("together", 2, None)])
        layers = self.layers("gru/N:1/T:25/U:64/direction:bidirectional", "--threads", "2")
        self.assertEqual([(layer["way"], layer["members"]) for layer in layers], [("side by side", 1)] * 2)

    # ---- The limit -------------------------------------------------------------------------------

    def on_small_caches(self, problem):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(TOPOLOGY)
            file.flush()
            result = self.explain(problem, HWLOC_XMLFILE=file.name)
        self.assertEqual(result["threads"], "1")
        return result["layers"], {limit["limit"]: limit for limit in result["limits"]}

    def test_caches(self):
        """W of 1024 bytes stays in L1, and U of 4096 in L2, from where each of 3 steps reads 3072 bytes."""
        (layer,), limits = self.on_small_caches("lstm/N:1/T:3/D:4/U:16")
        self.assertEqual((layer["W_bytes"], layer["W_stays"], layer["U_bytes"], layer["U_stays"]),
                         (1024, "L1", 4096, "L2"))
        self.assertEqual((limits["reads from L2"]["amount"], limits["reads from memory"]["amount"]), (9216, 0))
        (layer,), limits = self.on_small_caches("lstm/N:1/T:3/D:4/U:32")
        self.assertEqual((layer["W_stays"], layer["U_bytes"], layer["U_stays"]), ("L2", 16384, "memory"))
        self.assertEqual(limits["reads from memory"]["amount"], 3 * (16384 - 4096))

    def test_limits(self):
        """A step and row has 2 x 4 x 5 x (4 + 5) FLOPs, and a masked step none."""
        limits = self.explain(SMALL, "--threads", "1")["limits"]
        self.assertRegex(limits[0]["limit"], r"^multiply-adds by \w+$")
        self.assertEqual(limits[0]["amount"], 360 * 2 * 3)
        *alone, roof, expected = limits
        self.assertEqual((roof["limit"], expected["limit"]), ("all at once: the roof", "expected by the cost model"))
        for limit in alone:
            self.assertGreater(limit["peak"], 0)
            self.assertAlmostEqual(limit["seconds"] * limit["peak"] / (limit["amount"] or 1), bool(limit["amount"]), 9)
        self.assertEqual(roof["seconds"], max(limit["seconds"] for limit in alone))
        self.assertGreater(expected["seconds"], 0)
        masked = self.explain("lstm/N:8/T:25/D:4/U:5/mask:holes", "--threads", "1")["limits"]
        self.assertLess(masked[0]["amount"], 360 * 8 * 25)

    # ---- Formats ---------------------------------------------------------------------------------

    def test_text(self):
        done = run(SMALL, "--threads", "1")
        self.assertEqual((done.returncode, done.stderr), (FINE, ""))
        self.assertRegex(done.stdout, r"(?m)^auto takes \w+: \w+ \(cost model\)$")
        self.assertRegex(done.stdout, r"(?m)^    1  forward +one thread +1 +0\.3125 KiB +\S+ +0\.3906 KiB +\S+ +no$")
        self.assertRegex(done.stdout, r"(?m)^multiply-adds by \w+ +2\.16 kFLOP +[0-9.]+ GFLOP/s +[0-9.]+ ns$")
        self.assertRegex(done.stdout, r"(?m)^one thread +[0-9.]+ [nu]s +1\.00 +taken$")
        self.assertLessEqual(max(map(len, done.stdout.splitlines()[3:])), 100)

    def test_csv(self):
        done = run(SMALL, "--threads", "1", "--format", "csv")
        (row,) = csv.DictReader(io.StringIO(done.stdout))
        self.assertEqual((row["split"], row["slices"], row["choice"]), ("one thread", "1", "taken"))

    def test_markdown(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.md")
            done = run(SMALL, "--threads", "1", "--out", path)
            self.assertEqual((done.returncode, done.stdout), (FINE, ""))
            self.assertEqual(len(re.findall(r"(?m)^\|[-:| ]+\|$", path.read_text())), 3, "tables")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
