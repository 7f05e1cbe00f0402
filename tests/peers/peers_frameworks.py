#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the workers of bench/peers give each framework our weights as it wants them. Every form that a
framework has is held against the oracle.

Usage: peers_frameworks.py RNNBENCH FRAMEWORK
It is skipped where bench/peers/setup has not made build-peers, or what PEERS_ENVIRONMENT names.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
SIZES = "N:3/T:4/D:5/U:7"

# What all of these frameworks have, and what only some have.
FORMS = [f"{cell}/{SIZES}{options}" for cell in ("simple_rnn", "lstm", "gru")
         for options in ("", "/bias:0", "/state:1", "/output:last", "/direction:bidirectional",
                         "/direction:bidirectional/state:1", "/direction:bidirectional/output:last")]
FORMS += [f"simple_rnn/{SIZES}/activation:relu", "lstm/N:1/T:1/D:5/U:7", "gru/N:2/T:1/D:5/U:7",
          f"lstm/{SIZES}/layout:time_major", "lstm/N:2/T:40/D:3/U:4", "simple_rnn/N:2/T:1/D:3/U:4/bias:0"]
BACKWARD = [f"{cell}/{SIZES}/direction:backward" for cell in ("simple_rnn", "lstm", "gru")]
RESET_BEFORE = [f"gru/{SIZES}/reset_after:0{options}"
                for options in ("", "/bias:0", "/state:1", "/output:last")]
OTHER_ACTIVATIONS = [f"lstm/{SIZES}/activation:softsign", f"gru/{SIZES}/recurrent_activation:relu"]
# What Keras does not have.
PROJECTED = [f"lstm/{SIZES}/projection:4{options}" for options in ("", "/bias:0", "/state:1", "/direction:bidirectional")]
PEEPHOLES = [f"lstm/{SIZES}/peepholes:1{options}" for options in ("", "/state:1", "/direction:bidirectional")]
CLIPPED = [f"lstm/{SIZES}/peepholes:1/coupled:forget/state:1", f"lstm/{SIZES}/coupled:forget", f"lstm/{SIZES}/gate_clip:0.5",
           f"gru/{SIZES}/gate_clip:0.5", f"gru/{SIZES}/reset_after:0/gate_clip:0.5", f"simple_rnn/{SIZES}/gate_clip:0.5"]
ATTENTIVE = [f"gru/{SIZES}/attention:1", f"gru/{SIZES}/reset_after:0/attention:1/state:1"]
NOWHERE = [f"lstm/{SIZES}/coupled:input", f"lstm/{SIZES}/cell_clip:0.5", f"lstm/{SIZES}/projection:3/projection_clip:0.5"]
OF_KERAS = FORMS + BACKWARD + RESET_BEFORE + OTHER_ACTIVATIONS
PROBLEMS = OF_KERAS + PROJECTED + PEEPHOLES + CLIPPED + ATTENTIVE + NOWHERE
HAS = {"torch": FORMS + PROJECTED, "onnxruntime": OF_KERAS + PEEPHOLES + CLIPPED, "tensorflow": OF_KERAS,
       "onednn3": FORMS + BACKWARD + RESET_BEFORE + PROJECTED + PEEPHOLES + ATTENTIVE}
SHARE = {"tensorflow": 3}  # one problem of three, as XLA compiles for seconds


def environment():
    return Path(os.environ.get("PEERS_ENVIRONMENT", ROOT / "build-peers"))


def is_there(framework):
    python, second = environment() / "venv/bin/python", environment() / "rnnbench-onednn3"
    return (second if framework == "onednn3" else python).exists()


def drive(rnnbench, framework, out):
    problems = [word for problem in PROBLEMS[::SHARE.get(framework, 1)]
                for word in ("--problem", problem)]
    return subprocess.run(
        [ROOT / "bench/peers/run", "--rnnbench", rnnbench, "--environment", environment(),
         "--peers", framework, "--backend", "naive", "--threads", "1", "--repetitions", "1",
         "--min-time", "0.0001", "--peak-time", "0.01", "--out", out, *problems],
        capture_output=True, text=True, check=False)


def main():
    rnnbench, framework = sys.argv[1:]
    if not is_there(framework):
        print(f"skipped: {environment()} has no {framework}; bench/peers/setup makes it")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        done = drive(rnnbench, framework, out)
        rows = json.loads(out.read_text())["benchmarks"] if out.exists() else []
    timed = len({row["run_name"] for row in rows if f"/{framework}/" in row["run_name"]})
    expected = len(set(HAS[framework]) & set(PROBLEMS[::SHARE.get(framework, 1)]))
    print(done.stdout, done.stderr)
    print(f"{timed} forms of {framework} are right, {expected} are expected")
    return 0 if done.returncode == 0 and timed == expected else 1


if __name__ == "__main__":
    sys.exit(main())
