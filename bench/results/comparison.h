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
    const char *against; /* the name of what `row` is held against; "" where that is `base` */
    double ratio;        /* time of `row` / time of `base`, so that above 1 is slower */
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
    const char *cell, *backend, *against; /* "" stands for all */
    int count, slower, faster;
    int above, close;             /* ratios above 1, and of at most COMPARISON_CLOSE */
    double ratio;                 /* the geometric mean of the rows */
    confidence_interval interval; /* over the rows; NAN where there is one row only */
    double worst;                 /* the highest ratio, and the row that has it */
    const timed_row *worst_row;
} row_group;

typedef struct comparison {
    compared_row *rows;
    int row_count;
    unpaired_row *unpaired;
    int unpaired_count;
    row_group *groups;
    int group_count;
    /* Rows that stand in no file, such as half of the samples of one. */
    timed_row **made;
    int made_count;
} comparison;

#define COMPARISON_P_AT_MOST 0.05
#define COMPARISON_CLOSE     1.05

/* Compares the rows of two files that have the same problem, backend and threads. With an anchor,
 * times are relative to that backend's in their own file, so that one machine may be slower than
 * the other. */
bool comparison_of_files(comparison *c, const timed_file *base, const timed_file *next,
                         const char *anchor, const row_filter *filter, rnn_error *error);

/* Compares every backend of a file with the anchor on the same problem: on as many threads or,
 * where the anchor has none there, on the fewest that it has. */
bool comparison_of_backends(comparison *c, const timed_file *file, const char *anchor,
                            const row_filter *filter, rnn_error *error);

/* Whom a backend is held against. */
typedef struct against_choice {
    const char *ours; /* a backend; comparison_ours() is the usual one */
    /* A list of backends and of these words:
     *   best     the fastest of all peers, each on as many threads as the case has
     *   peers    every peer by itself, and the best
     *   others   the fastest of all other backends, on so many threads or fewer
     *   choices  the same of the code that each of them ran, as its label names it
     * To choose the fastest by noisy medians and to compare by the same ones would favour the
     * chosen. So for `others` and `choices` every other repetition says which one is the fastest,
     * and the rest how fast it is. */
    const char *opponents;
    /* Ours counts as if it took what its roof says wherever all layers have so many units or more:
     * what there is to gain at most. 0: nowhere. */
    int limit_from;
} against_choice;

/* Compares our backend with its opponents, case by case. Where it has no row on so many threads,
 * that on the fewest stands for it. A filter of backends chooses among the opponents. Their names
 * are checked by the other function, before. */
bool comparison_check_opponents(const timed_file *file, const against_choice *choice,
                                rnn_error *error);
bool comparison_against(comparison *c, const timed_file *file, const against_choice *choice,
                        const row_filter *filter, rnn_error *error);
/* auto, or the first backend in the file that is no peer; NULL where all are. */
const char *comparison_ours(const timed_file *file);

void comparison_free(comparison *c);

/* Appends a pair whose rows are known. Returns false where memory ran out. */
bool comparison_add_pair(comparison *c, const compared_row *pair);

/* The first backend that is on every problem, or else on the most of them; "" where no row names a
 * backend. */
const char *comparison_default_anchor(const timed_file *file, const row_filter *filter);

typedef enum comparison_order { BY_PROBLEM, SLOWEST_FIRST } comparison_order;
void comparison_sort(comparison *c, comparison_order order);

#endif
