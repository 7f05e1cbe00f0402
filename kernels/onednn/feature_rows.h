/* SPDX-License-Identifier: MIT
 *
 * What a layer does with rows of features, as far as oneDNN does not do it. */
#ifndef RNN_ONEDNN_FEATURE_ROWS_H
#define RNN_ONEDNN_FEATURE_ROWS_H

#include "kernels/rnn.h"

typedef struct onednn_rows {
    int batch, timesteps, width;
} onednn_rows;

/* The strides of [T, N, width] without gaps. */
rnn_strides rnn_onednn_rows_dense(onednn_rows rows);
bool rnn_onednn_rows_are_apart(onednn_rows rows, rnn_strides strides);
size_t rnn_onednn_rows_floats(onednn_rows rows);
/* Whether oneDNN reaches all rows, as it counts the bytes from row to row in 32 bits. Where a copy,
 * which is dense, would not help, it does. */
bool rnn_onednn_rows_are_near(onednn_rows rows, rnn_strides strides);

void rnn_onednn_rows_copy(onednn_rows rows, float *to, rnn_strides to_strides, const float *from,
                          rnn_strides from_strides);
/* Swaps row t with row T - 1 - t. */
void rnn_onednn_rows_reverse_time(onednn_rows rows, float *y, rnn_strides strides);
void rnn_onednn_rows_halve(onednn_rows rows, float *y, rnn_strides strides);

/* Joins the halves of a bidirectional layer, each `width` wide. */
void rnn_onednn_rows_merge(onednn_rows rows, rnn_merge merge, const float *forward,
                           const float *backward, rnn_strides half_strides, float *y,
                           float *y_backward, rnn_strides y_strides);

#endif
