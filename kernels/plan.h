/* SPDX-License-Identifier: MIT */
#ifndef RNN_PLAN_H
#define RNN_PLAN_H

#include "kernels/backend.h"

struct rnn_plan {
    rnn_problem problem; /* its model points to `layers` and `dense` below */
    rnn_layer *layers;
    rnn_dense dense;
    const rnn_backend *backend;
    void *state;             /* what the backend's `create` made */
    size_t x_bytes, y_bytes; /* from the first float to the last */
    bool uses_attention;
    int state_count;
    size_t *state_bytes; /* size of each state array */
    size_t scratch_size;
};

/* As rnn_plan_create, but what known_faults.inc lists is not refused. It is for the test of that
 * table. */
rnn_status rnn_plan_create_despite_faults(rnn_plan **plan, const char *backend,
                                          const rnn_model *model, const rnn_model_weights *weights,
                                          const rnn_shape *shape, const rnn_plan_options *options,
                                          rnn_error *error);

#endif
