/* SPDX-License-Identifier: MIT
 * Rows of results files held against each other. There is no verdict here: that is what
 * `rnnbench gate` is for. */
#ifndef BENCH_COMPARISON_H
#define BENCH_COMPARISON_H

#include "bench/results/row_filter.h"
#include "bench/results/rows.h"
#include "bench/statistics/statistics.h"

/* Two rows and their ratio. They are of one problem, unless their names are not of our form. */
typedef struct compared_row {
    const timed_row *base, *row;
    /* Where these are not NULL, each time counts relative to that of this row of its own file. */
    const timed_row *base_anchor, *row_anchor;
    double ratio;                 /* time of `row` / time of `base`, so that above 1 is slower */
    confidence_interval interval; /* NAN where there are too few samples */
    double p, adjusted_p;         /* NAN where there is no test */
    bool slower, faster;          /* beyond noise, by adjusted_p and the interval */
} compared_row;

typedef struct unpaired_row {
    const timed_row *row;
    const char *why;
} unpaired_row;

/* What the rows of one cell, of one backend, or all rows have in common. */
typedef struct row_group {
    const char *cell, *backend; /* "" stands for all */
    int count, slower, faster;
    double ratio;                 /* the geometric mean of the rows */
    confidence_interval interval; /* over the rows; NAN where there is one row only */
} row_group;

typedef struct comparison {
    compared_row *rows;
    int row_count;
    unpaired_row *unpaired;
    int unpaired_count;
    row_group *groups;
    int group_count;
} comparison;

#define COMPARISON_P_AT_MOST 0.05

/* Compares the rows of two files that have the same problem, backend and threads. With an anchor,
 * times are relative to that backend's in their own file, so that one machine may be slower than
 * the other. */
bool comparison_of_files(comparison *c, const timed_file *base, const timed_file *next,
                         const char *anchor, const row_filter *filter, rnn_error *error);

/* Compares every backend of a file with the anchor on the same problem: on as many threads or,
 * where the anchor has none there, on the fewest that it has. */
bool comparison_of_backends(comparison *c, const timed_file *file, const char *anchor,
                            const row_filter *filter, rnn_error *error);
void comparison_free(comparison *c);

/* The first backend that is on every problem, or else on the most of them; "" where no row names a
 * backend. */
const char *comparison_default_anchor(const timed_file *file, const row_filter *filter);

typedef enum comparison_order { BY_PROBLEM, SLOWEST_FIRST } comparison_order;
void comparison_sort(comparison *c, comparison_order order);

#endif
