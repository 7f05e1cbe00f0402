/* SPDX-License-Identifier: MIT
 * A problem that can be run: its numbers, and the plan of a backend for it with that plan's
 * scratch. Whoever checks, times, gates or tests a problem holds one of these. */
#ifndef RNN_REFERENCE_RUNNABLE_H
#define RNN_REFERENCE_RUNNABLE_H

#include "reference/arrays.h"

/* Must not move: its arrays point into it. */
typedef struct runnable {
    problem problem;
    rnn_shape shape; /* of the problem; other strides that the arrays have room for may be set */
    run_arrays arrays;
    rnn_plan *plan; /* NULL: none yet */
    buffer scratch; /* of the plan */
    case_guard guard;
} runnable;

/* Everything that rnn.h and the values ask of a problem, N x T x D without overflow included. */
rnn_status runnable_check(const problem *problem, rnn_error *error);

/* Arrays whose contents are undefined, and no plan. What runnable_check refuses is refused;
 * nothing is left to be destroyed then. */
rnn_status runnable_create(runnable *run, const problem *problem, case_guard guard,
                           rnn_error *error);
/* A problem on the numbers and outputs of another runnable of it, which must outlive this one: for
 * several plans that are to have the same. */
void runnable_share(runnable *run, const runnable *owner);
/* Accepts one of zeros. */
void runnable_destroy(runnable *run);

/* Fills the inputs from the problem's text and the seed alone, so that every process has the same
 * bytes, and the outputs with NaN. Attempt 0 is what is timed. A case, whose numbers have to prove
 * something, makes the attempts from 1 on, each with half the weights of the one before. */
void runnable_fill(runnable *run, uint64_t seed, int attempt);
/* Copies the arrays [first, end) that both have. */
void runnable_copy(runnable *to, const runnable *from, int first, int end);

/* A plan of these weights, which is the caller's. */
rnn_status runnable_make_plan(rnn_plan **plan, const runnable *run, const char *backend,
                              int threads, rnn_error *error);
/* The same, kept with its scratch in place of the plan before. */
rnn_status runnable_plan(runnable *run, const char *backend, int threads, rnn_error *error);
void runnable_drop_plan(runnable *run);
rnn_status runnable_run(const runnable *run, rnn_error *error);

/* Floats of a row of y, and its steps: 1 where the last output alone is returned. */
int runnable_width(const runnable *run);
int runnable_steps(const runnable *run);

/* The features of step t of batch row n; of ARRAY_Y or ARRAY_Y_BACKWARD, which may be absent: NULL.
 */
float *runnable_x(const runnable *run, int n, int t);
float *runnable_output(const runnable *run, int array, int n, int t);

#endif
