/* SPDX-License-Identifier: MIT
 * Which rows of results files a command line lets pass. */
#ifndef BENCH_ROW_FILTER_H
#define BENCH_ROW_FILTER_H

#include "bench/problems/problem_filter.h"
#include "bench/results/rows.h"

/* A part that is empty was not given, and lets everything pass. */
typedef struct row_filter {
    problem_filter problems;
    const char *backends; /* a list of names; NULL lets all pass */
    int_list threads;
} row_filter;

/* Adds --backend and --threads. problem_filter_options() adds the options that choose problems. */
void row_filter_options(option_list *options, row_filter *filter);
void row_filter_free(row_filter *filter);

/* Whether the filter lets a row pass. A row whose name is not of our form passes only where no
 * filter of problems was given. */
bool row_filter_passes(const row_filter *filter, const timed_row *row);

#endif
