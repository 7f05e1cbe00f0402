/* SPDX-License-Identifier: MIT
 * What is to be known of somebody else's library behind a backend. */
#ifndef RNN_LIBRARIES_H
#define RNN_LIBRARIES_H

#include "kernels/isa/cpu.h"

/* The columns of a LIBRARY row of backends.inc; each list ends with NULL. */
typedef struct rnn_library {
    const char *title;
    const char *const *variables;
    const char *const *limits;
    bool relu_loses_nan;
} rnn_library;

/* What it may use of this CPU, whatever RNN_ISA says, as its own variables let it. */
rnn_cpu_features rnn_library_features(const rnn_library *library);

#endif
