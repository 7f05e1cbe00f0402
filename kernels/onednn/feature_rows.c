/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/feature_rows.h"

#include "kernels/engine/merge.h"

#include <stdint.h>
#include <string.h>

rnn_strides rnn_onednn_rows_dense(onednn_rows rows) {
    return (rnn_strides){.batch = rows.width, .time = (ptrdiff_t)rows.batch * rows.width};
}

size_t rnn_onednn_rows_floats(onednn_rows rows) {
    return (size_t)rows.batch * (size_t)rows.timesteps * (size_t)rows.width;
}

bool rnn_onednn_rows_are_apart(onednn_rows rows, rnn_strides strides) {
    if (rows.batch == 1)
        return rows.timesteps == 1 || strides.time >= rows.width;
    if (rows.timesteps == 1)
        return strides.batch >= rows.width;
    if (strides.batch <= strides.time)
        return strides.batch >= rows.width && strides.time / rows.batch >= strides.batch;
    return strides.time >= rows.width && strides.batch / rows.timesteps >= strides.time;
}

bool rnn_onednn_rows_are_near(onednn_rows rows, rnn_strides strides) {
    const rnn_strides dense = rnn_onednn_rows_dense(rows);
    const bool is_dense = (rows.batch == 1 || strides.batch == dense.batch) &&
                          (rows.timesteps == 1 || strides.time == dense.time);
    const ptrdiff_t last = (rows.batch - 1) * strides.batch + (rows.timesteps - 1) * strides.time;
    return is_dense || last + rows.width <= (ptrdiff_t)(INT32_MAX / sizeof(float));
}

static ptrdiff_t row_offset(rnn_strides strides, int n, int t) {
    return n * strides.batch + t * strides.time;
}

void rnn_onednn_rows_copy(onednn_rows rows, float *to, rnn_strides to_strides, const float *from,
                          rnn_strides from_strides) {
    for (int t = 0; t < rows.timesteps; t++)
        for (int n = 0; n < rows.batch; n++)
            memcpy(to + row_offset(to_strides, n, t), from + row_offset(from_strides, n, t),
                   (size_t)rows.width * sizeof(float));
}

static void swap_rows(float *a, float *b, int width) {
    for (int i = 0; i < width; i++) {
        float kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

void rnn_onednn_rows_reverse_time(onednn_rows rows, float *y, rnn_strides strides) {
    for (int early = 0, late = rows.timesteps - 1; early < late; early++, late--)
        for (int n = 0; n < rows.batch; n++)
            swap_rows(y + row_offset(strides, n, early), y + row_offset(strides, n, late),
                      rows.width);
}

void rnn_onednn_rows_halve(onednn_rows rows, float *y, rnn_strides strides) {
    for (int t = 0; t < rows.timesteps; t++)
        for (int n = 0; n < rows.batch; n++) {
            float *row = y + row_offset(strides, n, t);
            for (int i = 0; i < rows.width; i++)
                row[i] *= 0.5f;
        }
}

static void join_row(rnn_merge merge, int width, const float *forward, const float *backward,
                     float *y, float *y_backward) {
    const size_t bytes = (size_t)width * sizeof(float);
    if (merge != RNN_CONCAT && merge != RNN_NONE) {
        rnn_merge_row(merge, width, forward, backward, y);
        return;
    }
    memcpy(y, forward, bytes);
    memcpy(merge == RNN_NONE ? y_backward : y + width, backward, bytes);
}

void rnn_onednn_rows_merge(onednn_rows rows, rnn_merge merge, const float *forward,
                           const float *backward, rnn_strides half_strides, float *y,
                           float *y_backward, rnn_strides y_strides) {
    for (int t = 0; t < rows.timesteps; t++)
        for (int n = 0; n < rows.batch; n++) {
            ptrdiff_t half = row_offset(half_strides, n, t), out = row_offset(y_strides, n, t);
            join_row(merge, rows.width, forward + half, backward + half, y + out,
                     y_backward ? y_backward + out : NULL);
        }
}
