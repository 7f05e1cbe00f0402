/* SPDX-License-Identifier: MIT
 * Which problems a command line lets pass. */
#ifndef BENCH_PROBLEM_FILTER_H
#define BENCH_PROBLEM_FILTER_H

#include "bench/base/options.h"
#include "bench/base/ranges.h"
#include "reference/problem.h"

#include <stddef.h>

/* A set or list that is empty was not given, and lets all pass. */
typedef struct problem_filter {
    unsigned cells, directions; /* sets of rnn_cell and rnn_direction */
    int_list batch, steps, features, units, reset_after;
    const option_list *options; /* the filter's own are its rows first .. end - 1 */
    int first, end;
} problem_filter;

void problem_filter_options(option_list *options, problem_filter *filter);
void problem_filter_free(problem_filter *filter);

bool problem_filter_passes(const problem_filter *filter, const problem *p);

/* Writes the filters as they were given, "--batch 8 --units 64"; "" where none was. */
void problem_filter_text(const problem_filter *filter, char *text, size_t size);

#endif
