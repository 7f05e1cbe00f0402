/* SPDX-License-Identifier: MIT
 * A problem with its arrays, for tests that compare one run with another. Every function exits with
 * 1 where memory is out. */
#ifndef RNN_TESTS_TRIAL_H
#define RNN_TESTS_TRIAL_H

#include "reference/arrays.h"
#include "tests/support/support.h"

/* Must not move: its arrays point into it. */
typedef struct trial {
    problem problem;
    rnn_shape shape;
    run_arrays arrays;
} trial;

/* Every array zero. */
void trial_create(trial *t, const problem *p);
void trial_fill(trial *t, uint64_t seed);
void trial_destroy(trial *t);

/* Between trials of the same layers. */
void trial_copy_weights(trial *to, const trial *from);
void trial_copy_initial(trial *to,
                        const trial *from); /* all rows, same batch; zeros if not given */

rnn_plan *trial_plan(const trial *t, const char *backend, int threads);

/* Outputs are NaN before, scratch is filled with `garbage`. */
void trial_run_plan(trial *t, const rnn_plan *plan, int garbage);
void trial_run(trial *t, const char *backend, int threads);

int trial_width(const trial *t); /* of y */
int trial_steps(const trial *t); /* of y: timesteps, or 1 */
int trial_states(const trial *t);
int trial_state_units(const trial *t, int state);

/* Rows of features. */
float *trial_x(const trial *t, int n, int step);
float *trial_y(const trial *t, int n, int step);
float *trial_y_backward(const trial *t, int n, int step); /* NULL without second output */
float *trial_initial(const trial *t, int state, int n);   /* NULL: not given */
float *trial_final(const trial *t, int state, int n);

bool trial_counts(const trial *t, int n, int step);

/* x and the mask of one step; `to` has a mask if `from` is masked. */
void trial_copy_step(trial *to, int to_n, int to_step, const trial *from, int n, int step);

#endif
