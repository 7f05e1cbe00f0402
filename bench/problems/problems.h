/* SPDX-License-Identifier: MIT
 *
 * Lists of problems, and the patterns that describe them: the text of a problem in which each value
 * may be a list, and each size a range.
 *   simple_rnn,lstm/N:1,8/T:25/U:16:256:x2/direction:forward,bidirectional
 * Where D is left out it equals U (of the first layer).
 */
#ifndef BENCH_PROBLEMS_H
#define BENCH_PROBLEMS_H

#include "bench/options.h"

typedef struct problem_list {
    problem *items;
    int count, capacity;
    int *slots; /* private: to find an item by its text; no item may be changed */
} problem_list;

void problem_list_free(problem_list *list);

/* Appends every valid problem of the pattern that is not in the list yet. */
bool problem_list_expand(problem_list *list, const char *pattern, rnn_error *error);

/* What a command line asks for: its --problem patterns, its preset, a grid of its filters, or the
 * quick preset; T capped, and without what the filters then reject. An empty list is refused. */
bool problem_list_for_sweep(problem_list *list, const cli_options *options, rnn_error *error);

/* The preset that such a command line takes its problems from; NULL: none. */
const char *problem_list_preset(const cli_options *options);

/* The same for a check: its --problem patterns, or the table of problems.inc. */
bool problem_list_for_check(problem_list *list, const cli_options *options, rnn_error *error);

#endif
