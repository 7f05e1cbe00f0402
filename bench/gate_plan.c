/* SPDX-License-Identifier: MIT
 * How much of the budget each row gets. */
#include "gate.h"

#include "clock.h"

#include <math.h>

#define ANSWER_SECONDS 6e-5 /* a line and its answer, beyond what the run takes */
#define SLEEP_SECONDS  3e-4 /* until the threads of the last run sleep */
#define ROUNDS_WANTED  3    /* times the least; fewer where the budget has no more */
#define FEW            10   /* one in so many rows is suspect where few are */

static int runs_of(double sample_seconds, double seconds) {
    const double runs = round(sample_seconds / seconds);
    return runs < 1 ? 1 : runs > 1e8 ? (int)1e8 : (int)runs;
}

/* One untimed run comes before those of a sample. */
static double sample_cost(const gate_side *side, double sample_seconds) {
    return (1 + runs_of(sample_seconds, side->seconds)) * side->seconds + ANSWER_SECONDS;
}

double gate_row_cost(const gate_state *gate, const gate_row *row) {
    double samples = sample_cost(&row->sides[BASE], gate->sample_seconds) +
                     sample_cost(&row->sides[NEW], gate->sample_seconds);
    if (!gate_row_by_cpu(row))
        samples += 2 * SLEEP_SECONDS;
    return row->prepare_seconds + gate->groups * 2 * samples;
}

/* With a suspect: as if it were one of few, the others costing what rows do. */
static double round_cost(const gate_state *gate, bool again, const gate_row *suspect) {
    double cost = 0;
    for (int i = 0; i < gate->row_count; i++)
        if (gate_is_due(&gate->rows[i], again))
            cost += gate_row_cost(gate, &gate->rows[i]);
    if (suspect)
        cost = fmax(cost / FEW, gate_row_cost(gate, suspect));
    return GATE_ROUND_SECONDS + cost;
}

static const struct {
    int groups;
    double sample_seconds;
} levels[] = {{GATE_MAX_GROUPS, 2.5e-4}, {6, 2.5e-4}, {4, 2.5e-4}, {3, 2e-4}, {2, 2e-4}, {1, 2e-4}};
enum { LEVELS = sizeof levels / sizeof *levels };

static void set_level(gate_state *gate, int level) {
    gate->groups = levels[level].groups;
    gate->sample_seconds = levels[level].sample_seconds;
}

/* The most thorough level of which so many rounds fit; false: none, and the least is set. */
static bool choose_level(gate_state *gate, bool again, const gate_row *suspect, int rounds,
                         double seconds) {
    for (int i = 0; i < LEVELS; i++) {
        set_level(gate, i);
        if (rounds * round_cost(gate, again, suspect) <= seconds)
            return true;
    }
    return false;
}

static gate_row *most_expensive(gate_state *gate, bool again) {
    gate_row *found = NULL;
    for (int i = 0; i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        if (gate_is_due(row, again) &&
            (!found || gate_row_cost(gate, row) > gate_row_cost(gate, found)))
            found = row;
    }
    return found;
}

static void set_runs(gate_state *gate) {
    for (int i = 0; i < gate->row_count; i++)
        for (int side = 0; side < SIDES; side++) {
            gate_side *s = &gate->rows[i].sides[side];
            s->runs = s->seconds > 0 ? runs_of(gate->sample_seconds, s->seconds) : 1;
        }
}

/* In the second series, if few rows turn out suspect and this one does; planned as below. */
static int rounds_to_confirm(gate_state *gate, const gate_row *suspect) {
    const double seconds = (GATE_SECOND_SHARE - GATE_FIRST_SHARE) * gate->budget;
    const int least = gate_least_rounds_again(gate_due_rows(gate, false));
    const bool fits = choose_level(gate, false, suspect, ROUNDS_WANTED * least, seconds) ||
                      choose_level(gate, false, suspect, least + 1, seconds);
    const int rounds = (int)(seconds / round_cost(gate, false, suspect));
    return fits || rounds < least ? rounds : least - 1;
}

static void expect_rounds_to_confirm(gate_state *gate) {
    const int groups = gate->groups;
    const double sample_seconds = gate->sample_seconds;
    for (int i = 0; i < gate->row_count; i++)
        if (!gate->rows[i].left_out)
            gate->rows[i].expected_rounds_again = rounds_to_confirm(gate, &gate->rows[i]);
    gate->groups = groups;
    gate->sample_seconds = sample_seconds;
}

void gate_plan_rounds(gate_state *gate, bool again, double until) {
    const double seconds = until - clock_seconds();
    const int least =
        again ? gate_least_rounds_again(gate_due_rows(gate, false)) : gate_least_rounds();
    gate_row *row;
    if (!choose_level(gate, again, NULL, ROUNDS_WANTED * least, seconds))
        while (!choose_level(gate, again, NULL, least + 1, seconds) &&
               (row = most_expensive(gate, again)))
            gate_leave_out(row, GATE_UNJUDGED,
                           again ? "suspect, and the budget is too small to confirm it"
                                 : "the budget is too small for so many rows");
    if (!again)
        expect_rounds_to_confirm(gate);
    set_runs(gate);
}
