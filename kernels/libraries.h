/* SPDX-License-Identifier: MIT
 *
 * What the suite has to know of somebody else's library behind a backend. */
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

/* What a library may use of this CPU. RNN_ISA does not limit it, but its own variables do. */
rnn_cpu_features rnn_library_features(const rnn_library *library);

#endif
