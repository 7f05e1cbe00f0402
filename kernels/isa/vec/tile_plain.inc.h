/* SPDX-License-Identifier: MIT
 *
 * The tile of tile.inc.h as plain loops, one row at a time. A compiler vectorises the innermost
 * loop and holds its sums in registers; arrays of vf it would turn into moves to and from the
 * stack. */
#include "kernels/isa/vec/fetch.h"

static ALWAYS_INLINE void tile(const int rows, const int vectors, const int panels, int depth,
                               const float *const *x, const float *panel, fetched_lines ahead,
                               const float *start, float *const *out) {
    (void)ahead; /* nothing is fetched here, or the compiler would no longer vectorise */
    const int width = vectors * VF_FLOATS;
    for (int p = 0; p < panels; p++)
        for (int r = 0; r < rows; r++) {
            const float *weight = panel + (size_t)p * (size_t)depth * (size_t)width;
            float sum[VF_TILE * VF_FLOATS];
            for (int j = 0; j < width; j++)
                sum[j] = start[p * width + j];
            for (int k = 0; k < depth; k++, weight += width)
                for (int j = 0; j < width; j++)
                    sum[j] = MULTIPLY_ADD(x[r][k], weight[j], sum[j]);
            for (int j = 0; j < width; j++)
                out[r][p * width + j] = sum[j];
        }
}
