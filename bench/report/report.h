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
    int problem, backend;           /* indices into the lists of the report */
    double low, high;               /* quartiles of the samples, in seconds */
    double cv;                      /* NAN where there is one sample, or no time */
    double gflops, roof, max_error; /* NAN where not known; roof is a share */
    double of_tolerance;            /* the largest error / what is tolerated there, or NAN */
    /* FLOPs per byte of weights, where the recurrent ones count at every step. NAN where it is not
     * known. */
    double intensity;
} report_row;

typedef struct report_problem {
    const char *name;
    int file;
    int first, count; /* its rows, by threads and then backend */

    /* These hold where the name is one of our own; else family is -1. */
    int family;     /* what is left of the name without its sizes */
    int N, T, D, U; /* of the first layer */
    bool single;    /* one layer without a Dense head, which its sizes describe in full */
} report_problem;

typedef struct report_backend {
    const char *name;
    int rows;     /* how many have a time */
    bool is_peer; /* whether it is somebody else's library */
    rnn_backend_kind kind;
    int style; /* of its points and lines, from 0 to REPORT_STYLES - 1 */
} report_backend;

#define REPORT_MAX_BACKENDS 64

/* Where repetitions vary more than this, their median says little; `sweep` marks such rows, too. */
#define REPORT_MOST_VARIATION 0.1

/* Every colour has two styles of points, discs and rings. */
#define REPORT_COLOURS 8
#define REPORT_STYLES  (2 * REPORT_COLOURS)

/* A case is a problem on a number of threads. */
typedef struct report_case {
    int problem, threads;
    int fastest; /* index of the fastest row that report_case_row() gives */
} report_case;

typedef struct report {
    timed_file *files;
    int file_count;
    int *rows_used; /* how many rows are taken from each file */
    report_row *rows;
    int row_count, timed_count; /* of all rows, and of those with a time */
    int uncounted_count;        /* rows with a time whose file does not say how many steps count */
    report_problem *problems;
    int problem_count;
    char **families;
    int family_count;
    report_backend *backends;
    int backend_count;
    report_case *cases; /* by problem and threads, only where a row has a time */
    int case_count;
    int *threads; /* all numbers of threads, ascending */
    int thread_count;
    int ours;      /* the backend that is held against the peers, or -1 */
    int reference; /* the backend that speed-ups are over, or -1 */
} report;

#endif
