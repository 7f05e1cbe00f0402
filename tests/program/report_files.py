# SPDX-License-Identifier: MIT
"""Makes results files for the tests of `rnnbench report`."""
import itertools
import json
import random

CONTEXT = {
    "date": "2026-11-21T22:58:49+00:00", "host_name": "secret-host", "executable": "rnnbench",
    "num_cpus": 2, "cpu": "Test CPU", "cores": "2", "memory": "4 GiB", "compiler": "gcc 12.2.0",
    "caches_per_instance": "L1 48 KiB, L2 1 MiB, L3 32 MiB for 2 cores", "commit": "0123456789ab",
    "peaks_threads_1": "baseline 60.0 GFLOP/s, avx2 120.0 GFLOP/s, avx512 240.0 GFLOP/s, "
                       "L1 490.0 GB/s, L2 240.0 GB/s, L3 110.0 GB/s, DRAM 36.0 GB/s",
    "peaks_threads_2": "baseline 120.0 GFLOP/s, avx2 240.0 GFLOP/s, avx512 480.0 GFLOP/s, "
                       "L1 980.0 GB/s, L2 480.0 GB/s, L3 220.0 GB/s, DRAM 45.0 GB/s",
    "peers": "onednn, onnxruntime",
}
COUNTERS = {"GFLOP/s": 10.0, "roof": 0.3, "max_error": 2e-7}


def row(name, times, unit="ns", **members):
    """Returns the entries of one row, one for each repetition."""
    return [{"name": name, "run_name": name, "run_type": "iteration", "repetitions": len(times),
             "repetition_index": i, "threads": 1, "iterations": 10, "real_time": time,
             "cpu_time": time, "time_unit": unit, **COUNTERS, **members}
            for i, time in enumerate(times)]


def own_name(cell, backend, sizes, threads):
    return f"{cell}/{backend}/{sizes}/threads:{threads}/process_time/real_time"


def write(path, rows, **context):
    merged = {name: value for name, value in {**CONTEXT, **context}.items() if value is not None}
    path.write_text(json.dumps({"context": merged,
                                "benchmarks": list(itertools.chain.from_iterable(rows))}))
    return path


def sizes(N, T, U, options=""):
    return f"N:{N}/T:{T}/D:{U}/U:{U}{options}"


def grid(backends, batches=(1, 8, 32), steps=(1, 32), units=(16, 64, 256), cells=("lstm", "gru"),
         threads=(1, 2), options=("",), repetitions=3):
    """Makes times that grow as the work does, a random factor apart."""
    rng = random.Random(1)
    for cell, T, U, N, option, p in itertools.product(cells, steps, units, batches, options, threads):
        for backend in backends:
            work = N * T * U * U * 8 / p + 2000
            base = work * rng.lognormvariate(0, 0.4)
            times = [base * rng.lognormvariate(0, 0.03) for _ in range(repetitions)]
            yield row(own_name(cell, backend, sizes(N, T, U, option), p), times,
                      max_error=1e-7 * rng.lognormvariate(0, 1))


BACKENDS = ("auto", "onednn", "onnxruntime", "naive")


CROWDED_PEERS = [f"a_peer_with_a_long_name_{i}" for i in range(18)]
EQUAL_PEAKS = "baseline 3950.0 GFLOP/s, avx2 4000.0 GFLOP/s, avx512 4000.0 GFLOP/s, "
# Peaks that are equal, also at the left and the right edge, and names without room.
CROWDED = {
    "peers": ", ".join(CROWDED_PEERS),
    "peaks_threads_1": EQUAL_PEAKS + "L1 2000.0 GB/s, L2 2000.0 GB/s, L3 1990.0 GB/s, DRAM 1990.0 GB/s",
    "peaks_threads_2": EQUAL_PEAKS + "L1 900.0 GB/s, L2 900.0 GB/s, L3 20.0 GB/s, DRAM 20.0 GB/s",
    "peaks_threads_3": EQUAL_PEAKS + "L1 950.0 GB/s, L2 940.0 GB/s, L3 930.0 GB/s, DRAM 60.0 GB/s",
}


def crowded():
    """Makes a file of many sizes close to each other and of many peers, from 100 to 10000 GFLOP/s."""
    axes = [("lstm", [(8, T, 1) for T in range(1, 33)]),
            ("gru", [(N, 4, 1) for N in (*range(1, 20), 100, 1000, 1001, 100000)]),
            ("simple_rnn", [(8, 4, p) for p in range(1, 25)])]
    for (cell, cases), (i, backend) in itertools.product(axes, enumerate(["auto", "naive", *CROWDED_PEERS])):
        for N, T, p in cases:
            times = [30 * N * T * (1 + i) * (1 + j / 100) / p for j in range(3)]
            yield row(own_name(cell, backend, sizes(N, T, 64), p), times)


def full_grid():
    """Makes as many rows as the preset `grid` has with ten participants."""
    doublings = [1 << i for i in range(8)]
    yield from grid(("auto", "openmp", "avx512", "avx2", "naive", "onednn", "onednn3", "onnxruntime",
                     "torch", "tensorflow"),
                    batches=doublings, steps=(1, 32), units=[16 << i for i in range(7)],
                    cells=("simple_rnn", "lstm", "gru"), options=("/layout:time_major",))
    yield from grid(("auto", "openmp", "avx512", "avx2", "naive", "onednn", "onednn3", "onnxruntime",
                     "torch", "tensorflow"),
                    batches=doublings, steps=(1, 32), units=[16 << i for i in range(7)],
                    cells=("gru",), options=("/reset_after:0/layout:time_major",))
