/* SPDX-License-Identifier: MIT
 * One problem over time: what results files of several days say of each backend. */
#ifndef BENCH_HISTORY_H
#define BENCH_HISTORY_H

#include "bench/results/result_files.h"
#include "bench/results/row_filter.h"
#include "bench/results/rows.h"
#include "bench/statistics/statistics.h"

/* A results file that has the problem. */
typedef struct history_file {
    timed_file rows;
    time_t date;
    char machine[160];
    char changes[160]; /* "compiler, onednn": what is not as in the file before; "": nothing */
} history_file;

/* What one file says of a backend on a number of threads. */
typedef struct history_point {
    const history_file *file;
    const timed_row *row;
    const timed_row *anchor;      /* NULL: there is none */
    double value;                 /* the median, or how many times the anchor's it is */
    double change;                /* value / that of the point before; NAN for the first */
    confidence_interval interval; /* of the change */
    double step; /* where a new level begins: its median / that of the one before; else NAN */
} history_point;

typedef struct history_series {
    const char *backend;
    int threads;
    history_point *points; /* of the history's; by date */
    int count;
} history_series;

typedef struct history {
    const char *problem, *anchor; /* anchor NULL: none */
    const row_filter *filter;     /* of backends and threads */
    history_file *files;          /* by date */
    int file_count;
    history_point *points; /* by series */
    int point_count, point_capacity;
    history_series *series;
    int series_count;
    int unreadable, without_anchor; /* files; each unreadable one was told */
} history;

/* `h` has the problem, the anchor and filters; its files are found out. False: out of memory. */
bool history_read_files(history *h, const path_list *list);
/* Then its series, steps and all. */
bool history_make_series(history *h);
void history_free(history *h);

bool history_is_of_one_machine(const history *h);

/* Fewer points than this have no step that could be told from chance; of so many, one in the
 * middle. In longer series it is told once about as many as HISTORY_SEEN_AFTER lie on either side.
 */
#define HISTORY_LEAST_FOR_STEPS 12
#define HISTORY_SEEN_AFTER      5

#endif
