#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a sweep has rows of every backend for every cell that `rnnbench list` says it runs.

Usage: claims.py RNNBENCH RESULT.json     of a sweep with all cells and no filter on backends
"""
import json
import subprocess
import sys


def claims(listing):
    """Returns what the table of `rnnbench list` says yes to: {("gru/reset_after:0", "naive"), ...}"""
    header, *rows = listing.split("\nbackends\n")[1].split("\n\n")[0].splitlines()
    columns = header.split()[1:]  # the first column is the threads
    return {(column, words[0]) for words in map(str.split, rows)
            for column, word in zip(columns, words[2:]) if word == "yes"}


def measured(path):
    """Returns the same for the rows of a file, named as lstm/avx2/N:8/T:32/D:64/U:128/threads:1."""
    with open(path, encoding="utf-8") as file:
        names = [row["run_name"].split("/") for row in json.load(file)["benchmarks"]]
    return {(cell + "/reset_after:0" * ("reset_after:0" in options), backend)
            for cell, backend, *options in names}


def is_forced(name, names):
    """Whether a backend is a forced openmp, such as openmp_batch. A sweep measures it only where --backend
    names it."""
    return any(name.startswith(other + "_") for other in names)


def missing(rnnbench, path):
    """Returns one line for each claim without a row, and one where nothing is claimed."""
    done = subprocess.run([rnnbench, "list"], check=True, capture_output=True, text=True)
    claimed = claims(done.stdout)
    if not claimed:
        return ["`rnnbench list` claims nothing"]
    names = {backend for _, backend in claimed}
    return [f"no row of {backend} for {column}"
            for column, backend in sorted(claimed - measured(path))
            if not is_forced(backend, names)]


def main(arguments):
    if len(arguments) != 2:
        print(__doc__)
        return 2
    lines = missing(*arguments)
    print("\n".join(f"FAILED {line}" for line in lines) or "every claim has its row")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
