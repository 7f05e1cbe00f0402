/* SPDX-License-Identifier: MIT
 *
 * The numbers of a case, which follow from a seed alone. */
#ifndef RNN_REFERENCE_INPUTS_H
#define RNN_REFERENCE_INPUTS_H

#include "reference/arrays.h"

/* Fills weights, x, states, lengths, mask and attention. `gain` scales the normal weights: it is 1,
 * or less where the outputs would grow without bound. x and attention are NaN in steps that do not
 * count, so that whoever uses it is found. */
void inputs_fill(run_arrays *arrays, const problem *problem, uint64_t seed, float gain);

/* The steps of these inputs that count. */
problem_steps inputs_steps(const rnn_io *io, const problem *problem);
/* The steps that count among the inputs that inputs_fill draws, on average over seeds. The longest
 * row is the longest that it may draw. */
problem_steps inputs_expected_steps(const problem *problem);

/* Returns RNN_OK if the problem's activations suit its values:
 *   exact    needs activations that keep integers integers: linear or relu
 *   special  needs gates within bounds and nothing exponential, else double and float overflow at
 *            different steps and there is no one right answer */
rnn_status inputs_suit(const problem *problem, rnn_error *error);

/* Whether the gates stay within -1..1, so that states cannot grow by them; SimpleRNN has none. */
bool inputs_gates_are_bounded(const rnn_layer *layer);

/* For values:exact, what no sum of any run over these inputs exceeds in absolute value, in whatever
 * order it is formed. Below 2^24 float arithmetic makes no error. */
double inputs_largest_sum(const run_arrays *arrays, const problem *problem);

/* Whether the numbers of batch row n are so large that gates saturate: values:special has such
 * rows. */
bool inputs_saturate(const problem *problem, int n);

#endif
