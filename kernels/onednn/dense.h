/* SPDX-License-Identifier: MIT
 *
 * The Dense head as one inner product of oneDNN, with its activation fused as post-ops. */
#ifndef RNN_ONEDNN_DENSE_H
#define RNN_ONEDNN_DENSE_H

#include "kernels/onednn/operation.h"

typedef struct onednn_dense {
    onednn_operation operation;
    rnn_strides x; /* how its input must lie */
    rnn_strides y; /* how its output lies, in io.y or in scratch */
    bool writes_y; /* whether oneDNN writes to io.y itself */

    /* Offsets into the head's scratch, in bytes. */
    size_t y_copy, scratchpad;
    size_t scratch_size;
} onednn_dense;

bool rnn_onednn_dense_has_activation(rnn_activation activation);

/* Makes the head in a structure that is all zero. */
rnn_status rnn_onednn_dense_create(onednn_dense *dense, const rnn_problem *problem,
                                   const rnn_model_weights *weights, dnnl_engine_t engine,
                                   rnn_error *error);
void rnn_onednn_dense_clear(onednn_dense *dense);

rnn_status rnn_onednn_dense_call_create(onednn_call *call, const onednn_dense *dense,
                                        dnnl_engine_t engine, rnn_error *error);
rnn_status rnn_onednn_dense_run(const onednn_dense *dense, const rnn_problem *problem,
                                const onednn_call *call, dnnl_stream_t stream, const float *x,
                                float *y, char *scratch, rnn_error *error);

#endif
