/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_plan.h"

#include "bench/base/clock.h"
#include "reference/random.h"

#include <math.h>
#include <string.h>

#define ANSWER_SECONDS 6e-5 /* a line and its answer, beyond what the run takes */
#define SLEEP_SECONDS  3e-4 /* that the threads of the last run take to fall asleep */
#define ROUNDS_WANTED  3    /* times the least number; fewer where the budget has no more */
#define FEW            10   /* where few rows are suspect, one in so many is */
#define MOST_RUNS      1e8

/* The mean number of runs of a sample, which the slower side fills. What a sample costs once counts
 * for less in each of its runs the more runs it has. Two sides that are compared run for run must
 * have as many, or that cost would make one of them slower. */
static double mean_runs(const gate_plan *plan, const gate_row *row, side_id side) {
    const gate_side *own = &row->sides[side], *other = &row->sides[!side];
    const bool shared = strcmp(own->backend, other->backend) == 0 && own->threads == other->threads;
    const double seconds = shared ? fmax(own->seconds, other->seconds) : own->seconds;
    return seconds > 0 ? fmin(fmax(plan->sample_seconds / seconds, 1), MOST_RUNS) : 1;
}

void gate_draw_runs(gate_plan *plan, gate_row *row) {
    const double chance = random_below(&plan->random, 1 << 20) / (double)(1 << 20);
    for (int side = 0; side < SIDES; side++)
        row->sides[side].runs = (int)(mean_runs(plan, row, (side_id)side) + chance);
}

/* One untimed run comes before those of a sample. */
static double sample_cost(const gate_plan *plan, const gate_row *row, side_id side) {
    return (1 + mean_runs(plan, row, side)) * row->sides[side].seconds + ANSWER_SECONDS;
}

double gate_row_cost(const gate_plan *plan, const gate_row *row) {
    double samples = sample_cost(plan, row, BASE) + sample_cost(plan, row, NEW);
    if (!gate_row_by_cpu(row))
        samples += 2 * SLEEP_SECONDS;
    return row->prepare_seconds + plan->groups * 2 * samples;
}

/* With a suspect, the cost is as if that row were one of few that are measured again, and the
 * others cost what rows cost on average. */
static double round_cost(const gate_plan *plan, const gate_rows *rows, bool again,
                         const gate_row *suspect) {
    double cost = 0;
    for (int i = 0; i < rows->count; i++)
        if (gate_row_is_due(&rows->items[i], again))
            cost += gate_row_cost(plan, &rows->items[i]);
    if (suspect)
        cost = fmax(cost / FEW, gate_row_cost(plan, suspect));
    return GATE_ROUND_SECONDS + cost;
}

static const struct {
    int groups;
    double sample_seconds;
} levels[] = {{GATE_MAX_GROUPS, 2.5e-4}, {6, 2.5e-4}, {4, 2.5e-4}, {3, 2e-4}, {2, 2e-4}, {1, 2e-4}};
enum { LEVELS = sizeof levels / sizeof *levels };

/* Sets the most thorough level of which so many rounds fit. False: none fits, and the least level
 * is set. */
static bool choose_level(gate_plan *plan, const gate_rows *rows, bool again,
                         const gate_row *suspect, int rounds, double seconds) {
    for (int i = 0; i < LEVELS; i++) {
        plan->groups = levels[i].groups;
        plan->sample_seconds = levels[i].sample_seconds;
        if (rounds * round_cost(plan, rows, again, suspect) <= seconds)
            return true;
    }
    return false;
}

static gate_row *most_expensive(const gate_plan *plan, const gate_rows *rows, bool again) {
    gate_row *found = NULL;
    for (int i = 0; i < rows->count; i++) {
        gate_row *row = &rows->items[i];
        if (gate_row_is_due(row, again) &&
            (!found || gate_row_cost(plan, row) > gate_row_cost(plan, found)))
            found = row;
    }
    return found;
}

/* How many rounds the second series has for this row if it turns out suspect and few others do, by
 * the same plan as gate_plan_rounds() makes. */
static int rounds_to_confirm(gate_plan plan, const gate_rows *rows, const gate_row *suspect) {
    const double seconds = (GATE_SECOND_SHARE - GATE_FIRST_SHARE) * plan.budget;
    const int least = gate_least_rounds_again(gate_rows_due(rows, false));
    const bool fits = choose_level(&plan, rows, false, suspect, ROUNDS_WANTED * least, seconds) ||
                      choose_level(&plan, rows, false, suspect, least + 1, seconds);
    const int rounds = (int)(seconds / round_cost(&plan, rows, false, suspect));
    return fits || rounds < least ? rounds : least - 1;
}

void gate_plan_rounds(gate_plan *plan, gate_rows *rows, bool again, double until) {
    const double seconds = until - clock_seconds();
    const int least =
        again ? gate_least_rounds_again(gate_rows_due(rows, false)) : gate_least_rounds();
    gate_row *row;
    if (!choose_level(plan, rows, again, NULL, ROUNDS_WANTED * least, seconds))
        while (!choose_level(plan, rows, again, NULL, least + 1, seconds) &&
               (row = most_expensive(plan, rows, again)))
            gate_leave_out(row, GATE_UNJUDGED,
                           again ? "suspect, and the budget is too small to confirm it"
                                 : "the budget is too small for so many rows");
    for (int i = 0; i < rows->count && !again; i++)
        if (!rows->items[i].left_out)
            rows->items[i].expected_rounds_again = rounds_to_confirm(*plan, rows, &rows->items[i]);
}
