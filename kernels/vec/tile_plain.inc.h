/* SPDX-License-Identifier: MIT
 *
 * The tile of tile.inc.h as plain loops. A compiler vectorises the innermost one; arrays of vf it
 * turns into moves between stack and registers.
 */
static ALWAYS_INLINE void tile(const int rows, const int vectors, const int panels, int depth,
                               const float *const *x, const float *panel, const float *start,
                               float *const *out) {
    const int width = vectors * VF_FLOATS;
    for (int p = 0; p < panels; p++) {
        float sum[VF_TILE * VF_FLOATS];
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < width; j++)
                sum[r * width + j] = start ? start[p * width + j] : 0.0f;
        for (int k = 0; k < depth; k++, panel += width)
            for (int r = 0; r < rows; r++) {
                float scalar = x[r][k];
                for (int j = 0; j < width; j++)
                    sum[r * width + j] = MULTIPLY_ADD(scalar, panel[j], sum[r * width + j]);
            }
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < width; j++)
                out[r][p * width + j] = sum[r * width + j];
    }
}
