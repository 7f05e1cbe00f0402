# SPDX-License-Identifier: MIT
"""How much of the machine other programs took while something was measured."""

import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))


def _machine_ticks():
    """Spent by all programs, and by others in whose favour this machine was stopped."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal, *_ = map(int, file.readline().split()[1:])
    return user + nice + system + irq + softirq + steal


def _process_ticks(pid):
    """With those of its children that have ended: one that ends is then counted by its parent."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b") ")[2].split()
        return sum(map(int, fields[11:15]))
    except OSError:  # it has ended
        return 0


class OtherLoad:
    """Adds up spans of time: `with load.watch(pids): ...`"""

    def __init__(self):
        self.seconds = self.foreign_seconds = 0.0

    def watch(self, pids):
        return _Span(self, [os.getpid(), *pids])

    @property
    def cores(self):
        """Returns how many cores others took, on average."""
        return self.foreign_seconds / self.seconds if self.seconds else 0.0


class _Span:
    def __init__(self, load, pids):
        self.load, self.pids = load, pids

    def _foreign_ticks(self):
        return _machine_ticks() - sum(map(_process_ticks, self.pids))

    def __enter__(self):
        self.start, self.ticks = time.monotonic(), self._foreign_ticks()

    def __exit__(self, *_):
        self.load.seconds += time.monotonic() - self.start
        self.load.foreign_seconds += max(0, self._foreign_ticks() - self.ticks) / TICKS
