/* SPDX-License-Identifier: MIT
 * One problem over time: what the results files of several days say of each backend. */
#ifndef BENCH_HISTORY_H
#define BENCH_HISTORY_H

#include "bench/results/result_files.h"
#include "bench/results/row_filter.h"
#include "bench/results/rows.h"
#include "bench/statistics/statistics.h"

/* A results file that has the problem of the history. */
typedef struct history_file {
    timed_file rows;
    time_t date;
    char machine[160];
    /* What is not as in the file before, as in "compiler, onednn"; "" where all is. */
    char changes[160];
} history_file;

/* What one file says of a backend on a number of threads. */
typedef struct history_point {
    const history_file *file;
    const timed_row *row;
    const timed_row *anchor;      /* NULL where there is none */
    double value;                 /* the median, or that as a multiple of the anchor's */
    double change;                /* value / value of the point before; NAN for the first */
    confidence_interval interval; /* of the change */
    /* Where a new level begins, its median / the median of the level before; elsewhere NAN. */
    double step;
} history_point;

typedef struct history_series {
    const char *backend;
    int threads;
    history_point *points; /* a part of the history's points, by date */
    int count;
} history_series;

typedef struct history {
    const char *problem, *anchor; /* the anchor is NULL where there is none */
    const row_filter *filter;     /* chooses backends and threads */
    history_file *files;          /* by date */
    int file_count;
    history_point *points; /* of all series, one series behind the other */
    int point_count;
    history_series *series;
    int series_count;
    /* How many files could not be read, each of which was told, and how many lack the anchor. */
    int unreadable, without_anchor;
} history;

/* Reads those files of the list that have the problem. The problem, the anchor and the filter are
 * set before. Returns false where memory ran out. */
bool history_read_files(history *h, const path_list *list);
/* Makes the series of a history whose files were read, with their changes and steps. */
bool history_make_series(history *h);
void history_free(history *h);

bool history_is_of_one_machine(const history *h);

/* In a series of fewer points no step could be told from chance, and in one of just so many only a
 * step in the middle. In a longer series a step is told once about HISTORY_SEEN_AFTER points lie on
 * either side of it. */
#define HISTORY_LEAST_FOR_STEPS 12
#define HISTORY_SEEN_AFTER      5

#endif
