#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the sources on purpose, one mistake at a time, and asks whether the equivalence test sees it.
A mistake that can no longer be made, because its text is gone, is a failure too.

Usage: mutate.py SOURCE BUILD [NAME...]     the build is up to date
"""
import os
import subprocess
import sys
import tempfile
from collections import namedtuple

sys.dont_write_bytecode = True
from mutant import Mutants  # noqa: E402

PROGRAM = "tests/equivalence"
SKIPPED = 77
CRASHES = range(-64, 0)  # how subprocess reports a signal

Mutation = namedtuple("Mutation", "name file text broken backend cell outcomes")

MUTATIONS = [
    Mutation("gate order", "kernels/cells/lstm.inc.h",
             "vf_fma(f, vf_load(c_row), vf_mul(i, candidate))",
             "vf_fma(i, vf_load(c_row), vf_mul(f, candidate))", "scalar", "lstm", [1]),
    Mutation("vector tail", "kernels/vec/avx2.h",
             "(lanes + VF_FLOATS - count)",
             "(lanes + VF_FLOATS - count + 1)", "avx2", "gru", [1]),
    Mutation("beyond the vector tail", "kernels/vec/avx2.h",
             "_mm256_maskstore_ps(to, mask, a)",
             "((void)mask, _mm256_storeu_ps(to, a))", "avx2", "gru", [1, *CRASHES]),
    Mutation("vector tail of AVX-512", "kernels/vec/avx512.h",
             "(1u << count) - 1",
             "(1u << (count - 1)) - 1", "avx512", "gru", [1]),
    Mutation("gates of the second pass", "kernels/pack.c",
             "layout.first_gate + pass * gates",
             "layout.first_gate + 0 * pass * gates", "avx2", "lstm", [1]),
    Mutation("sums of the second pass", "kernels/kernels.inc.h",
             "rows->out[r] += at_once * vectors",
             "rows->out[r] += 0 * vectors", "avx2", "lstm", [1]),
    Mutation("mask", "kernels/direction.c",
             "rnn_step_counts(run->io, run->timesteps, run->first_row + n, t)",
             "rnn_step_counts(run->io, run->timesteps, run->first_row + n, run->timesteps - 1 - t)",
             "scalar", "gru", [1]),
    Mutation("a member's share", "kernels/direction.c",
             "step->end_panel = panels.end;",
             "step->end_panel = panels.end - (panels.begin > 0);", "openmp_team", "lstm", [1]),
    Mutation("what the last panel lacks", "kernels/kernels.inc.h",
             "shape.blocks - full * shape.blocks_per_panel;",
             "shape.blocks_per_panel;", "avx512", "simple_rnn", [1, *CRASHES]),
    Mutation("the input of a member's panels", "kernels/direction.c",
             "panels_of_input(packed, mine)",
             "mine", "scalar", "gru", [1]),
    Mutation("the input of panels that stream", "kernels/direction.c",
             "panels_of_input(packed, group)",
             "group", "scalar", "gru", [1]),
    Mutation("panels that stream, from the last", "kernels/direction.c",
             "panels.end -= count;",
             "panels.end -= count + 1;", "scalar", "lstm", [1]),
    Mutation("panels that stream, from the first", "kernels/direction.c",
             "panels.begin += count;",
             "panels.begin += count + 1;", "scalar", "lstm", [1]),
    Mutation("wavefront", "kernels/direction.c",
             "if (direction->x_steps)",
             "if (direction->x_steps && first > 0)", "openmp_team", "lstm", [1]),
    Mutation("merge", "kernels/merge.h",
             "y[i] = 0.5f * (forward[i] + backward[i])",
             "y[i] = forward[i] + backward[i]", "scalar", "simple_rnn", [1]),
    Mutation("naive's gate order", "kernels/naive/cell.c",
             "f[j] * c[j] + i[j] * candidate[j]",
             "i[j] * c[j] + f[j] * candidate[j]", "naive", "lstm", [1]),
]


def first_failure(output):
    lines = [line for line in output.splitlines() if line.startswith("FAILED")]
    return lines[0] if lines else "no line"


def equivalence(program, mutation):
    """Exit status and output of the test that is to see the mistake."""
    done = subprocess.run([program, "--first", mutation.backend, mutation.cell],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "OMP_WAIT_POLICY": "passive"})
    return done.returncode, done.stdout


def passes_unbroken(mutants, mutation, known):
    """None where the backend cannot run here. What is known of one backend and cell is that of others."""
    key = mutation.backend, mutation.cell
    if key not in known:
        known[key] = equivalence(mutants.build / PROGRAM, mutation)
    status, output = known[key]
    if status == SKIPPED:
        print(f"{mutation.name}: {output.strip()}")
        return None
    if status != 0:
        print(f"FAILED {mutation.name}: the test fails without it\n{output}")
    return status == 0


def is_caught(mutants, mutation):
    programs = mutants.make(mutation, PROGRAM, kernels=mutation.backend)
    if not programs:
        print(f"FAILED {mutation.name}: not found once in {mutation.file}: {mutation.text}")
        return False
    status, output = equivalence(programs[0], mutation)
    if status not in mutation.outcomes or (status == 1 and "FAILED" not in output):
        print(f"FAILED {mutation.name}: not caught, status {status}\n{output}")
        return False
    print(f"{mutation.name}: caught, status {status}: {first_failure(output)}")
    return True


def main(arguments):
    if len(arguments) < 2:
        print(__doc__)
        return 2
    names = arguments[2:] or [mutation.name for mutation in MUTATIONS]
    chosen = [mutation for mutation in MUTATIONS if mutation.name in names]
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        mutants = Mutants(*arguments[:2], folder)
        known = {}
        sound = [passes_unbroken(mutants, mutation, known) for mutation in chosen]
        caught = [passes and is_caught(mutants, mutation) for passes, mutation in zip(sound, chosen)]
    print(f"{caught.count(True)} caught, {caught.count(False)} not, {caught.count(None)} skipped")
    return 1 if False in caught or True not in caught else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
