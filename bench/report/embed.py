#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes files as C constants that are named after them: page.css becomes page_css.

Usage: embed.py OUTPUT.h FILE...
"""
import sys
from pathlib import Path


def constant(path):
    content = path.read_bytes()
    if b"\0" in content:
        sys.exit(f"embed.py: {path}: has a zero byte")
    # Compilers need not take strings as long as this, but they take a list of numbers.
    lines = [content[i:i + 24] for i in range(0, len(content), 24)]
    numbers = ",\n".join(",".join(str(byte) for byte in line) for line in lines)
    name = path.name.replace(".", "_").replace("-", "_")
    return f"static const char {name}[] = {{\n{numbers},\n0}};\n"


def main():
    output, *paths = map(Path, sys.argv[1:])
    for path in paths:
        path.read_text(encoding="ascii")  # where char is signed, it cannot hold bytes above 127
    output.write_text("".join(constant(path) for path in paths), encoding="ascii")


if __name__ == "__main__":
    main()
