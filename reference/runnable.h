/* SPDX-License-Identifier: MIT
 * A problem that can be run: its numbers, and the plan of a backend for it with that plan's
 * scratch. Whoever checks, times, gates or tests a problem holds one of these. */
#ifndef RNN_REFERENCE_RUNNABLE_H
#define RNN_REFERENCE_RUNNABLE_H

#include "reference/arrays.h"

/* A runnable must not move, as its arrays point into it. */
typedef struct runnable {
    problem problem;
    rnn_shape shape; /* the problem's, with any other strides that the arrays have room for */
    run_arrays arrays;
    rnn_plan *plan; /* NULL: there is none yet */
    buffer scratch; /* scratch for the plan */
    case_guard guard;
} runnable;

/* Refuses what rnn.h and the values do not allow of a problem, also an overflow of N x T x D. */
rnn_status runnable_check(const problem *problem, rnn_error *error);

/* Makes arrays whose contents are undefined, and no plan. It refuses what runnable_check refuses,
 * and leaves nothing to be destroyed then. */
rnn_status runnable_create(runnable *run, const problem *problem, case_guard guard,
                           rnn_error *error);
/* Makes a runnable on the numbers and outputs of another one of the same problem, which must
 * outlive it. Several plans can then have the same numbers. */
void runnable_share(runnable *run, const runnable *owner);
/* A runnable that is all zero is accepted. */
void runnable_destroy(runnable *run);

/* Fills the inputs from the problem's text and the seed alone, so that every process has the same
 * bytes, and the outputs with NaN. Attempt 0 is what is timed. A case, whose numbers have to prove
 * something, makes the attempts from 1 on, each with half the weights of the one before. */
void runnable_fill(runnable *run, uint64_t seed, int attempt);
/* Copies the arrays [first, end) that both have. */
void runnable_copy(runnable *to, const runnable *from, int first, int end);

/* Makes a plan of these weights, which the caller has to destroy. */
rnn_status runnable_make_plan(rnn_plan **plan, const runnable *run, const char *backend,
                              int threads, rnn_error *error);
/* Makes a plan and keeps it with its scratch, in place of the plan before. */
rnn_status runnable_plan(runnable *run, const char *backend, int threads, rnn_error *error);
void runnable_drop_plan(runnable *run);
rnn_status runnable_run(const runnable *run, rnn_error *error);

/* The floats of a row of y, and its steps, which are 1 where the last output alone is returned. */
int runnable_width(const runnable *run);
int runnable_steps(const runnable *run);

/* The row of step t of batch row n in x, or in ARRAY_Y or ARRAY_Y_BACKWARD; NULL where that output
 * is absent. */
float *runnable_x(const runnable *run, int n, int t);
float *runnable_output(const runnable *run, int array, int n, int t);

#endif
