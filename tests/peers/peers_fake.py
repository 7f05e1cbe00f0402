#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A peer for the tests of bench/peers: SimpleRNN in plain Python, which does its work right or goes wrong in
one way.

Usage: peers_fake.py right|restless|restless_fails|wrong|nan|short|refuses|fails|fails_once|dies|
                     dies_later|garbage|silent|kills_judge|lacks_form|lingers

  restless        two of three runs take twice the time
  restless_fails  so do these, and one behind the third repetition fails
  fails_once      it fails in the second repetition of the first problem
  dies_later      it ends there
  kills_judge     it ends the driver's first worker when the second problem comes
  lingers         it goes on when it is told to quit
"""
import array
import json
import math
import os
import signal
import sys
import time
from pathlib import Path

MANNER = sys.argv[1]


def floats(path):
    return array.array("f", Path(path).read_bytes())


def simple_rnn(folder):
    """Returns y [N, T, M] of one forward layer with tanh."""
    facts = json.loads((folder / "problem.json").read_text())
    layer, = facts["layers"]
    if layer["cell"] != "simple_rnn":
        return None
    batch, steps, features, units = facts["batch"], facts["timesteps"], layer["features"], layer["units"]
    x = floats(folder / "x")
    kernel, recurrent, bias = (floats(folder / f"weights.layers[0].{name}")
                               for name in ("kernel", "recurrent_kernel", "bias"))
    if MANNER == "wrong":
        bias = [0.0] * units
    y = array.array("f")
    for n in range(batch):
        h = [0.0] * units
        for t in range(steps):
            row = x[(n * steps + t) * features:][:features]
            h = [math.tanh(bias[j] + sum(row[d] * kernel[d * units + j] for d in range(features)) +
                           sum(h[k] * recurrent[k * units + j] for k in range(units)))
                 for j in range(units)]
            y.extend(h)
    if MANNER == "nan":
        y[len(y) // 2] = math.nan
    return y[:-1] if MANNER == "short" else y


def kill_judge():
    driver = os.getppid()
    judge = Path(f"/proc/{driver}/task/{driver}/children").read_text().split()[0]
    os.kill(int(judge), signal.SIGKILL)


def obey(words):
    command = words[0]
    obey.runs += command == "run"
    if command == "hello":
        return {"version": "0.0"}
    if command == "prepare":
        if MANNER == "refuses":
            return {"error": "not this form", "refused": True}
        if MANNER == "fails":
            return {"error": "something broke"}
        obey.y = simple_rnn(Path(words[1]))
        if obey.y is None:
            return {"error": "simple_rnn only", "refused": True}
        if MANNER == "kills_judge" and obey.runs:
            kill_judge()
        failed = ["quick_form(): ValueError: no luck"] if MANNER == "lacks_form" else []
        return {"label": "0.0, plain Python", "failed_forms": failed}
    if command == "run":
        if MANNER == "dies":
            sys.exit("the fake peer has a bad day")
        if obey.runs == 5 and MANNER == "fails_once":  # three runs come before the repetitions
            return {"error": "something broke late"}
        if obey.runs == 9 and MANNER == "restless_fails":
            return {"error": "something broke very late"}
        if obey.runs == 5 and MANNER == "dies_later":
            sys.exit("a bad evening")
        if MANNER == "garbage":
            return ["no", "dictionary"]
        seconds = 1e-5 * int(words[1]) * (1 + (MANNER.startswith("restless") and obey.runs % 3 > 0))
        time.sleep(seconds)
        return {"seconds": seconds, "cpu_seconds": 0}
    if command == "output":
        Path(words[1]).write_bytes(obey.y.tobytes())
    return {}


obey.runs = 0
if MANNER == "silent":
    sys.exit("the fake peer does not start")
for line in sys.stdin:
    print(json.dumps(obey(line.split())), flush=True)
    if line.split() == ["quit"]:
        break
if MANNER == "lingers":
    time.sleep(100)
