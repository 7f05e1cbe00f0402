#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How much faster one backend is than its peers, from the JSON of bench/peers/run or of
`rnnbench sweep`: geometric means of ratios of medians, and the problems behind the worst of them.

  bench/peers/ratios.py FILE.json... [--ours auto] [--against best|others|choices|NAME]
                        [--at-limit-from UNITS]

A row on several threads is held against the peer's on as many; a backend that takes one thread
alone is held with that one. `best` is the fastest of all peers on each problem. A problem counts
as slower beyond noise where three quarters of ours are slower than three quarters of the peer's.

`others` is the fastest of all other backends on so many threads or fewer, and answers whether auto
chose well. To choose by noisy medians and to compare by the same ones would favour the chosen; so
every other repetition says which one is the fastest, and the rest how fast it and ours are: two
repetitions at least. The last column says how many problems ours is within 5% on, or faster.

`choices` asks the same of the code that ours chose, as its label names it: the repetitions of all
rows that ran the same code are those of one, so that noise between rows of equal code does not count.

--at-limit-from tells what could be gained at most: ours as if it took what the machine's limit is, by
its roof, on problems whose layers all have so many units or more.
"""

import argparse
import json
import math
import re
import statistics
import sys
from dataclasses import dataclass

sys.dont_write_bytecode = True
from participants import ALL_PEERS  # noqa: E402


class Repeated(Exception):
    """A row is in two files."""


class NoRoof(Exception):
    """A row does not say what the machine's limit is."""


@dataclass
class Times:
    """All repetitions of one row, in seconds."""
    samples: list
    backend: str
    code: tuple = ()
    limit: float = math.nan  # the machine's, where the row has a roof

    @property
    def median(self):
        return statistics.median(self.samples)

    def halves(self):
        return [Times(self.samples[first::2], self.backend, self.code) for first in (0, 1)]

    def quartile(self, which):
        if len(self.samples) < 2:
            return self.samples[0]
        return statistics.quantiles(self.samples, n=4, method="inclusive")[which - 1]


def code_of(backend, threads, label):
    """What ran, whatever backend chose it: (whose code, how the work was shared or on how many
    threads). The label of auto is "BACKEND: LABEL OF THAT ONE (why)"."""
    chosen, colon, text = label.partition(": ")
    if not colon or backend != "auto":
        chosen, text = backend, label
    kernels, _, split = re.sub(r" \(.*", "", text).partition(", ")
    if re.fullmatch("openmp.*|" + re.escape(kernels), chosen):
        return kernels, split
    return chosen, threads


class Measurements:
    """Times by problem, threads and backend."""

    def __init__(self):
        self.times = {}
        self.peers = []  # in the order of the files
        self.file_of = {}

    def add_file(self, path):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        named = content["context"].get("peers")  # `rnnbench sweep` names none
        peers = ALL_PEERS if named is None else [name for name in named.split(", ") if name]
        self.peers += [name for name in peers if name not in self.peers]
        for entry in content["benchmarks"]:
            without_time = entry.get("error_occurred") or entry.get("skipped")
            if entry["run_type"] == "iteration" and not without_time:
                name = entry["run_name"].removesuffix("/process_time/real_time")
                if self.file_of.setdefault(name, path) != path:
                    raise Repeated(f"{name} is in {self.file_of[name]} as well")
                self.add(name, entry["real_time"], entry.get("label", ""), entry.get("roof", math.nan))

    def add(self, name, nanoseconds, label="", roof=math.nan):
        name, _, threads = name.rpartition("/threads:")
        cell, backend, rest = name.split("/", 2)
        by_backend = self.times.setdefault(f"{cell}/{rest}", {}).setdefault(backend, {})
        code = code_of(backend, threads, label)
        times = by_backend.setdefault(int(threads), Times([], backend, code))
        times.samples.append(1e-9 * nanoseconds)
        times.limit = 1e-9 * nanoseconds * roof

    def put_at_limit(self, ours, least_units):
        """As if ours had no more to gain there. A limit above the time, as in files that counted
        masked steps, leaves it as it is."""
        for problem, by_backend in self.times.items():
            units = re.search(r"/U:([\d+]+)", problem)
            if not units or min(map(int, units[1].split("+"))) < least_units:
                continue
            for times in by_backend.get(ours, {}).values():
                if math.isnan(times.limit):
                    raise NoRoof(f"{ours} has no roof on {problem}")
                times.samples = [min(times.limit, times.median)]

    def backends(self):
        """In the order of the files."""
        return list(dict.fromkeys(
            backend for by_backend in self.times.values() for backend in by_backend))

    def ours(self):
        """auto, or the first that is no peer; None where all are."""
        own = [name for name in self.backends() if name not in self.peers]
        return "auto" if "auto" in own else next(iter(own), None)

    def row(self, problem, threads, backend):
        """On so many threads or, failing that, on the fewest; None where there is none."""
        by_threads = self.times[problem].get(backend, {})
        if threads in by_threads:
            return by_threads[threads]
        return by_threads[min(by_threads)] if by_threads else None

    def pairs(self, ours, peers):
        """(text, our times, those of the fastest of the peers) of each problem and number of
        threads on which any of the peers was timed."""
        for problem, by_backend in self.times.items():
            present = [peer for peer in peers if peer in by_backend]
            for threads in sorted({p for peer in present for p in by_backend[peer]}):
                mine = self.row(problem, threads, ours)
                theirs = [by_backend[peer][threads] for peer in present
                          if threads in by_backend[peer]]
                if mine:
                    best = min(theirs, key=lambda times: times.median)
                    yield f"{problem}/threads:{threads}", mine, best

    def choices(self, ours):
        """As pairs(), with the fastest of all other backends on so many threads or fewer."""
        for problem, by_backend in self.times.items():
            for limit, mine in sorted(by_backend.get(ours, {}).items()):
                halves = [times.halves()
                          for name, by_threads in by_backend.items() if name != ours
                          for threads, times in by_threads.items()
                          if threads <= limit and len(times.samples) > 1]
                if halves and len(mine.samples) > 1:
                    best = min(halves, key=lambda half: half[0].median)
                    yield f"{problem}/threads:{limit}", mine.halves()[1], best[1]

    def codes(self, problem, limit):
        """Times by code, of all rows on so many threads or fewer."""
        codes = {}
        for by_threads in self.times[problem].values():
            for threads, times in by_threads.items():
                if threads <= limit:
                    name = " ".join(map(str, times.code)).strip()
                    all_times = codes.setdefault(times.code, Times([], name, times.code))
                    all_times.samples += times.samples
        return codes

    def choices_of_code(self, ours):
        """As choices(), of the code that ours chose and of the fastest code."""
        for problem, by_backend in self.times.items():
            for limit, mine in sorted(by_backend.get(ours, {}).items()):
                halves = {code: times.halves() for code, times in self.codes(problem, limit).items()
                          if len(times.samples) > 1}
                if mine.code in halves and len(halves) > 1:
                    best = min(halves.values(), key=lambda half: half[0].median)
                    yield f"{problem}/threads:{limit}", halves[mine.code][1], best[1]


