/* SPDX-License-Identifier: MIT
 * Problems that a library behind a backend is known to compute wrongly. */
#ifndef RNN_KNOWN_FAULTS_H
#define RNN_KNOWN_FAULTS_H

#include "kernels/backend.h"
#include "kernels/isa/cpu.h"

/* One row of known_faults.inc. */
typedef struct rnn_known_fault {
    const char *backend, *library, *first, *last;
    rnn_cpu_features features;
    /* Whether a problem is one of these; if so, it writes the field that shows it, with its
     * value. */
    bool (*has)(const rnn_problem *problem, char field[64]);
    const char *problem, *what;
} rnn_known_fault;

/* Returns NULL beyond the last row. */
const rnn_known_fault *rnn_known_fault_at(int index);

/* Returns RNN_UNSUPPORTED and the reason where that version of the library behind the backend
 * computes the problem wrongly on a CPU with these features. `version` starts with three numbers,
 * as "3.7.2 (OMP)" does. */
rnn_status rnn_known_faults_refuse(const char *backend, const char *version,
                                   rnn_cpu_features features, const rnn_problem *problem,
                                   rnn_error *error);

#endif
