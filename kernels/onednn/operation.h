/* SPDX-License-Identifier: MIT
 *
 * One oneDNN primitive with its packed weights (an operation), and what one run of it needs (a
 * call). An operation is read-only and shared; a call holds data handles, so that runs which
 * overlap in time must not share one. */
#ifndef RNN_ONEDNN_OPERATION_H
#define RNN_ONEDNN_OPERATION_H

#include "kernels/backend.h"
#include "kernels/onednn/api.h"

enum { ONEDNN_MAX_WEIGHTS = 5, ONEDNN_MAX_OPERANDS = 12 };

typedef struct onednn_operation {
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t weights[ONEDNN_MAX_WEIGHTS];
    int weights_count;
    size_t weights_size;    /* bytes */
    size_t scratchpad_size; /* bytes */
} onednn_operation;

typedef struct onednn_call {
    dnnl_exec_arg_t operands[ONEDNN_MAX_OPERANDS]; /* the operation's weights first */
    int shared, count;
} onednn_call;

/* Returns RNN_OK, or the rnn_status that stands for oneDNN's with a text that names the call. */
rnn_status rnn_onednn_check(dnnl_status_t status, const char *call, rnn_error *error);

/* Makes the attributes that every primitive here has: the caller provides the scratchpad. */
rnn_status rnn_onednn_attributes_create(dnnl_primitive_attr_t *attributes, rnn_error *error);

/* Takes over `description`, also on failure. Both structures must be all zero. */
rnn_status rnn_onednn_operation_create(onednn_operation *operation,
                                       dnnl_primitive_desc_t description, rnn_error *error);
/* Packs an operand that never changes. `data` lies as `plain` says and is not needed afterwards. */
rnn_status rnn_onednn_operation_pack(onednn_operation *operation, int argument,
                                     const api_layout *plain, const float *data,
                                     dnnl_engine_t engine, rnn_error *error);
void rnn_onednn_operation_clear(onednn_operation *operation);

/* `arguments` are the operands that rnn_onednn_call_bind sets before each run. */
rnn_status rnn_onednn_call_create(onednn_call *call, const onednn_operation *operation,
                                  const int *arguments, int count, dnnl_engine_t engine,
                                  rnn_error *error);
void rnn_onednn_call_clear(onednn_call *call);

/* Binds an operand. oneDNN does not write to its inputs, though its handles have no const. */
rnn_status rnn_onednn_call_bind(const onednn_call *call, int argument, const void *data,
                                rnn_error *error);
rnn_status rnn_onednn_call_execute(const onednn_call *call, const onednn_operation *operation,
                                   dnnl_stream_t stream, rnn_error *error);

#endif
