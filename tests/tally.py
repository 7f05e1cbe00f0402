#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sums up Meson's test logs: the skips with their reasons, the failures, how many subtests there were in the
tests that passed or failed, and `N passed, N failed, N skipped`.

Usage: tally.py TESTLOG.json...   The exit status is 1 on any failure, or where no test ran.
"""
import json
import re
import sys
from collections import defaultdict

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}

# How a test says what it has run: the tests of cmocka and of unittest, the points of TAP, mutations.
COUNTS = [r"(?m)^\[  PASSED  \] (\d+) test", r"(?m)^\[  FAILED  \] (\d+) test", r"(?m)^Ran (\d+) tests? in ",
          r"(?m)^(\d+) caught, ", r"(?m)^\d+ caught, (\d+) not"]
SKIPS = r"(?m)^(?:OK|FAILED) \(.*skipped=(\d+)"
POINTS = r"(?m)^(?:not )?ok \d+(?!.*# SKIP)"


def read_logs(paths):
    for path in paths:
        try:
            with open(path, encoding="utf-8") as log:
                yield from (json.loads(line) for line in log if line.strip())
        # Where no test ran, the caller's shell hands on its pattern as it is.
        except FileNotFoundError:
            pass


def skip_reason(test):
    lines = (test.get("stdout") or "").splitlines() + (test.get("stderr") or "").splitlines()
    for line in lines:
        reason = re.search(r"(?:^skipped: |# SKIP )(.*)", line)
        if reason:
            return reason[1].strip()
    return "no reason given"


def subtests(test):
    """How many subtests an output tells of; one where it does not say."""
    text = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    count = sum(int(number) for pattern in COUNTS for number in re.findall(pattern, text))
    count -= sum(map(int, re.findall(SKIPS, text)))
    return max(1, count + len(re.findall(POINTS, text)))


def print_skips(tests):
    by_reason = defaultdict(list)
    for test in tests:
        by_reason[skip_reason(test)].append(test["name"].split(" / ")[-1])
    for reason, names in by_reason.items():
        print(f"skipped: {reason}\n    {', '.join(names)}")


def main(paths):
    tests = list(read_logs(paths))
    passed = [test for test in tests if test["result"] in PASSED]
    skipped = [test for test in tests if test["result"] in SKIPPED]
    failed = [test for test in tests if test["result"] not in PASSED | SKIPPED]
    print_skips(skipped)
    for test in failed:
        print(f"failed: {test['name']} ({test['result']})")
    if not passed and not failed:
        print("no test ran")
    print(f"{sum(map(subtests, passed + failed))} subtests")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
