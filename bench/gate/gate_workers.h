/* SPDX-License-Identifier: MIT
 * The two workers, and what they are asked. */
#ifndef BENCH_GATE_WORKERS_H
#define BENCH_GATE_WORKERS_H

#include "bench/gate/gate_programs.h"
#include "bench/worker/worker_process.h"

typedef enum gate_end {
    GATE_GOES_ON,
    GATE_FAILED, /* a worker failed; `failed_side` and `failure` say which and how */
    GATE_HUNG,   /* a worker hung for the first time; a new pair is asked again */
    GATE_UNABLE, /* something of the system is missing; `failure` says what */
    GATE_LATE,   /* the budget was gone before anything could be judged */
    GATE_INTERRUPTED,
    GATE_NO_MEMORY
} gate_end;

typedef struct gate_workers {
    const gate_options *options;
    const gate_programs *programs;
    const volatile sig_atomic_t *stop;
    /* The end of the budget and a little more: who has no answer by then gets none. */
    double last_moment;
    uint64_t random; /* draws which side starts first, and where memory lies */

    worker_process pair[SIDES];
    side_id first_side; /* the one that is started first, and asked first to prepare a row */
    int core;           /* that rows on one thread run on */

    gate_row *asked_row; /* the row that the workers are asked about; NULL: none */
    bool hung[SIDES];    /* which side hung once while asked about no row */
    double patience;     /* seconds to wait where more are expected; 0: no such limit */
    bool proven;         /* a round has shown that the workers can answer */
    bool cannot;         /* the last question was answered with an error */

    side_id failed_side;
    char failure[512];
} gate_workers;

/* Starts both workers anew in random order, pinned to `core` or on any core. */
gate_end gate_start_pair(gate_workers *workers, bool pinned);
void gate_stop_pair(gate_workers *workers);

/* Asks as worker_ask() does, and returns what it means for the gate if there is no answer.
 * `expected` is how many seconds an answer should take: a worker that takes many times that hangs.
 * `answer` is NULL where the worker refused or could not do it, for the reason in `error`. */
__attribute__((format(printf, 6, 7))) gate_end gate_ask(gate_workers *workers, side_id side,
                                                        json_t **answer, double expected,
                                                        rnn_error *error, const char *format, ...);

/* Makes the side ready to run the row, or leaves the row out. */
gate_end gate_prepare(gate_workers *workers, gate_row *row, side_id side, double expected);

/* Asks "COMMAND RUNS"; `of_one` becomes what the member of the answer says of one run, or 0 where
 * there is none. Leaves out a row that could not be run. */
gate_end gate_run(gate_workers *workers, gate_row *row, side_id side, double expected,
                  const char *command, int runs, const char *member, double *of_one);

/* What the workers do with one row; `what` is for the action alone. */
typedef gate_end gate_action(gate_workers *workers, gate_row *row, void *what);

/* Does the action and, where a worker hangs over this row for the first time, does it again with a
 * new pair. `row` is NULL where the action is about none. */
gate_end gate_with_row(gate_workers *workers, gate_row *row, bool pinned, gate_action *action,
                       void *what);

#endif
