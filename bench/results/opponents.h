/* SPDX-License-Identifier: MIT
 * Our backend and whom it is held against, case by case: a case is a problem on a number of
 * threads. */
#ifndef BENCH_OPPONENTS_H
#define BENCH_OPPONENTS_H

#include "bench/results/comparison.h"

/* Fills in the pairs of a comparison; comparison_against() does the rest. The memory that they need
 * is the comparison's even where this fails. */
bool opponents_pair(comparison *c, const timed_file *file, const against_choice *choice,
                    const row_filter *filter, rnn_error *error);

#endif
