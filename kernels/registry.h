/* SPDX-License-Identifier: MIT */
#ifndef RNN_REGISTRY_H
#define RNN_REGISTRY_H

#include "kernels/backend.h"
#include "kernels/engine/kernels.h"
#include "kernels/isa/cpu.h"
#include "kernels/libraries.h"

/* One row of backends.inc. */
typedef struct rnn_backend_row {
    const char *name;
    rnn_backend_kind kind;
    const rnn_backend *backend; /* NULL where this build does not have it */
    const rnn_kernels *kernels; /* of a KERNELS row, else NULL */
    const char *needs;
    rnn_cpu_features features; /* what the CPU must have */
    bool threaded;
    const char *summary;
    const rnn_library *library; /* of a LIBRARY row, else NULL */
} rnn_backend_row;

/* Finds rows, whatever this build and this CPU have. Returns NULL beyond the last one, or where
 * none has that name. */
const rnn_backend_row *rnn_backend_row_at(int index);
const rnn_backend_row *rnn_backend_row_named(const char *name);
const rnn_backend_row *rnn_backend_row_of_kind(rnn_backend_kind kind); /* the first of them */

/* Finds the row of that name if this build and this CPU have it; otherwise the status says why
 * not. */
rnn_status rnn_backend_find(const char *name, const rnn_backend_row **row, rnn_error *error);

/* The best of the KERNELS rows that this CPU can run. */
const rnn_kernels *rnn_kernels_best(void);

#endif
