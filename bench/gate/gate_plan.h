/* SPDX-License-Identifier: MIT
 * How much of the budget each row gets. */
#ifndef BENCH_GATE_PLAN_H
#define BENCH_GATE_PLAN_H

#include "bench/gate/gate_rows.h"

#define GATE_FIRST_SHARE  0.62 /* of the budget: the first series ends here */
#define GATE_SECOND_SHARE 0.95 /* of the budget: the second series ends here */
#define GATE_ALLOWANCE    2.0  /* seconds that a gate may take beyond --budget */

#define GATE_MAX_GROUPS    8   /* the most groups of four samples that a round has of a row */
#define GATE_ROUND_SECONDS 0.1 /* that a round takes for its processes */

typedef struct gate_plan {
    double budget, start; /* seconds, by the clock */
    int groups;           /* groups of four samples that a round has of each row */
    double sample_seconds;
    int rounds, rounds_again; /* rounds done, in the first series and in the second */
    uint64_t random;          /* draws the numbers of runs, and which side goes first */
} gate_plan;

/* Decides how much of each round a row gets: of all rows or, `again`, of those that are suspect.
 * Leaves out the rows that there is no time for before the clock shows `until`. */
void gate_plan_rounds(gate_plan *plan, gate_rows *rows, bool again, double until);
double gate_row_cost(const gate_plan *plan, const gate_row *row); /* seconds, in a round */

/* Draws the number of runs that the row's samples have in this round, on either side. */
void gate_draw_runs(gate_plan *plan, gate_row *row);

#endif
