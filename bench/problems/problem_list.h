/* SPDX-License-Identifier: MIT
 *
 * Lists of problems, and the patterns that describe them: the text of a problem in which each value
 * may be a list, and each size a range.
 *   simple_rnn,lstm/N:1,8/T:25/U:16:256:x2/direction:forward,bidirectional
 * Where D is left out it equals U (of the first layer).
 */
#ifndef BENCH_PROBLEM_LIST_H
#define BENCH_PROBLEM_LIST_H

#include "reference/problem.h"

typedef struct problem_list {
    problem *items;
    int count;
    int *slots; /* private: finds an item by its text, so no item may be changed */
} problem_list;

void problem_list_free(problem_list *list);

/* Appends a problem that is not in the list yet. */
bool problem_list_add(problem_list *list, const problem *p, rnn_error *error);
/* Appends a problem that is written as text, if it is valid and not in the list yet. */
bool problem_list_add_text(problem_list *list, const char *text, rnn_error *error);

/* Appends every valid problem of the pattern that is not in the list yet. */
bool problem_list_expand(problem_list *list, const char *pattern, rnn_error *error);

#endif
