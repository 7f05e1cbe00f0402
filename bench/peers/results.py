# SPDX-License-Identifier: MIT
"""Measurements as Google Benchmark's JSON, with the names and counters of `rnnbench sweep`, and as
a Markdown table."""

import datetime
import json
import math
import os
import socket
import statistics
from pathlib import Path

NAME_END = "/process_time/real_time"
SETTLED = 1.05  # a median is at most so many times the least time


class Row:
    """One participant on one problem with one number of threads, and its repetitions."""

    def __init__(self, backend, threads, problem, label, counters):
        self.backend, self.threads, self.problem, self.label = backend, threads, problem, label
        self.flops = counters.pop("flops")
        self.weight_bytes = counters.pop("weight_bytes")
        self.roof_seconds = counters.pop("roof_seconds")
        self.counters = counters
        self.iterations = 1
        self.repetitions = []  # (seconds, CPU seconds) of one iteration

    @property
    def name(self):
        cell, rest = self.problem.split("/", 1)
        return f"{cell}/{self.backend}/{rest}/threads:{self.threads}"

    @property
    def median(self):
        return statistics.median(seconds for seconds, _ in self.repetitions)

    @property
    def is_settled(self):
        """Not where other work on the machine made half of the repetitions slower."""
        return self.median <= SETTLED * min(seconds for seconds, _ in self.repetitions)


def percentile(values, fraction):
    """The nearest rank."""
    return sorted(values)[max(math.ceil(fraction * len(values)), 1) - 1]


def _deviation(values):
    return statistics.stdev(values) if len(values) > 1 else 0.0


def _variation(values):
    mean = statistics.fmean(values)
    return _deviation(values) / mean if mean else 0.0


AGGREGATES = {  # name: (function of a list, unit)
    "mean": (statistics.fmean, "time"),
    "median": (statistics.median, "time"),
    "stddev": (_deviation, "time"),
    "cv": (_variation, "percentage"),
    "min": (min, "time"),
    "p95": (lambda values: percentile(values, 0.95), "time"),
    "p99": (lambda values: percentile(values, 0.99), "time"),
}


def _numbers(row, seconds, cpu_seconds):
    numbers = {"real_time": 1e9 * seconds, "cpu_time": 1e9 * cpu_seconds,
               "GFLOP/s": 1e-9 * row.flops / seconds,
               "weight_GB/s": 1e-9 * row.weight_bytes / seconds,
               "roof": row.roof_seconds / seconds}
    return numbers | row.counters


def _entry(row, family, kind, numbers, **further):
    run_name = row.name + NAME_END
    entry = {"name": run_name, "family_index": family, "per_family_instance_index": 0,
             "run_name": run_name, "run_type": kind, "repetitions": len(row.repetitions)}
    entry |= further
    entry |= {"real_time": numbers.pop("real_time"), "cpu_time": numbers.pop("cpu_time")}
    entry |= {"time_unit": "ns"} | numbers
    entry["label"] = row.label
    return entry


def _entries(row, family):
    samples = [_numbers(row, *repetition) for repetition in row.repetitions]
    for index, sample in enumerate(samples):
        yield _entry(row, family, "iteration", dict(sample), repetition_index=index, threads=1,
                     iterations=row.iterations)
    for name, (function, unit) in AGGREGATES.items():
        numbers = {key: function([sample[key] for sample in samples]) for key in samples[0]}
        entry = _entry(row, family, "aggregate", numbers, threads=1, aggregate_name=name,
                       aggregate_unit=unit, iterations=len(samples))
        entry["name"] += "_" + name
        yield entry


def _caches():
    """Of the first CPU, as Google Benchmark lists them."""
    caches = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            kind, level, size, shared = ((folder / name).read_text().strip() for name in
                                         ("type", "level", "size", "shared_cpu_map"))
            caches.append({"type": kind, "level": int(level), "size": int(size[:-1]) * 1024,
                           "num_sharing": int(shared.replace(",", ""), 16).bit_count()})
        except (OSError, ValueError):
            continue
    return caches


def _megahertz():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return round(float(next(line.split(":")[1] for line in lines if "cpu MHz" in line)))
    except (OSError, ValueError, StopIteration, IndexError):
        return 0


def standard_context():
    """What Google Benchmark itself puts before the context of the program."""
    return {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            "host_name": socket.gethostname(), "executable": "bench/peers/run",
            "num_cpus": os.cpu_count(), "mhz_per_cpu": _megahertz(), "cpu_scaling_enabled": False,
            "caches": _caches(), "load_avg": list(os.getloadavg()),
            "library_build_type": "release"}


def json_text(context, rows):
    entries = [entry for family, row in enumerate(rows) for entry in _entries(row, family)]
    return ('{\n"context": ' + json.dumps(context, indent=1) + ',\n"benchmarks": [\n' +
            ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n}\n")


def write_file(path, text):
    """Replaces a file in one step, so that a reader never finds half of it. What is no file, such
    as a device, is written to; what a symbolic link leads to is replaced, not the link."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def time_text(seconds):
    for unit, scale in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1 or unit == "us":
            value = seconds * scale
            return f"{value:.{max(0, 2 - max(0, int(math.log10(max(value, 1e-9)))))}f} {unit}"
    return ""


def markdown(rows):
    """One line a problem and number of threads, one column a participant, the fastest in bold."""
    backends = list(dict.fromkeys(row.backend for row in rows))
    lines = ["| problem | threads | " + " | ".join(backends) + " |",
             "|---|---:|" + "---:|" * len(backends)]
    cells = {(row.problem, row.threads, row.backend): row.median for row in rows}
    for problem, threads in dict.fromkeys((row.problem, row.threads) for row in rows):
        times = [cells.get((problem, threads, backend)) for backend in backends]
        best = min(time for time in times if time is not None)
        texts = ["" if time is None else f"**{time_text(time)}**" if time == best else
                 time_text(time) for time in times]
        lines.append(f"| {problem} | {threads} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"
