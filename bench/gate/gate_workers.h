/* SPDX-License-Identifier: MIT
 * The two workers, and what they are asked. */
#ifndef BENCH_GATE_WORKERS_H
#define BENCH_GATE_WORKERS_H

#include "bench/gate/gate_programs.h"
#include "bench/worker/worker_process.h"

typedef enum gate_end {
    GATE_GOES_ON,
    GATE_FAILED, /* a worker did; `failed_side` and `failure` say which and how */
    GATE_HUNG,   /* the same, for the first time: to be asked again, with a new pair */
    GATE_UNABLE, /* something of the system is missing; `failure` says what */
    GATE_LATE,   /* the budget was gone before anything could be judged */
    GATE_INTERRUPTED,
    GATE_NO_MEMORY
} gate_end;

typedef struct gate_workers {
    const gate_options *options;
    const gate_programs *programs;
    const volatile sig_atomic_t *stop;
    double last_moment; /* of the budget and a little more: who has no answer by then gets none */
    uint64_t random;    /* for who starts first, and where memory lies */

    worker_process pair[SIDES];
    side_id first_side; /* of this pair: started first, and asked first to prepare a row */
    int core;           /* that rows on one thread run on */

    gate_row *asked_row; /* that the workers are asked about; NULL: none */
    bool hung[SIDES];    /* while asked about none */
    double patience;     /* seconds for an answer that is expected to take longer; 0: as it takes */
    bool proven;         /* a round has shown that they can answer */
    bool cannot;         /* the last question was answered with an error */

    side_id failed_side;
    char failure[512];
} gate_workers;

/* Both workers anew, on the core or on any, in random order. */
gate_end gate_start_pair(gate_workers *workers, bool pinned);
void gate_stop_pair(gate_workers *workers);

/* As worker_ask(); what it means for the gate that there is no answer. `expected` is how long one
 * should take: a worker hangs where it takes many times that. `answer` is NULL where it was refused
 * or could not be done, for the reason in `error`. */
__attribute__((format(printf, 6, 7))) gate_end gate_ask(gate_workers *workers, side_id side,
                                                        json_t **answer, double expected,
                                                        rnn_error *error, const char *format, ...);

/* Makes the side ready to run the row, or leaves that out. */
gate_end gate_prepare(gate_workers *workers, gate_row *row, side_id side, double expected);

/* What a member of the answer to "COMMAND RUNS" says of one run; 0 where there is none. Leaves out
 * the row that could not be run. */
gate_end gate_run(gate_workers *workers, gate_row *row, side_id side, double expected,
                  const char *command, int runs, const char *member, double *of_one);

/* What the workers do with one row; `what` is for the action alone. */
typedef gate_end gate_action(gate_workers *workers, gate_row *row, void *what);

/* The action; where a worker hangs over this row for the first time, again with a new pair. `row`
 * is NULL where it is about none. */
gate_end gate_with_row(gate_workers *workers, gate_row *row, bool pinned, gate_action *action,
                       void *what);

#endif
