/* SPDX-License-Identifier: MIT
 *
 * What the backend `auto` takes for a problem. */
#ifndef RNN_AUTO_H
#define RNN_AUTO_H

#include "kernels/registry.h"

extern const rnn_backend rnn_backend_auto;

typedef struct rnn_choice {
    const rnn_backend_row *row;
    int threads;
} rnn_choice;

/* The cost model's choice. On one thread it is the best of the KERNELS rows, on more the row
 * of kind THREADS, which knows by itself how many of them pay. Where that row cannot serve, it is
 * again the best of the KERNELS rows, and where the CPU is lowered below these, the row of kind
 * TEXTBOOK. */
rnn_choice rnn_choose_by_model(const rnn_model *model, const rnn_shape *shape, int threads);

#endif
