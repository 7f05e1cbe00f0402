# SPDX-License-Identifier: MIT
"""Mistakes in the kernels."""
from mutations.kinds import CRASHES, FAILS, Mutation, program


def equivalence(backend, cell):
    return program("tests/equivalence", "--first", backend, cell)


MUTATIONS = [
    Mutation("gate order", "kernels/cells/lstm.inc.h", "vf_fma(f, vf_load(c_row), vf_mul(i, candidate))",
             "vf_fma(i, vf_load(c_row), vf_mul(f, candidate))", equivalence("scalar", "lstm"), kernels="scalar"),
    Mutation("vector tail", "kernels/vec/avx2.h", "(lanes + VF_FLOATS - count)", "(lanes + VF_FLOATS - count + 1)",
             equivalence("avx2", "gru"), kernels="avx2"),
    Mutation("beyond the vector tail", "kernels/vec/avx2.h", "_mm256_maskstore_ps(to, mask, a)",
             "((void)mask, _mm256_storeu_ps(to, a))", equivalence("avx2", "gru"), kernels="avx2",
             outcomes=(FAILS, CRASHES)),
    Mutation("vector tail of AVX-512", "kernels/vec/avx512.h", "(1u << count) - 1", "(1u << (count - 1)) - 1",
             equivalence("avx512", "gru"), kernels="avx512"),
    Mutation("gates of the second pass", "kernels/pack.c", "layout.first_gate + pass * gates",
             "layout.first_gate + 0 * pass * gates", equivalence("avx2", "lstm"), kernels="avx2"),
    Mutation("sums of the second pass", "kernels/kernels.inc.h", "rows->out[r] += at_once * vectors",
             "rows->out[r] += 0 * vectors", equivalence("avx2", "lstm"), kernels="avx2"),
    Mutation("mask", "kernels/direction.c", "rnn_step_counts(run->io, run->timesteps, run->first_row + n, t)",
             "rnn_step_counts(run->io, run->timesteps, run->first_row + n, run->timesteps - 1 - t)",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("a member's share", "kernels/direction.c", "step->end_panel = panels.end;",
             "step->end_panel = panels.end - (panels.begin > 0);", equivalence("openmp_team", "lstm")),
    Mutation("what the last panel lacks", "kernels/kernels.inc.h", "shape.blocks - full * shape.blocks_per_panel;",
             "shape.blocks_per_panel;", equivalence("avx512", "simple_rnn"), kernels="avx512",
             outcomes=(FAILS, CRASHES)),
    Mutation("the input of a member's panels", "kernels/direction.c", "panels_of_input(packed, mine)", "mine",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("the input of panels that stream", "kernels/direction.c", "panels_of_input(packed, group)", "group",
             equivalence("scalar", "gru"), kernels="scalar"),
    Mutation("panels that stream, from the last", "kernels/direction.c", "panels.end -= count;",
             "panels.end -= count + 1;", equivalence("scalar", "lstm"), kernels="scalar"),
    Mutation("panels that stream, from the first", "kernels/direction.c", "panels.begin += count;",
             "panels.begin += count + 1;", equivalence("scalar", "lstm"), kernels="scalar"),
    Mutation("wavefront", "kernels/direction.c", "if (direction->x_steps)", "if (direction->x_steps && first > 0)",
             equivalence("openmp_team", "lstm")),
    Mutation("merge", "kernels/merge.h", "y[i] = 0.5f * (forward[i] + backward[i])",
             "y[i] = forward[i] + backward[i]", equivalence("scalar", "simple_rnn"), kernels="scalar"),
    Mutation("naive's gate order", "kernels/naive/cell.c", "f[j] * c[j] + i[j] * candidate[j]",
             "i[j] * c[j] + f[j] * candidate[j]", equivalence("naive", "lstm")),
]
