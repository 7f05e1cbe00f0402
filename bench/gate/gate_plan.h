/* SPDX-License-Identifier: MIT
 * How much of the budget each row gets. */
#ifndef BENCH_GATE_PLAN_H
#define BENCH_GATE_PLAN_H

#include "bench/gate/gate_rows.h"

#define GATE_FIRST_SHARE  0.62 /* of the budget, at which the first series ends, */
#define GATE_SECOND_SHARE 0.95 /* and the second one */
#define GATE_ALLOWANCE    2.0  /* seconds that the whole may take beyond --budget */

#define GATE_MAX_GROUPS    8   /* of four samples, that a round has of each row */
#define GATE_ROUND_SECONDS 0.1 /* of a round for its processes */

typedef struct gate_plan {
    double budget, start; /* seconds, by the clock */
    int groups;           /* of four samples, that a round has of each row */
    double sample_seconds;
    int rounds, rounds_again; /* done */
    uint64_t random;          /* for numbers of runs, and for who goes first */
} gate_plan;

/* How much of each round a row gets, of all rows or of those that are suspect; leaves out what
 * there is no time for until then, by the clock. */
void gate_plan_rounds(gate_plan *plan, gate_rows *rows, bool again, double until);
double gate_row_cost(const gate_plan *plan, const gate_row *row); /* seconds, in a round */

/* The number of runs that the row's samples have in this round, on either side. */
void gate_draw_runs(gate_plan *plan, gate_row *row);

#endif
