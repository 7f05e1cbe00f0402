/* SPDX-License-Identifier: MIT
 *
 * What tests do with a runnable when they compare one run of it with another. Every function exits
 * with 1 where memory is out or a run fails. */
#ifndef RNN_TESTS_TRIAL_H
#define RNN_TESTS_TRIAL_H

#include "reference/runnable.h"
#include "tests/support/support.h"

/* Makes a trial whose arrays are all zero. */
void trial_create(runnable *t, const problem *p);

/* Copies weights between trials of the same layers. */
void trial_copy_weights(runnable *to, const runnable *from);
void trial_copy_initial(runnable *to,
                        const runnable *from); /* all rows, same batch; zeros if not given */

rnn_plan *trial_plan(const runnable *t, const char *backend, int threads);

/* Runs the plan on outputs full of NaN and scratch full of `garbage`. */
void trial_run_plan(runnable *t, const rnn_plan *plan, int garbage);
void trial_run(runnable *t, const char *backend, int threads);

int trial_states(const runnable *t);
int trial_state_units(const runnable *t, int state);

/* Rows of features in y. */
float *trial_y(const runnable *t, int n, int step);
/* Returns NULL where there is no second output. */
float *trial_y_backward(const runnable *t, int n, int step);
float *trial_initial(const runnable *t, int state, int n); /* NULL where it is not given */
float *trial_final(const runnable *t, int state, int n);

bool trial_counts(const runnable *t, int n, int step);

/* Copies x and the mask of one step. `to` must have a mask if `from` is masked. */
void trial_copy_step(runnable *to, int to_n, int to_step, const runnable *from, int n, int step);

#endif
