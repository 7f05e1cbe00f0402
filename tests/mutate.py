#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the sources on purpose, one mistake at a time, and asks whether the test that is named for it sees it.
Without the mistake that test must pass. A mistake that can no longer be made, because its text is gone, is a
failure, too. mutations/ has them.

Usage: mutate.py SOURCE BUILD [--sample SEED] [NAME...]     the build is up to date
       mutate.py SOURCE --texts
By default it makes all mistakes, with --sample ten that SEED chooses (a commit, say), and with NAMEs those.
With --texts it makes none: it only asks whether each could be made, and its test is there.
"""
import argparse
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from mutations.mutant import CannotBeMade, Mutants, occurrences  # noqa: E402
from mutations import MUTATIONS  # noqa: E402
from mutations.kinds import CRASHES, FAILS, HANGS, Built, Data, Source  # noqa: E402

SAMPLE = 10
PASSES, SKIPPED, ERROR = "passes", "is skipped", "ends with an error"
SKIP_STATUS = 77  # the status by which Meson knows a skip
TIMEOUT = 240
# By these lines programs of cmocka, those of TAP, the others and Python's unittest say what failed.
FAILURE = re.compile(r"(?m)^(\[  FAILED  \]|not ok\b|FAILED\b)")
SCRIPT_FAILURE = re.compile(r"(?m)^FAILED \(failures=")
CAUGHT_SIGNAL = re.compile(r"Test failed with exception: .*")  # cmocka catches signals


def words_of(mutants, test, made=None):
    """The test's command, with the programs that were made in place of the build's."""
    if isinstance(test.command[0], Built):
        yield from shlex.split(os.environ.get("TEST_RUNNER", ""))  # an emulator, where the build is of another machine
    for word in test.command:
        if isinstance(word, Source):
            yield from (sys.executable, str(mutants.source / word.path))
        elif isinstance(word, Data):
            yield str(mutants.source / word.path)
        elif isinstance(word, Built):
            yield str((made or {}).get(word.path) or mutants.build / word.path)
        else:
            yield word


def outcome(is_script, status, output):
    if status < 0 or CAUGHT_SIGNAL.search(output):
        return CRASHES
    if status == SKIP_STATUS or (is_script and status == 0 and re.search(r"(?m)^OK \(skipped=", output)):
        return SKIPPED
    if status == 0:
        return PASSES
    return FAILS if (SCRIPT_FAILURE if is_script else FAILURE).search(output) else ERROR


def run_test(mutants, test, made=None):
    """Runs a test. Returns what became of it, and its output. Of one that hangs nothing is left running."""
    process = subprocess.Popen(list(words_of(mutants, test, made)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
                               env={**os.environ, "OMP_WAIT_POLICY": "passive", **test.environment})
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return HANGS, process.communicate()[0]
    became = outcome(isinstance(test.command[0], Source), process.returncode, output)
    return became, output if process.returncode >= 0 else f"{output}ended by signal {-process.returncode}\n"


def what_failed(output):
    """The line of an output that says best what failed."""
    said = (re.search(r"(?m)^Traceback .*\n(?:[ \n].*\n?)*(.*)", output) or  # the last line says what was not so
            re.search(r"(?m)^(.*(?: is not |!=|not in range| has failed|failed with exception).*)$", output) or
            re.search(r"(?m)^((?:FAILED|not ok|\[  FAILED  \]|ended by signal).*)$", output))
    return said[1][:150] if said else "no line"


def passes_unbroken(mutants, mutation, known):
    """Whether the test passes without a mistake; None where it is skipped. `known` keeps the answer, as many
    mutations share a test."""
    key = mutation.test.command, tuple(sorted(mutation.test.environment.items()))
    missing = [word.path for word in mutation.test.command
               if isinstance(word, Built) and not (mutants.build / word.path).exists()]
    if missing:
        print(f"{mutation.name}: skipped: this build has no {missing[0]}")
        return None
    if key not in known:
        known[key] = run_test(mutants, mutation.test)
    became, output = known[key]
    if became == SKIPPED:
        print(f"{mutation.name}: skipped: {output.strip().splitlines()[0] if output.strip() else 'no reason'}")
        return None
    if became != PASSES:
        print(f"FAILED {mutation.name}: without it the test {became}\n{output}")
    return became == PASSES


def is_caught(mutants, mutation):
    programs = [word.path for word in mutation.test.command if isinstance(word, Built)]
    try:
        made = mutants.make(mutation, *programs, kernels=mutation.kernels)
    except CannotBeMade as why:
        print(f"FAILED {mutation.name}: {why}")
        return False
    if not any(made):
        print(f"FAILED {mutation.name}: " +
              (f"no program of its test is made of {mutation.file}" if made else
               f"not found once in {mutation.file}: {mutation.text}"))
        return False
    became, output = run_test(mutants, mutation.test, dict(zip(programs, made)))
    if became not in mutation.outcomes:
        print(f"FAILED {mutation.name}: not caught: the test {became}\n{output}")
        return False
    print(f"{mutation.name}: {became}: {what_failed(output)}")
    return True


def is_caught_or_skipped(mutants, mutation, known):
    start = time.monotonic()
    passes = passes_unbroken(mutants, mutation, known)
    caught = passes and is_caught(mutants, mutation)
    print(f"    {time.monotonic() - start:.1f} s", flush=True)
    return caught


def unmakeable(source):
    """Returns what keeps mutations from being made or seen, a line each."""
    names = [mutation.name for mutation in MUTATIONS]
    yield from (f"{name}: the name of several" for name in sorted(set(names)) if names.count(name) > 1)
    for mutation in MUTATIONS:
        if (count := occurrences(source, mutation)) != 1:
            yield f"{mutation.name}: {count} times in {mutation.file}: {mutation.text}"
        if isinstance(script := mutation.test.command[0], Source):
            function = mutation.test.command[-1].split(".")[-1]
            path = Path(source, script.path)
            if not path.exists() or f"def {function}(" not in path.read_text(encoding="utf-8"):
                yield f"{mutation.name}: no {function} in {script.path}"


def choose(options):
    chosen = [mutation for mutation in MUTATIONS if not options.names or mutation.name in options.names]
    if options.sample is None:
        return chosen
    print(f"of {len(chosen)} mutations {min(SAMPLE, len(chosen))}, as chosen by --sample {options.sample}")
    return random.Random(options.sample).sample(chosen, min(SAMPLE, len(chosen)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("build", nargs="?")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--sample", metavar="SEED")
    parser.add_argument("--texts", action="store_true")
    options = parser.parse_intermixed_args()
    unknown = set(options.names) - {mutation.name for mutation in MUTATIONS}
    if unknown or bool(options.build) == options.texts:
        parser.error(f"no mutation is named {', '.join(sorted(unknown))}" if unknown else "a BUILD or --texts")
    faults = list(unmakeable(options.source))
    print("".join(f"FAILED {fault}\n" for fault in faults), end="")
    if options.texts:
        print(f"{len(MUTATIONS)} mutations, {len(faults)} faults")
        return 1 if faults else 0
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        mutants, known = Mutants(options.source, options.build, folder), {}
        caught = [is_caught_or_skipped(mutants, mutation, known) for mutation in choose(options)]
    print(f"{caught.count(True)} caught, {caught.count(False)} not, {caught.count(None)} skipped")
    return 1 if faults or False in caught or True not in caught else 0


if __name__ == "__main__":
    sys.exit(main())
