/* SPDX-License-Identifier: MIT
 * Which rows of results files a command line lets pass. */
#ifndef BENCH_ROW_FILTER_H
#define BENCH_ROW_FILTER_H

#include "bench/problems/problem_filter.h"
#include "bench/results/rows.h"

/* What is empty was not given, and lets all pass. */
typedef struct row_filter {
    problem_filter problems;
    const char *backends; /* a list of names; NULL: all */
    int_list threads;
} row_filter;

/* --backend and --threads; those of the problems are problem_filter_options(). */
void row_filter_options(option_list *options, row_filter *filter);
void row_filter_free(row_filter *filter);

/* A row whose name is not of our form passes only where none of the problems' filters is given. */
bool row_filter_passes(const row_filter *filter, const timed_row *row);

#endif
