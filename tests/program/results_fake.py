# SPDX-License-Identifier: MIT
"""Makes results files with made-up times, in the form of `rnnbench sweep`."""
import json

CONTEXT = {
    "host_name": "host", "executable": "rnnbench", "num_cpus": 2, "mhz_per_cpu": 2500,
    "cpu_scaling_enabled": False, "caches": [], "load_avg": [0.5], "library_build_type": "release",
    "cpu": "Test CPU", "cores": "2", "usable": "2 of 2 cores", "isa": "avx2", "governor": "unknown",
    "compiler": "gcc 12.2.0", "flags": "-O3 -ffp-contract=off", "onednn": "2.6.3 (OMP)",
    "rnnbench": "0.1.0", "commit": "0123456789ab", "seed": "1", "preset": "none",
    "command": "rnnbench sweep", "memory": "8.0 GiB", "rnnbench_schema": "1", "finished": "true",
    "peaks_threads_1": "baseline 1.0 GFLOP/s"}


def row_name(problem, backend, threads=1):
    cell, rest = problem.split("/", 1)
    return f"{cell}/{backend}/{rest}/threads:{threads}/process_time/real_time"


def entry(name, family, index, samples, **further):
    return {"name": name, "family_index": family, "per_family_instance_index": 0, "run_name": name,
            "run_type": "iteration", "repetitions": len(samples), "repetition_index": index,
            "threads": 1, "iterations": 100, "real_time": 1e9 * samples[index],
            "cpu_time": 1e9 * samples[index], "time_unit": "ns", "GFLOP/s": 1.5, **further}


def content(rows, date="2026-01-01T12:00:00+00:00", without=(), **context):
    """Returns the content of a file for {name: samples in seconds}."""
    entries = [entry(name, family, index, samples)
               for family, (name, samples) in enumerate(rows.items())
               for index in range(len(samples))]
    everything = {"date": date, **CONTEXT, **context}
    return {"context": {key: value for key, value in everything.items() if key not in without},
            "benchmarks": entries}


def write(path, rows, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content(rows, **options)))
    return path
