/* SPDX-License-Identifier: MIT
 *
 * The register tile: a few rows times one panel of weights,
 *
 *   out[r][v] = start[v] + sum over k of x[r][k] panel[k][v]
 *
 * Every sum is in k order, with one FMA a term, so a row's bits do not depend on which rows share
 * its tile. For each k the tile fetches a line into L2: all tiles of a panel together fetch a part
 * of the panel to come. A small tile is itself waiting for weights, and fetches nothing. */
#include "kernels/isa/vec/fetch.h"

/* The compiler must unroll these loops entirely to keep `sum` in registers. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Computes rows x vectors x panels sums, where all three are constants wherever this is inlined. */
static ALWAYS_INLINE void tile(const int rows, const int vectors, const int panels, int depth,
                               const float *const *x, const float *panel, fetched_lines ahead,
                               const float *start, float *const *out) {
    const size_t panel_floats = (size_t)depth * (size_t)vectors * VF_FLOATS;
    const int width = vectors * panels;
    vf sum[VF_TILE];
    const float *row[VF_TILE];
    UNROLL
    for (int r = 0; r < rows; r++) {
        row[r] = x[r];
        UNROLL
        for (int v = 0; v < width; v++)
            sum[r * width + v] = vf_load(start + v * VF_FLOATS);
    }
    for (int k = 0; k < depth; k++, panel += vectors * VF_FLOATS, ahead.line += ahead.step) {
        if (rows > 1 && 2 * rows * width > VF_TILE)
            vf_fetch(ahead.line);
        if (rows <= width) { /* holds the shorter side of the tile and streams the longer one */
            vf scalar[VF_TILE];
            UNROLL
            for (int r = 0; r < rows; r++)
                scalar[r] = vf_broadcast(row[r] + k);
            UNROLL
            for (int v = 0; v < width; v++) {
                vf weight = vf_load(panel + (size_t)(v / vectors) * panel_floats +
                                    (v % vectors) * VF_FLOATS);
                if (rows > 1)
                    weight = vf_in_register(weight);
                UNROLL
                for (int r = 0; r < rows; r++)
                    sum[r * width + v] = vf_fma(scalar[r], weight, sum[r * width + v]);
            }
        } else {
            vf weight[VF_TILE];
            UNROLL
            for (int v = 0; v < width; v++)
                weight[v] = vf_in_register(vf_load(panel + v * VF_FLOATS));
            UNROLL
            for (int r = 0; r < rows; r++) {
                vf scalar = vf_broadcast(row[r] + k);
                UNROLL
                for (int v = 0; v < width; v++)
                    sum[r * width + v] = vf_fma(scalar, weight[v], sum[r * width + v]);
            }
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
        UNROLL
        for (int v = 0; v < width; v++)
            vf_store(out[r] + v * VF_FLOATS, sum[r * width + v]);
    }
}
