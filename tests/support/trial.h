/* SPDX-License-Identifier: MIT
 * What tests do with a runnable that compare one run of it with another. Every function exits with
 * 1 where memory is out or a run fails. */
#ifndef RNN_TESTS_TRIAL_H
#define RNN_TESTS_TRIAL_H

#include "reference/runnable.h"
#include "tests/support/support.h"

/* Every array zero. */
void trial_create(runnable *t, const problem *p);

/* Between trials of the same layers. */
void trial_copy_weights(runnable *to, const runnable *from);
void trial_copy_initial(runnable *to,
                        const runnable *from); /* all rows, same batch; zeros if not given */

rnn_plan *trial_plan(const runnable *t, const char *backend, int threads);

/* Outputs are NaN before, scratch is filled with `garbage`. */
void trial_run_plan(runnable *t, const rnn_plan *plan, int garbage);
void trial_run(runnable *t, const char *backend, int threads);

int trial_states(const runnable *t);
int trial_state_units(const runnable *t, int state);

/* Rows of features. */
float *trial_y(const runnable *t, int n, int step);
float *trial_y_backward(const runnable *t, int n, int step); /* NULL without second output */
float *trial_initial(const runnable *t, int state, int n);   /* NULL: not given */
float *trial_final(const runnable *t, int state, int n);

bool trial_counts(const runnable *t, int n, int step);

/* x and the mask of one step; `to` has a mask if `from` is masked. */
void trial_copy_step(runnable *to, int to_n, int to_step, const runnable *from, int n, int step);

#endif
