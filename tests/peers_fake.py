#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A peer for the tests of bench/peers: SimpleRNN in plain Python, or one way to go wrong.

Usage: peers_fake.py right|wrong|nan|short|refuses|fails|dies|garbage|silent
"""
import array
import json
import math
import sys
import time
from pathlib import Path

MANNER = sys.argv[1]


def floats(path):
    return array.array("f", Path(path).read_bytes())


def simple_rnn(folder):
    """y [N, T, M] of one forward layer with tanh."""
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


def obey(words):
    command = words[0]
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
        return {"label": "0.0, plain Python"}
    if command == "run":
        if MANNER == "dies":
            sys.exit("the fake peer has a bad day")
        if MANNER == "garbage":
            return ["no", "dictionary"]
        time.sleep(1e-5 * int(words[1]))
        return {"seconds": 1e-5 * int(words[1]), "cpu_seconds": 0}
    if command == "output":
        Path(words[1]).write_bytes(obey.y.tobytes())
    return {}


if MANNER == "silent":
    sys.exit("the fake peer does not start")
for line in sys.stdin:
    print(json.dumps(obey(line.split())), flush=True)
