/* SPDX-License-Identifier: MIT
 *
 * `rnnbench gate`: rows of two sides, measured side by side by two workers, one a side.
 *
 *   --against    base: another build, new: this one; the same backend on both sides
 *   --selftest   this build on both sides
 *   --baseline   this build on both sides, base: the anchor backend, new: the row's backend
 */
#ifndef BENCH_GATE_H
#define BENCH_GATE_H

#include "bench/base/progress.h"
#include "bench/gate/gate_options.h"
#include "bench/gate/gate_rule.h"
#include "bench/worker/worker_process.h"

#define GATE_FIRST_SHARE  0.62 /* of the budget, at which the first series ends, */
#define GATE_SECOND_SHARE 0.95 /* and the second one */
#define GATE_ALLOWANCE    2.0  /* seconds that the whole may take beyond --budget */

#define GATE_MAX_NOTES     8
#define GATE_MAX_GROUPS    8   /* of four samples, that a round has of each row */
#define GATE_ROUND_SECONDS 0.1 /* of a round for its processes */

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
    double prepare_seconds;    /* of both sides */
    int expected_rounds_again; /* to confirm it, if it is suspect and few others are */
    bool left_out;             /* not measured any more, for `why` */
    bool suspect;
    bool hung[SIDES]; /* once, which a pause of the machine may explain */
    gate_reference reference;
    gate_series first, second;

    gate_outcome outcome;
    char why[256];
    double p;                /* adjusted, of the first series */
    double ratio, low, high; /* new / base, with its 95% interval; of the last series */
    double visible;          /* the smallest slowdown that is found here at a rate of 95% */
} gate_row;

typedef enum gate_end {
    GATE_GOES_ON,
    GATE_FAILED, /* a worker did; `failed_side` and `failure` say which and how */
    GATE_HUNG,   /* the same, for the first time: to be asked again, with a new pair */
    GATE_UNABLE, /* something of the system is missing; `failure` says what */
    GATE_LATE,   /* the budget was gone before anything could be judged */
    GATE_INTERRUPTED,
    GATE_NO_MEMORY
} gate_end;

typedef struct gate_state {
    const gate_options *options;
    gate_rule rule;
    double budget, start; /* seconds, by the clock */
    const char *programs[SIDES];
    const char *names[SIDES]; /* for people */
    gate_row *rows;           /* those of one problem are neighbours */
    int row_count;
    bool base_is_checked;
    bool cannot;     /* the last question was answered with an error */
    double patience; /* seconds for an answer that is expected to take longer; 0: as it takes */
    int groups;      /* of four samples, that a round has of each row */
    double sample_seconds;
    int rounds, rounds_again; /* done */
    int core;                 /* that rows on one thread run on */
    worker_process pair[SIDES];
    side_id first_side;  /* of this pair: started first, and asked first to prepare a row */
    gate_row *asked_row; /* that the workers are asked about; NULL: none */
    bool hung[SIDES];    /* while asked about none */
    side_id failed_side;
    char failure[512];
    char notes[GATE_MAX_NOTES][300];
    int note_count;
    uint64_t random;
    progress_bar progress;
    const volatile sig_atomic_t *stop;
} gate_state;

/* Against a baseline and in a selftest both are. */
bool gate_is_this_build(const gate_state *gate, side_id side);

/* Whether its time is that which the CPU spent on it: where neither side has several threads. */
bool gate_row_by_cpu(const gate_row *row);

/* "openmp 2 threads lstm/..." */
void gate_row_name(const gate_row *row, char *text, size_t size);

/* For the report; of too many the first ones. */
__attribute__((format(printf, 2, 3))) void gate_note(gate_state *gate, const char *format, ...);

/* No more is measured of it. */
__attribute__((format(printf, 3, 4))) void gate_leave_out(gate_row *row, gate_outcome outcome,
                                                          const char *format, ...);

/* The last question was not answered with what it asked for: an error of this build's is wrong. */
void gate_leave_out_failed(const gate_state *gate, gate_row *row, side_id side, const char *why);

/* ---- Rows, of gate_rows.c ------------------------------------------------------------------- */

/* The problems that the options ask for, by the backends of this build that they select. */
bool gate_list_rows(gate_state *gate, rnn_error *error);
void gate_free_rows(gate_state *gate);
void gate_leave_out_others(gate_state *gate); /* than the wrong ones */
int gate_count(const gate_state *gate, gate_outcome outcome);
/* To be measured in the first series, or again: not left out, and suspect if again. */
bool gate_is_due(const gate_row *row, bool again);
int gate_due_rows(const gate_state *gate, bool again);

/* ---- Measuring, of gate_workers.c, gate_checks.c and gate_rounds.c --------------------------- */

/* The end of the budget, and a little more: whoever has no answer by then gets none. */
double gate_last_moment(const gate_state *gate);

/* Both workers anew, on gate->core or on any, in random order. */
gate_end gate_start_pair(gate_state *gate, bool pinned);
void gate_stop_pair(gate_state *gate);

/* As worker_ask(); what it means for the gate that there is no answer. `expected` is how long one
 * should take: a worker hangs where it takes many times that. `answer` is NULL where it was refused
 * or could not be done, for the reason in `error`. */
__attribute__((format(printf, 6, 7))) gate_end gate_ask(gate_state *gate, side_id side,
                                                        json_t **answer, double expected,
                                                        rnn_error *error, const char *format, ...);

/* What the workers do with one row; `what` is for the action alone. */
typedef gate_end gate_action(gate_state *gate, gate_row *row, void *what);

/* The action; where a worker hangs over this row for the first time, again with a new pair. `row`
 * is NULL where it is about none. */
gate_end gate_with_row(gate_state *gate, gate_row *row, bool pinned, gate_action *action,
                       void *what);

/* Every row against the oracle; then how long one run takes. What one side lacks is left out. */
gate_end gate_check_rows(gate_state *gate);
/* What takes too long to be measured until then, by the clock, is left out as well. */
gate_end gate_calibrate_rows(gate_state *gate, double until);

/* How much of each round a row gets, of all rows or of those that are suspect; leaves out what
 * there is no time for until then, by the clock. Of gate_plan.c. */
void gate_plan_rounds(gate_state *gate, bool again, double until);
double gate_row_cost(const gate_state *gate, const gate_row *row); /* seconds, in a round */
/* The number of runs that the row's samples have in this round, on either side. */
void gate_draw_runs(gate_state *gate, gate_row *row);

/* As planned. */
gate_end gate_measure_rounds(gate_state *gate, bool again, double until);

/* ---- Verdict, of gate_verdict.c -------------------------------------------------------------- */

/* Marks the rows that are suspect by their first series. */
void gate_find_suspects(gate_state *gate);
/* Each row's outcome. False: no memory. */
bool gate_judge(gate_state *gate);

#endif
