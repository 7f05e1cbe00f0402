/* SPDX-License-Identifier: MIT
 * One problem over time. */
#ifndef BENCH_HISTORY_H
#define BENCH_HISTORY_H

#include "rows.h"

#include <time.h>

/* One results file that has the problem. */
typedef struct history_file {
    timed_file file;
    time_t date;
    const char *commit, *machine; /* "" where the file does not say */
    char *changes; /* "compiler, onednn": what is not as in the one before; "": nothing */
} history_file;

/* What one file says of a backend on a number of threads. */
typedef struct history_point {
    const history_file *from;
    const timed_row *row;
    double cv;
    double to_anchor;    /* times the anchor's median; NAN: there is no anchor */
    double change;       /* value / that of the point before; NAN for the first */
    double low, high;    /* 95% interval of it; NAN with an anchor */
    bool is_step;        /* a new level begins here ... */
    double level_change; /* ... of which the median is so many times that of the one before */
} history_point;

typedef struct history_series {
    const char *backend;
    int threads;
    history_point *points; /* by date */
    int count;
} history_series;

typedef struct history {
    const char *problem, *anchor; /* anchor NULL: none */
    history_file *files;          /* by date */
    int file_count;
    history_series *series;
    int series_count;
} history;

typedef struct history_format {
    const char *name;
    bool (*write)(const history *h); /* to standard output; false: out of memory */
} history_format;

/* NULL: there is none of this name. */
const history_format *history_format_find(const char *name);

/* Fewer points than this have no step that could be told from chance. */
#define HISTORY_LEAST_FOR_STEPS 10

#endif
