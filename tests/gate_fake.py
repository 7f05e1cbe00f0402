# SPDX-License-Identifier: MIT
"""What the tests of `rnnbench gate` share: the program under test, and a base that is a script, which
says of each run what time it took."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
FINE, WRONG, USAGE, NOT_COMPARABLE, INTERRUPTED = 0, 1, 2, 3, 130
NOT_WRONG = (FINE, NOT_COMPARABLE)  # where all rows may be too noisy to be judged
ALLOWANCE = 2.0
ROW = ["--problem", "lstm/N:1/T:16/U:32", "--backend", "scalar"]
LARGE = "lstm/N:1/T:4/U:256"  # its buffers are not of a heap that is there already
BUDGET = 5
BRIEF = [*ROW, "--budget", f"{BUDGET}s"]
WORKER = Path(__file__).with_name("gate_fake_worker.py")


def environment(**more):
    inherited = {name: value for name, value in os.environ.items() if name != "RNN_TUNING"}
    return {**inherited, "OMP_WAIT_POLICY": "passive", **more}


def run(*arguments, cwd=None, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=100, cwd=cwd, env=environment(**more))


class Gate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.fake = self.folder / "fake"
        self.fake.write_text(f"#!{sys.executable} -IS\n{WORKER.read_text()}")
        self.fake.chmod(0o755)
        self.out = self.folder / "out.json"

    def gate(self, status, *arguments, **more):
        start = time.monotonic()
        done = run("gate", *arguments, **more)
        self.seconds = time.monotonic() - start
        allowed = status if isinstance(status, tuple) else (status,)
        self.assertIn(done.returncode, allowed, done.stdout + done.stderr)
        return done

    def against_fake(self, status, *arguments, **more):
        return self.gate(status, "--against", self.fake, *BRIEF, *arguments, **more)

    def verdicts(self, *arguments, status=FINE, **more):
        self.against_fake(status, "--out", self.out, *arguments, **more)
        report = json.loads(self.out.read_text())
        return {row["backend"]: row["verdict"] for row in report["rows"]}


def main():
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
