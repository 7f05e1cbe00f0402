/* SPDX-License-Identifier: MIT
 * What the parts of `rnnbench report` share: the rows of all files, by problem.
 *
 * A problem that several files have is taken whole from the last of them, so that every ratio is
 * one of rows that were measured together. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/results/rows.h"

typedef struct report_row {
    const timed_row *row;
    int problem, backend;           /* indices */
    double low, high;               /* quartiles of the samples, seconds */
    double cv;                      /* NAN: one sample, or no time */
    double gflops, roof, max_error; /* NAN: not known; roof as a share */
    double of_tolerance; /* the largest error / what is tolerated there; NAN: not known */
    double intensity;    /* FLOPs per byte of weights, the recurrent ones at every step;
                            NAN: not known */
} report_row;

typedef struct report_problem {
    const char *name;
    int file;
    int first, count; /* its rows, by threads and then backend */

    /* Where the name is one of ours; else family is -1. */
    int family;     /* what is left of the name without its sizes */
    int N, T, D, U; /* of the first layer */
    bool single;    /* one layer, no Dense head: its sizes say all */
} report_problem;

typedef struct report_backend {
    const char *name;
    int rows;     /* with a time */
    bool is_peer; /* of others */
    rnn_backend_kind kind;
    int style; /* of its points and lines: 0 .. REPORT_STYLES - 1 */
} report_backend;

#define REPORT_MAX_BACKENDS 64

/* Of repetitions that vary more than this, the median says little; `sweep` marks them as well. */
#define REPORT_MOST_VARIATION 0.1

/* As many colours, as discs and as rings. */
#define REPORT_COLOURS 8
#define REPORT_STYLES  (2 * REPORT_COLOURS)

/* A problem on a number of threads. */
typedef struct report_case {
    int problem, threads;
    int fastest; /* index of a row, of those that report_case_row() gives */
} report_case;

typedef struct report {
    timed_file *files;
    int file_count;
    int *rows_used; /* by file */
    report_row *rows;
    int row_count, timed_count; /* of all rows, and of those with a time */
    int uncounted_count;        /* with a time, of steps that the file does not count */
    report_problem *problems;
    int problem_count;
    char **families;
    int family_count;
    report_backend *backends;
    int backend_count;
    report_case *cases; /* by problem and threads; only where a row has a time */
    int case_count;
    int *threads; /* all numbers of threads, ascending */
    int thread_count;
    int ours;      /* backend that is held against the peers; -1: none */
    int reference; /* backend that speed-ups are over; -1: none */
} report;

#endif
