/* SPDX-License-Identifier: MIT
 * Problems that a library behind a backend is known to compute wrongly. */
#ifndef RNN_KNOWN_FAULTS_H
#define RNN_KNOWN_FAULTS_H

#include "kernels/backend.h"
#include "kernels/isa/cpu.h"

/* A row of known_faults.inc. */
typedef struct rnn_known_fault {
    const char *backend, *library, *first, *last;
    rnn_cpu_features features;
    /* The field that shows it with its value, or false: the problem is not one of these. */
    bool (*has)(const rnn_problem *problem, char field[64]);
    const char *problem, *what;
} rnn_known_fault;

/* NULL: beyond the last one. */
const rnn_known_fault *rnn_known_fault_at(int index);

/* RNN_UNSUPPORTED with the reason where that version of the library behind the backend computes the
 * problem wrongly on a CPU with these features. `version` starts with three numbers, as "3.7.2
 * (OMP)". */
rnn_status rnn_known_faults_refuse(const char *backend, const char *version,
                                   rnn_cpu_features features, const rnn_problem *problem,
                                   rnn_error *error);

#endif
