/* SPDX-License-Identifier: MIT
 * What is judged: a backend on a problem, on the two sides. */
#ifndef BENCH_GATE_ROWS_H
#define BENCH_GATE_ROWS_H

#include "bench/gate/gate_options.h"
#include "bench/gate/gate_rule.h"

typedef enum side_id { BASE, NEW, SIDES } side_id;

typedef enum gate_outcome {
    GATE_SAME, /* not slower by more than the threshold, and that would have been seen */
    GATE_FASTER,
    GATE_SLOWER,
    GATE_NOT_CONFIRMED, /* the second series did not find it slower */
    GATE_WRONG,
    GATE_UNJUDGED,
    GATE_ONLY_BASE, /* the other side lacks it */
    GATE_ONLY_NEW,
    GATE_OUTCOMES
} gate_outcome;

typedef struct gate_side {
    const char *backend;
    int threads;
    double seconds;    /* of one run, roughly; 0: not known */
    int runs;          /* of one sample, in this round */
    gate_series times; /* seconds of one run, one a round */
} gate_side;

typedef struct gate_row {
    char problem[PROBLEM_TEXT_SIZE];
    const char *backend;
    int threads;
    gate_side sides[SIDES];
    double prepare_seconds;    /* that it takes to prepare both sides */
    int expected_rounds_again; /* rounds to confirm it in, if it is suspect and few others are */
    bool left_out;             /* not measured any more, for `why` */
    bool suspect;
    bool hung[SIDES]; /* hung once, which a pause of the machine may explain */
    gate_reference reference;
    gate_series first, second;

    gate_outcome outcome;
    char why[256];
    /* Adjusted over all rows: a suspect's p of being slower, by the second series, or another row's
     * of being faster, by the first. */
    double p;
    double ratio, low, high; /* new / base with its 95% interval, of the last series */
    double visible;          /* the smallest slowdown that is found here at a rate of 95% */
} gate_row;

typedef struct gate_rows {
    gate_row *items; /* those of one problem are neighbours */
    int count;
} gate_rows;

/* Lists a row for each problem that the options ask for and each backend of this build that they
 * select. */
bool gate_rows_list(gate_rows *rows, const gate_options *options, rnn_error *error);

/* Adds a row that is alike on both sides, of the problem that `text` writes. NULL: no memory. */
gate_row *gate_rows_add(gate_rows *rows, const char *text, const char *backend, int threads);
void gate_rows_free(gate_rows *rows);

void gate_rows_leave_out_others(gate_rows *rows, bool were_timed); /* all but the wrong ones */
int gate_rows_count(const gate_rows *rows, gate_outcome outcome);
int gate_rows_judged(const gate_rows *rows);
int gate_rows_due(const gate_rows *rows, bool again);

/* Whether the row is to be measured: it is not left out, and is suspect where it is measured
 * `again`. */
bool gate_row_is_due(const gate_row *row, bool again);

/* Whether the row is judged by CPU time, which it is where neither side has several threads. */
bool gate_row_by_cpu(const gate_row *row);

/* "openmp 2 threads lstm/..." */
void gate_row_name(const gate_row *row, char *text, size_t size);

/* Ends the row with an outcome and a reason: no more is measured of it. */
__attribute__((format(printf, 3, 4))) void gate_leave_out(gate_row *row, gate_outcome outcome,
                                                          const char *format, ...);

#endif