def summarize(title, pairs, worst_count):
    """Lines of text; [] where there are no pairs."""
    ratios = sorted(((theirs.median / mine.median, text, mine, theirs)
                     for text, mine, theirs in pairs), key=lambda entry: entry[:2])
    if not ratios:
        return []
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio, *_ in ratios))
    below = [entry for entry in ratios if entry[0] < 1]
    certain = [entry for entry in below if entry[2].quartile(1) > entry[3].quartile(3)]
    close = sum(1.05 * ratio >= 1 for ratio, *_ in ratios) / len(ratios)
    lines = [f"{title:20} {len(ratios):8} {mean:8.2f}x {len(below):10} {len(certain):12} "
             f"{ratios[0][0]:8.2f}x {close:9.1%}"]
    for ratio, text, mine, theirs in ratios[:worst_count]:
        if ratio < 1:
            lines.append(f"    {ratio:.2f}x {text}: {1e6 * mine.median:.4g} us, {theirs.backend} "
                         f"{1e6 * theirs.median:.4g} us")
    return lines


def summary(measurements, ours, against=None, worst_count=5):
    present = [peer for peer in measurements.peers
               if peer in measurements.backends() and peer != ours]
    lines = [f"{ours + ' against':20} {'problems':>8} {'geomean':>9} {'below 1.0x':>10} "
             f"{'beyond noise':>12} {'worst':>9} {'within 5%':>9}"]
    for peer in present:
        if against in (None, peer):
            lines += summarize(peer, measurements.pairs(ours, [peer]), worst_count)
    if against in (None, "best"):
        lines += summarize("best of all peers", measurements.pairs(ours, present), worst_count)
    if against == "others":
        lines += summarize("best of all others", measurements.choices(ours), worst_count)
    if against == "choices":
        lines += summarize("fastest code", measurements.choices_of_code(ours), worst_count)
    return "\n".join(lines) if len(lines) > 1 else f"{ours}: no problem that a peer was timed on"


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE.json")
    parser.add_argument("--ours", metavar="BACKEND", help="by default auto, or the first that is no peer")
    parser.add_argument("--against", metavar="NAME", help="best, others, choices, or one of the peers; default all")
    parser.add_argument("--at-limit-from", type=int, metavar="UNITS",
                        help="ours as if at the machine's limit where all layers have so many "
                             "units or more")
    parser.add_argument("--worst", type=int, default=5, metavar="N", help="how many are named; 5")
    options = parser.parse_args()
    measurements = Measurements()
    for path in options.files:
        try:
            measurements.add_file(path)
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            sys.exit(f"ratios.py: {path}: not a result of a sweep: {error!r}")
        except Repeated as error:
            sys.exit(f"ratios.py: {path}: {error}")
    backends = measurements.backends()
    ours = options.ours or measurements.ours()
    if not ours:
        sys.exit("ratios.py: nothing but peers; choose one by --ours")
    if ours not in backends:
        sys.exit(f"ratios.py: {ours}: no such backend; there are {', '.join(backends)}")
    if options.at_limit_from is not None:
        if options.against in ("others", "choices"):
            sys.exit(f"ratios.py: --at-limit-from: not with --against {options.against}")
        try:
            measurements.put_at_limit(ours, options.at_limit_from)
        except NoRoof as error:
            sys.exit(f"ratios.py: --at-limit-from: {error}")
    of_all = ["best", "others", "choices"]
    if options.against not in [None, *of_all, *backends]:
        sys.exit(f"ratios.py: {options.against}: not timed; there are {', '.join(backends)}")
    if options.against and options.against not in measurements.peers + of_all:
        measurements.peers.append(options.against)
    print(summary(measurements, ours, options.against, options.worst))


if __name__ == "__main__":
    main()
