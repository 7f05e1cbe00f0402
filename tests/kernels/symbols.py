#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that every symbol that a program could collide with when it links librnn begins with rnn_.

Usage: symbols.py LIBRNN.A LIBRNN.SO
"""
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77


def external_symbols(library):
    which = "--dynamic" if ".so" in Path(library).suffixes else "--extern-only"
    listed = subprocess.run(["nm", "--defined-only", which, "--format=posix", library],
                            check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in listed.splitlines() if len(line.split()) > 1}


def check(library):
    symbols = external_symbols(library)
    if "rnn_plan_create" not in symbols:
        print(f"FAILED {library}: rnn_plan_create is not among its {len(symbols)} symbols")
        return False
    # For 32 bits, a program keeps one copy of these helpers of gcc's of all that it links.
    others = sorted(symbol for symbol in symbols if not symbol.startswith(("rnn_", "__x86.get_pc_thunk.")))
    for symbol in others:
        print(f"FAILED {library}: {symbol} does not begin with rnn_")
    print(f"{library}: {len(symbols)} external symbols, {len(others)} without prefix")
    return not others


def main(libraries):
    if not shutil.which("nm"):
        print("skipped: no nm here")
        return SKIPPED
    passed = [check(library) for library in libraries]
    return 0 if passed and all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
