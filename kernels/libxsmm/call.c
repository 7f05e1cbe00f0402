/* SPDX-License-Identifier: MIT */
#include "kernels/libxsmm/call.h"

#include "kernels/engine/cores.h"

#if RNN_WITH_OPENMP
#include <omp.h>
#endif
#include <stdlib.h>

static const libxsmm_dnn_tensor_type types[XSMM_OPERAND_COUNT] = {
    [XSMM_X] = LIBXSMM_DNN_RNN_REGULAR_INPUT,
    [XSMM_H_PREVIOUS] = LIBXSMM_DNN_RNN_REGULAR_HIDDEN_STATE_PREV,
    [XSMM_C_PREVIOUS] = LIBXSMM_DNN_RNN_REGULAR_CS_PREV,
    [XSMM_KERNEL] = LIBXSMM_DNN_RNN_REGULAR_WEIGHT,
    [XSMM_RECURRENT_KERNEL] = LIBXSMM_DNN_RNN_REGULAR_RECUR_WEIGHT,
    [XSMM_BIAS] = LIBXSMM_DNN_RNN_REGULAR_BIAS,
    [XSMM_H] = LIBXSMM_DNN_RNN_REGULAR_HIDDEN_STATE,
    [XSMM_I] = LIBXSMM_DNN_RNN_INTERNAL_I,
    [XSMM_F] = LIBXSMM_DNN_RNN_INTERNAL_F,
    [XSMM_O] = LIBXSMM_DNN_RNN_INTERNAL_O,
    [XSMM_CI] = LIBXSMM_DNN_RNN_INTERNAL_CI,
    [XSMM_CO] = LIBXSMM_DNN_RNN_INTERNAL_CO,
    [XSMM_C] = LIBXSMM_DNN_RNN_REGULAR_CS,
};

/* Gives an operand to the handle. The tensor starts at the handle, because NULL is refused and
 * there is nothing better yet. */
static bool bind(xsmm_call *call, xsmm_operand operand) {
    libxsmm_dnn_err_t status;
    libxsmm_dnn_tensor_datalayout *layout =
        libxsmm_dnn_rnncell_create_tensor_datalayout(call->handle, types[operand], &status);
    call->tensors[operand] = libxsmm_dnn_link_tensor(layout, call->handle, &status);
    libxsmm_dnn_destroy_tensor_datalayout(layout);
    return call->tensors[operand] &&
           libxsmm_dnn_rnncell_bind_tensor(call->handle, call->tensors[operand], types[operand]) ==
               LIBXSMM_DNN_SUCCESS;
}

rnn_status rnn_xsmm_call_create(xsmm_call **out, const libxsmm_dnn_rnncell_desc *description,
                                rnn_error *error) {
    libxsmm_dnn_err_t status;
    xsmm_call *call = calloc(1, sizeof *call);
    if (call) {
        atomic_flag_clear(&call->taken);
        call->threads = description->threads;
        call->handle = libxsmm_dnn_create_rnncell(*description, &status);
    }
    bool bound = call && call->handle;
    for (int operand = 0; bound && operand < XSMM_OPERAND_COUNT; operand++)
        bound = bind(call, operand);
    if (!bound) { /* memory is the only reason, as libxsmm takes the description */
        rnn_xsmm_call_destroy(call);
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "libxsmm: out of memory for a run");
    }
    *out = call;
    return RNN_OK;
}

void rnn_xsmm_call_destroy(xsmm_call *call) {
    if (!call)
        return;
    for (int operand = 0; operand < XSMM_OPERAND_COUNT; operand++)
        if (call->tensors[operand])
            libxsmm_dnn_destroy_tensor(call->tensors[operand]);
    if (call->handle)
        libxsmm_dnn_destroy_rnncell(call->handle);
    free(call);
}

bool rnn_xsmm_call_execute(xsmm_call *call, const float *const operands[XSMM_OPERAND_COUNT]) {
    if (rnn_threads_now(call->threads, NULL) < call->threads)
        return false;
    for (int operand = 0; operand < XSMM_OPERAND_COUNT; operand++)
        libxsmm_dnn_set_tensor_data_ptr(call->tensors[operand], operands[operand]);
    libxsmm_dnn_rnncell_bind_internalstate(call->handle, LIBXSMM_DNN_COMPUTE_KIND_FWD,
                                           operands[XSMM_I]);
    if (call->threads == 1)
        return libxsmm_dnn_rnncell_execute_st(call->handle, LIBXSMM_DNN_COMPUTE_KIND_FWD, 0, 0) ==
               LIBXSMM_DNN_SUCCESS;
    bool executed = RNN_WITH_OPENMP;
#if RNN_WITH_OPENMP
#pragma omp parallel num_threads(call->threads) reduction(&& : executed)
    executed = omp_get_num_threads() == call->threads &&
               libxsmm_dnn_rnncell_execute_st(call->handle, LIBXSMM_DNN_COMPUTE_KIND_FWD, 0,
                                              omp_get_thread_num()) == LIBXSMM_DNN_SUCCESS;
    rnn_threads_were(executed ? call->threads : 1);
#endif
    return executed;
}
