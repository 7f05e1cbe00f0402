/* SPDX-License-Identifier: MIT
 * What the backend `auto` would take. */
#ifndef RNN_AUTO_H
#define RNN_AUTO_H

#include "kernels/registry.h"

extern const rnn_backend rnn_backend_auto;

typedef struct rnn_choice {
    const rnn_backend_row *row;
    int threads;
} rnn_choice;

/* By the cost model: on one thread the best of the KERNELS rows, on more the first row that takes
 * threads, which knows by itself how many of them pay; where that one cannot serve, again the best
 * of the KERNELS rows; where the CPU is lowered below these, the first row of all. */
rnn_choice rnn_choose_by_model(const rnn_model *model, const rnn_shape *shape, int threads);

#endif
