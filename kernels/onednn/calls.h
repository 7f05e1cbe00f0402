/* SPDX-License-Identifier: MIT */
#ifndef RNN_ONEDNN_CALLS_H
#define RNN_ONEDNN_CALLS_H

#include "kernels/onednn/dense.h"
#include "kernels/onednn/layer.h"

#include <stdatomic.h>

/* What a run of a whole model needs for itself. */
typedef struct onednn_calls {
    atomic_flag taken;
    atomic_bool used; /* whether a run with it has gone well */
    dnnl_stream_t stream;
    onednn_call head;
    int layer_count;
    onednn_call layers[];
} onednn_calls;

/* `head` is NULL where the model has none. */
rnn_status rnn_onednn_calls_create(onednn_calls **calls, const onednn_layer *layers,
                                   int layer_count, const onednn_dense *head, dnnl_engine_t engine,
                                   rnn_error *error);
void rnn_onednn_calls_destroy(onednn_calls *calls); /* accepts NULL */

#endif
