/* SPDX-License-Identifier: MIT
 * One step of one row: the formulas of rnn.h. */
#ifndef RNN_NAIVE_CELL_H
#define RNN_NAIVE_CELL_H

#include "kernels/rnn.h"

/* As rnn_weights, but the arrays are owned. */
typedef struct naive_weights {
    float *kernel, *recurrent_kernel, *bias, *peepholes, *projection;
} naive_weights;

/* How many floats rnn_naive_step needs besides the states. */
size_t rnn_naive_step_scratch(const rnn_layer *layer);

/* Computes the next h and, for LSTM, c, in place, from x [D], the step's attention and the present
 * ones. */
void rnn_naive_step(const rnn_layer *layer, const naive_weights *weights, const float *x,
                    float attention, float *h, float *c, float *scratch);

/* Adds to y [columns] the product of x [rows] and columns of a matrix whose rows lie `stride`
 * apart. */
void rnn_naive_add_product(float *restrict y, const float *restrict x, const float *restrict matrix,
                           int rows, int columns, int stride);

void rnn_naive_activate(rnn_activation activation, float *values, int count);

#endif
