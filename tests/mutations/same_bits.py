# SPDX-License-Identifier: MIT
"""Mistakes that leave results as right as before, but let them depend on what rnn.h promises not to matter."""
from mutations.kinds import Mutation, program


def same_bits(backend):
    return program("tests/kernels/same_bits", "--cases", "150", backend)


MUTATIONS = [
    Mutation("a row alone sums otherwise", "kernels/isa/vec/tile.inc.h",
             "sum[r * width + v] = vf_fma(scalar[r], weight, sum[r * width + v]);",
             "sum[r * width + v] = rows == 1 ? vf_add(vf_mul(scalar[r], weight), sum[r * width + v]) "
             ": vf_fma(scalar[r], weight, sum[r * width + v]);", same_bits("avx2"), kernels="avx2"),
    Mutation("a row alone sums from the end", "kernels/isa/vec/tile_plain.inc.h", "x[r][k], weight[j]",
             "x[r][rows == 1 ? depth - 1 - k : k], (rows == 1 ? weight + (depth - 1 - 2 * k) * width : weight)[j]",
             same_bits("scalar"), kernels="scalar"),
    Mutation("the head of a single row", "kernels/isa/kernels.inc.h", "vf_load(sums[r] + u)), left - u)",
             "dense->rows > 1 ? vf_load(sums[r] + u) : "
             "vf_sub(vf_add(vf_load(sums[r] + u), vf_set(1)), vf_set(1))), left - u)",
             same_bits("scalar"), kernels="scalar"),
    Mutation("states handed on are rounded", "kernels/engine/direction.c",
             "(size_t)units * sizeof *state);\n}\n\n/* ---- All steps",
             "(size_t)units * sizeof *state);\n"
             "    for (int n = rows.begin; final && n < rows.end; n++)\n"
             "        for (int u = 0; u < units; u++)\n"
             "            *((unsigned char *)(final + (size_t)n * (size_t)units + u)) &= 0xfe;\n"
             "}\n\n/* ---- All steps", same_bits("scalar"), kernels="scalar"),
    Mutation("a row moves the one before it", "kernels/engine/direction.c",
             "        if (!step->y || y_bytes == 0)\n            continue;\n",
             "        if (n > 0 && units.begin < units.end)\n"
             "            step->h_next[at] += 1e-7f * step->h[at - step->h_stride];\n"
             "        if (!step->y || y_bytes == 0)\n            continue;\n", same_bits("scalar"), kernels="scalar"),
    Mutation("threads round in their own way", "kernels/engine/schedule.c", "rnn_rounding_set(&run->rounding);", "(void)0;",
             same_bits("openmp_batch")),
    Mutation("threads go on to round as the caller did", "kernels/engine/schedule.c", "rnn_rounding_set(&own);", "(void)0;",
             program("tests/kernels/caller", "openmp_team")),
]
