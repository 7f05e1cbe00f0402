# SPDX-License-Identifier: MIT
"""What was measured of one row, and how it is handed to `rnnbench record`, which makes file and table."""

import json
import subprocess

SETTLED = 1.05  # more than half of the repetitions take at most so many times the least time


class Row:
    """One participant on one problem with one number of threads, and its repetitions."""

    def __init__(self, backend, threads, problem, label, counters):
        self.backend, self.threads, self.problem, self.label = backend, threads, problem, label
        self.counters = counters
        self.iterations = 1
        self.repetitions = []  # (seconds, CPU seconds) of one iteration

    @property
    def least(self):
        return min(seconds for seconds, _ in self.repetitions)

    @property
    def is_settled(self):
        """Not where other work on the machine made half of the repetitions slower."""
        near = sum(seconds <= SETTLED * self.least for seconds, _ in self.repetitions)
        return 2 * near > len(self.repetitions)

    def samples(self):
        counters = dict(self.counters)
        facts = {name: counters.pop(name) for name in ("flops", "weight_bytes", "roof_seconds")}
        seconds, cpu_seconds = zip(*self.repetitions)
        return {"problem": self.problem, "backend": self.backend, "threads": self.threads,
                "label": self.label, "iterations": self.iterations, "seconds": seconds,
                "cpu_seconds": cpu_seconds, **facts, "counters": counters}


def record(program, context, rows, *options):
    """Returns whether it could be done. If not, the program has told why."""
    text = json.dumps({"context": context, "rows": [row.samples() for row in rows]})
    done = subprocess.run([program, "record", *options], input=text.encode(), check=False,
                          start_new_session=True)  # Ctrl-C is for the driver
    return done.returncode == 0


def time_text(seconds):
    return f"{1e6 * seconds:.3g} us"
