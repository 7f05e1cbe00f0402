# SPDX-License-Identifier: MIT
"""What the tests of `rnnbench gate` share: the program under test, a made-up base that says of each run how
long it took, and the clock of both, by which a wait of seconds is over at once."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM, FAKE = (os.path.abspath(path) for path in (sys.argv[1:3] if len(sys.argv) > 2 else ("", "")))
SANITIZED = "SANITIZED" in os.environ  # tests/meson.build sets it
FINE, WRONG, USAGE, NOT_COMPARABLE, INTERRUPTED = 0, 1, 2, 3, 130
NOT_WRONG = (FINE, NOT_COMPARABLE)  # all rows may be too noisy to be judged
ALLOWANCE = 2.0
ROW = ["--problem", "lstm/N:1/T:16/U:32", "--backend", "scalar"]
LARGE = "lstm/N:1/T:4/U:256"  # its buffers are too large for the heap that is there already
BUDGET = 5
BRIEF = [*ROW, "--budget", f"{BUDGET}s"]


def environment(**more):
    inherited = {name: value for name, value in os.environ.items() if name != "RNN_TUNING"}
    # Without this a worker would not end by a signal, as it does elsewhere.
    sanitizer = inherited.get("ASAN_OPTIONS", "") + ":handle_segv=0"
    return {**inherited, "OMP_WAIT_POLICY": "passive", "ASAN_OPTIONS": sanitizer, **more}


def run(*arguments, cwd=None, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=100, cwd=cwd, env=environment(**more))


class Gate(unittest.TestCase):
    """Runs gates whose time passes by the clock that the processes share: `seconds` of it in the last gate."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.fake = self.folder / "fake"
        shutil.copy(FAKE, self.fake)
        self.out = self.folder / "out.json"
        clock = tempfile.NamedTemporaryFile()  # it lies elsewhere, as tests look at what is in the folder
        self.addCleanup(clock.close)
        self.clock = Path(clock.name)

    def run_gate(self, *arguments, **more):
        self.clock.write_bytes(b"")
        done = run("gate", *arguments, SHARED_CLOCK=str(self.clock), **more)
        self.seconds = 1e-9 * int.from_bytes(self.clock.read_bytes()[:8], sys.byteorder)
        return done

    def gate(self, status, *arguments, **more):
        done = self.run_gate(*arguments, **more)
        allowed = status if isinstance(status, tuple) else (status,)
        self.assertIn(done.returncode, allowed, done.stdout + done.stderr)
        return done

    def against_fake(self, status, *arguments, **more):
        return self.gate(status, "--against", self.fake, *BRIEF, *arguments, **more)

    def verdicts(self, *arguments, status=FINE, **more):
        self.against_fake(status, "--out", self.out, *arguments, **more)
        report = json.loads(self.out.read_text())
        return {row["backend"]: row["verdict"] for row in report["rows"]}


class RealGate(Gate):
    """Runs gates of the program as it is installed, by the real clock."""

    def run_gate(self, *arguments, **more):
        start = time.monotonic()
        done = run("gate", *arguments, **more)
        self.seconds = time.monotonic() - start
        return done


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
