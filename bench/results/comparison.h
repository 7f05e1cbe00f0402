/* SPDX-License-Identifier: MIT
 * Rows of results files held against each other. No verdict: that is gate's. */
#ifndef BENCH_COMPARISON_H
#define BENCH_COMPARISON_H

#include "bench/results/row_filter.h"
#include "bench/results/rows.h"
#include "bench/statistics/statistics.h"

/* Time against time; of one problem, unless the names are foreign. */
typedef struct compared_row {
    const timed_row *base, *row;
    /* Not NULL: times count relative to these rows of the same file. */
    const timed_row *base_anchor, *row_anchor;
    double ratio;                 /* time of `row` / time of `base`: above 1 is slower */
    confidence_interval interval; /* NAN: too few samples */
    double p, adjusted_p;         /* NAN: no test */
    bool slower, faster;          /* beyond noise: adjusted_p and interval say so */
} compared_row;

typedef struct unpaired_row {
    const timed_row *row;
    const char *why;
} unpaired_row;

/* The rows of one cell, of one backend, or all. */
typedef struct row_group {
    const char *cell, *backend; /* "": of all */
    int count, slower, faster;
    double ratio;                 /* geometric mean */
    confidence_interval interval; /* over the rows; NAN: there is one row only */
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

/* Rows of the same problem, backend and threads of two files. With an anchor, times are relative to
 * that backend's in their own file, so that one machine may be slower than the other. */
bool comparison_of_files(comparison *c, const timed_file *base, const timed_file *next,
                         const char *anchor, const row_filter *filter, rnn_error *error);

/* Every backend of a file against the anchor on the same problem, on as many threads or, failing
 * that, on the fewest that the anchor has there. */
bool comparison_of_backends(comparison *c, const timed_file *file, const char *anchor,
                            const row_filter *filter, rnn_error *error);
void comparison_free(comparison *c);

/* The first backend that is on every problem, or else on the most; "": no row tells one. */
const char *comparison_default_anchor(const timed_file *file, const row_filter *filter);

typedef enum comparison_order { BY_PROBLEM, SLOWEST_FIRST } comparison_order;
void comparison_sort(comparison *c, comparison_order order);

#endif
