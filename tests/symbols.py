#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether every symbol that a program could collide with when it links librnn.a begins with rnn_.

Usage: symbols.py LIBRNN.A
"""
import shutil
import subprocess
import sys

SKIPPED = 77


def external_symbols(archive):
    listed = subprocess.run(["nm", "--defined-only", "--extern-only", "--format=posix", archive],
                            check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in listed.splitlines() if len(line.split()) > 1}


def main(archive):
    if not shutil.which("nm"):
        print("skipped: no nm here")
        return SKIPPED
    symbols = external_symbols(archive)
    if "rnn_plan_create" not in symbols:
        print(f"FAILED {archive}: rnn_plan_create is not among its {len(symbols)} symbols")
        return 1
    others = sorted(symbol for symbol in symbols if not symbol.startswith("rnn_"))
    for symbol in others:
        print(f"FAILED {symbol}: does not begin with rnn_")
    print(f"{len(symbols)} external symbols, {len(others)} without prefix")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
