/* SPDX-License-Identifier: MIT */
#ifndef RNN_LIBXSMM_CALL_H
#define RNN_LIBXSMM_CALL_H

#include "kernels/backend.h"

#include <libxsmm.h>
#include <stdatomic.h>

/* The operands of a cell, by libxsmm's names; a cell takes those that it has. */
typedef enum xsmm_operand {
    XSMM_X,
    XSMM_H_PREVIOUS,
    XSMM_C_PREVIOUS,
    XSMM_KERNEL,
    XSMM_RECURRENT_KERNEL,
    XSMM_BIAS,
    XSMM_H, /* from here on written, [T, N, M] each; simple_rnn has the first two only */
    XSMM_I, /* z of simple_rnn */
    XSMM_F,
    XSMM_O,
    XSMM_CI,
    XSMM_CO, /* this and the next: LSTM only */
    XSMM_C,
    XSMM_OPERAND_COUNT
} xsmm_operand;

/* What one run needs to itself: a handle holds the operands and the barrier of its threads. */
typedef struct xsmm_call {
    atomic_flag taken;
    int threads;
    libxsmm_dnn_rnncell *handle;
    libxsmm_dnn_tensor *tensors[XSMM_OPERAND_COUNT];
} xsmm_call;

rnn_status rnn_xsmm_call_create(xsmm_call **call, const libxsmm_dnn_rnncell_desc *description,
                                rnn_error *error);
void rnn_xsmm_call_destroy(xsmm_call *call); /* accepts NULL */

/* False where the system gave fewer threads than the handle's barrier waits for, which computes
 * nothing, or where the cell failed on any thread; what it has written is then not to be used. */
bool rnn_xsmm_call_execute(xsmm_call *call, const float *const operands[XSMM_OPERAND_COUNT]);

#endif
