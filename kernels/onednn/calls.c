/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/calls.h"

#include <stdlib.h>

static rnn_status fill(onednn_calls *calls, const onednn_layer *layers, const onednn_dense *head,
                       dnnl_engine_t engine, rnn_error *error) {
    rnn_status status =
        rnn_onednn_check(dnnl_stream_create(&calls->stream, engine, dnnl_stream_default_flags),
                         "dnnl_stream_create", error);
    for (int i = 0; i < calls->layer_count && status == RNN_OK; i++)
        status = rnn_onednn_layer_call_create(&calls->layers[i], &layers[i], engine, error);
    if (status == RNN_OK && head)
        status = rnn_onednn_dense_call_create(&calls->head, head, engine, error);
    return status;
}

rnn_status rnn_onednn_calls_create(onednn_calls **out, const onednn_layer *layers, int layer_count,
                                   const onednn_dense *head, dnnl_engine_t engine,
                                   rnn_error *error) {
    onednn_calls *calls = calloc(1, sizeof *calls + (size_t)layer_count * sizeof calls->layers[0]);
    if (!calls)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory for a run");
    atomic_flag_clear(&calls->taken);
    calls->layer_count = layer_count;
    rnn_status status = fill(calls, layers, head, engine, error);
    if (status == RNN_OK)
        *out = calls;
    else
        rnn_onednn_calls_destroy(calls);
    return status;
}

void rnn_onednn_calls_destroy(onednn_calls *calls) {
    if (!calls)
        return;
    for (int i = 0; i < calls->layer_count; i++)
        rnn_onednn_call_clear(&calls->layers[i]);
    rnn_onednn_call_clear(&calls->head);
    if (calls->stream)
        dnnl_stream_destroy(calls->stream);
    free(calls);
}
