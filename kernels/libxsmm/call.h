/* SPDX-License-Identifier: MIT */
#ifndef RNN_LIBXSMM_CALL_H
#define RNN_LIBXSMM_CALL_H

#include "kernels/backend.h"

#include <libxsmm.h>
#include <stdatomic.h>

/* The operands of a cell, by libxsmm's names. A cell takes those that it has. */
typedef enum xsmm_operand {
    XSMM_X,
    XSMM_H_PREVIOUS,
    XSMM_C_PREVIOUS,
    XSMM_KERNEL,
    XSMM_RECURRENT_KERNEL,
    XSMM_BIAS,
    XSMM_H, /* all from H on are written, [T, N, M] each; simple_rnn has only H and I */
    XSMM_I, /* for simple_rnn this is z */
    XSMM_F,
    XSMM_O,
    XSMM_CI,
    XSMM_CO, /* CO and C are of LSTM only */
    XSMM_C,
    XSMM_OPERAND_COUNT
} xsmm_operand;

/* What a run needs for itself: a handle, which holds the operands and the barrier of its
 * threads. */
typedef struct xsmm_call {
    atomic_flag taken;
    int threads;
    libxsmm_dnn_rnncell *handle;
    libxsmm_dnn_tensor *tensors[XSMM_OPERAND_COUNT];
} xsmm_call;

rnn_status rnn_xsmm_call_create(xsmm_call **call, const libxsmm_dnn_rnncell_desc *description,
                                rnn_error *error);
void rnn_xsmm_call_destroy(xsmm_call *call); /* accepts NULL */

/* Returns false where the cell failed on any thread, or where the system gave fewer threads than
 * the handle's barrier waits for, and nothing was computed. What it has written is then not to be
 * used. */
bool rnn_xsmm_call_execute(xsmm_call *call, const float *const operands[XSMM_OPERAND_COUNT]);

#endif
