#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Kills sweeps at random moments, and looks at the files that they leave.

Usage: kill_sweep.py RNNBENCH [KILLS [SEED]]

Half of them write a new file of the store (--save), half replace an earlier one (--out). After each
there is a file of whole problems, or in the store none and at --out the earlier one. Every other
sweep is killed while it writes, where it can be caught at that.
"""
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPETITIONS = 3
PROBLEMS = [f"lstm/N:2/T:3/D:{units}/U:{units}" for units in range(4, 49, 4)]
BACKENDS = "naive", "scalar"
OPTIONS = ["--cell", "lstm", "--units", "4:48:+4", "--batch", "2", "--steps", "3",
           "--backend", ",".join(BACKENDS), "--repetitions", str(REPETITIONS), "--min-time",
           "0.002", "--peak-time", "0.02"]


def start(program, *arguments):
    return subprocess.Popen([program, "sweep", *OPTIONS, *map(str, arguments)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_writing(process, folder, deadline):
    """Waits until a file is being written beside its final name."""
    while process.poll() is None and time.monotonic() < deadline:
        if any(name.endswith(".part") for _, _, names in os.walk(folder) for name in names):
            return


def problems_of(path):
    """Returns how many problems the file has. Raises where one is not whole or the file is damaged."""
    content = json.loads(path.read_text())
    assert content["context"]["rnnbench_schema"] == "1"
    rows = collections.Counter(row["run_name"].removesuffix("/process_time/real_time")
                               for row in content["benchmarks"] if row["run_type"] == "iteration")
    assert rows, "a file without rows"
    expected = [problem.replace("lstm/", f"lstm/{backend}/") + "/threads:1"
                for problem in PROBLEMS[:len(rows) // len(BACKENDS)] for backend in BACKENDS]
    assert rows == {name: REPETITIONS for name in expected}, rows
    is_whole = len(rows) == len(PROBLEMS) * len(BACKENDS)
    assert "finished" not in content["context"] or is_whole
    return len(rows) // len(BACKENDS)


def kill_one(program, folder, store, duration, while_writing):
    """Returns the number of problems in the file that is left; None where there is none, or the earlier one."""
    folder.mkdir()
    out = folder / "out.json"
    earlier = '{"an": "earlier file"}'
    out.write_text(earlier)
    process = start(program, *(["--save", "--results", folder] if store else ["--out", out]))
    moment = time.monotonic() + random.uniform(0, 1.05 * duration)
    if while_writing:
        time.sleep(random.uniform(0, duration))
        wait_for_writing(process, folder, time.monotonic() + duration)
    else:
        time.sleep(max(0, moment - time.monotonic()))
    process.kill()
    process.wait()
    files = list(folder.glob("*/*.json")) if store else [out]
    assert len(files) <= 1, files
    if not files or files[0].read_text() == earlier:
        return None
    return problems_of(files[0])


def main(program, kills=10, seed=1):
    random.seed(int(seed))
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        begin = time.monotonic()
        assert start(program, "--out", folder / "whole.json").wait() == 0
        duration = time.monotonic() - begin
        assert problems_of(folder / "whole.json") == len(PROBLEMS)
        left = collections.Counter()
        writing = 0
        for index in range(int(kills)):
            count = kill_one(program, folder / str(index), index % 2 == 0, duration, index % 4 > 1)
            left["none yet" if count is None else
                 "all problems" if count == len(PROBLEMS) else "some problems"] += 1
            # On a busy machine a sweep may take another time than it did at first.
            duration *= 0.9 if count == len(PROBLEMS) else 1.1 if count is None else 1
            writing += len(list((folder / str(index)).rglob("*.part")))
    print(f"{kills} sweeps killed, {writing} of them while they wrote; what they left is readable:",
          dict(left))
    assert int(kills) < 50 or left["some problems"] > int(kills) / 20, "killed too early or late"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
