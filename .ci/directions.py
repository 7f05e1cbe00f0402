#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that every include points down the house: a room may include what stands before it in ROOMS, itself,
and what lies beneath them all.

Usage: directions.py [FOLDER]     FOLDER is the root of the repository, by default the current folder
"""
import re
import subprocess
import sys
from pathlib import Path

# The rooms from the ground up. Rooms on one line stand beside each other and do not know of each other.
ROOMS = [
    ["kernels"],
    ["reference"],
    ["bench/base", "bench/statistics"],
    ["bench/machine"],
    ["bench/problems"],
    ["bench/results"],
    ["bench/document"],
    ["bench/measure"],
    ["bench/worker"],
    ["bench/commands", "bench/gate", "bench/report"],
    ["bench"],
    ["tests"],
]
# A table may be read from anywhere, as it includes nothing.
TABLES = {"bench/commands.inc"}
# These headers are made while the program is built, and say how.
GENERATED = {"bench/build_info.h", "bench/commit.h"}
# Beside rnn.h the kernels show these headers to the other folders. Tests see all of them.
KERNELS_SHOW = {
    "kernels/rnn.h", "kernels/activations.inc", "kernels/backends.inc", "kernels/cells.inc", "kernels/backend.h",
    "kernels/known_faults.h", "kernels/auto/auto.h", "kernels/auto/tuning.h", "kernels/engine/cores.h",
    "kernels/engine/rounding.h", # whether a backend leaves it as it was
    "kernels/engine/cost.h", # what `rnnbench explain` prints
    "kernels/isa/cpu.h", "kernels/isa/peak.h", # what instruction sets there are, and what `rnnbench peak` times
}


def room_of(path):
    """The index of the line of ROOMS, and the room: the longest name that fits."""
    found = [(len(room), height, room) for height, line in enumerate(ROOMS) for room in line
             if path.startswith(room + "/")]
    return max(found)[1:] if found else None


def fault(path, target):
    """Why this file must not include that one; None where it may."""
    if target in TABLES or target in GENERATED:
        return None
    own, other = room_of(path), room_of(target)
    if not other:
        return "is not written from the root of the repository"
    if own[1] != "tests" and other[1] == "kernels" != own[1] and target not in KERNELS_SHOW:
        return "is not shown outside of the kernels"
    if own[1] != other[1] and other[0] >= own[0]:
        return f"points from {own[1]} up to {other[1]}" if other[0] > own[0] else \
            f"points from {own[1]} across to {other[1]}"
    return None


def main(arguments):
    root = Path(arguments[0] if arguments else ".")
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "kernels", "reference", "bench", "tests"],
                            stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    includes = faults = 0
    for path in listed:
        if not re.search(r"\.(c|cc|h|inc)$", path) or not (root / path).exists():
            continue
        for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not found:
                continue
            includes += 1
            why = fault(path, found.group(1))
            if why:
                faults += 1
                print(f"{path}:{number}: {found.group(1)} {why}")
    print(f"{includes} includes, {faults} against the arrow")
    return 1 if faults or not includes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
