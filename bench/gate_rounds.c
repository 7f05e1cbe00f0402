/* SPDX-License-Identifier: MIT
 * Rounds: in each, two new processes run every row in groups of A B B A or B A A B. */
#include "gate.h"

#include "busy_cores.h"
#include "clock.h"
#include "random.h"
#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS      4
#define SAMPLES         4    /* in a group */
#define ANSWER_SECONDS  1e-4 /* a line and its answer, beyond what the run takes */
#define SLEEP_SECONDS   3e-4 /* until the threads of the last run sleep */
#define SLOWEST_SLEEP   0.02
#define ROUND_SECONDS   0.08  /* the start and end of its processes */
#define ROUNDS_TO_SPARE 4     /* beyond the least, since some are cut short */
#define HANGS_SECONDS   3.0   /* what no answer may take, */
#define HANGS_TIMES     200.0 /* beyond so many times what it should */

/* ---- Plan ---------------------------------------------------------------------------------------
 */

static int runs_of(double sample_seconds, double seconds) {
    const double runs = round(sample_seconds / seconds);
    return runs < 1 ? 1 : runs > 1e8 ? (int)1e8 : (int)runs;
}

/* One untimed run comes before those of a sample. */
static double sample_cost(const gate_side *side, double sample_seconds) {
    return (1 + runs_of(sample_seconds, side->seconds)) * side->seconds + ANSWER_SECONDS;
}

static double row_cost(const gate_row *row, int groups, double sample_seconds) {
    double samples = sample_cost(&row->sides[BASE], sample_seconds) +
                     sample_cost(&row->sides[NEW], sample_seconds);
    if (!gate_row_by_cpu(row))
        samples += 2 * SLEEP_SECONDS;
    return row->prepare_seconds + groups * 2 * samples;
}

static double round_cost(const gate_state *gate, bool again, int groups, double sample_seconds) {
    double cost = ROUND_SECONDS;
    for (int i = 0; i < gate->row_count; i++)
        if (!gate->rows[i].left_out && (!again || gate->rows[i].suspect))
            cost += row_cost(&gate->rows[i], groups, sample_seconds);
    return cost;
}

static const struct {
    int groups;
    double sample_seconds;
} levels[] = {{4, 1e-3}, {3, 1e-3}, {2, 1e-3}, {1, 1e-3}, {1, 5e-4}, {1, 2.5e-4}};
enum { LEVELS = sizeof levels / sizeof *levels };

/* The most thorough level of which so many rounds fit. False: none. */
static bool choose_level(gate_state *gate, bool again, int rounds, double seconds) {
    for (int i = 0; i < LEVELS; i++) {
        gate->groups = levels[i].groups;
        gate->sample_seconds = levels[i].sample_seconds;
        if (rounds * round_cost(gate, again, gate->groups, gate->sample_seconds) <= seconds)
            return true;
    }
    return false;
}

static gate_row *most_expensive(gate_state *gate, bool again) {
    gate_row *found = NULL;
    for (int i = 0; i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        if (row->left_out || (again && !row->suspect))
            continue;
        if (!found || row_cost(row, gate->groups, gate->sample_seconds) >
                          row_cost(found, gate->groups, gate->sample_seconds))
            found = row;
    }
    return found;
}

static int measured_rows(const gate_state *gate) {
    int count = 0;
    for (int i = 0; i < gate->row_count; i++)
        count += !gate->rows[i].left_out;
    return count;
}

static void set_runs(gate_state *gate) {
    for (int i = 0; i < gate->row_count; i++)
        for (int side = 0; side < SIDES; side++) {
            gate_side *s = &gate->rows[i].sides[side];
            s->runs = s->seconds > 0 ? runs_of(gate->sample_seconds, s->seconds) : 1;
        }
}

void gate_plan_rounds(gate_state *gate) {
    const double seconds = gate->start + GATE_FIRST_SHARE * gate->budget - clock_seconds();
    int rows = measured_rows(gate);
    while (rows && !choose_level(gate, false, gate_least_rounds(rows) + ROUNDS_TO_SPARE, seconds)) {
        gate_leave_out(most_expensive(gate, false), GATE_UNJUDGED,
                       "the budget is too small for so many rows");
        rows--;
    }
    set_runs(gate);
}

/* Of the second series; those that do not fit stay suspect. */
static void plan_again(gate_state *gate, double seconds) {
    gate_row *row;
    while (!choose_level(gate, true, gate_least_rounds_again() + ROUNDS_TO_SPARE, seconds) &&
           (row = most_expensive(gate, true)))
        gate_leave_out(row, GATE_UNJUDGED, "suspect, and the budget is too small to confirm it");
    set_runs(gate);
}

/* ---- One row ------------------------------------------------------------------------------------
 */

static gate_end prepare_side(gate_state *gate, const gate_row *row, side_id side, bool *prepared) {
    rnn_error error;
    json_t *answer;
    const gate_side *s = &row->sides[side];
    const gate_end end = gate_ask(gate, side, &answer, HANGS_SECONDS + HANGS_TIMES * s->seconds,
                                  &error, "prepare %s %d %s", s->backend, s->threads, row->problem);
    *prepared = answer != NULL;
    json_decref(answer);
    return end;
}

static gate_end time_side(gate_state *gate, const gate_row *row, side_id side, double *seconds) {
    rnn_error error;
    json_t *answer;
    const gate_side *s = &row->sides[side];
    const double expected = s->seconds * (s->runs + 1);
    if (!gate_row_by_cpu(row))
        worker_wait_until_asleep(&gate->pair[!side], SLOWEST_SLEEP);
    const gate_end end = gate_ask(gate, side, &answer, HANGS_SECONDS + HANGS_TIMES * expected,
                                  &error, "run %d", s->runs);
    const char *clock = gate_row_by_cpu(row) ? "cpu_seconds" : "seconds";
    *seconds = answer ? json_number_value(json_object_get(answer, clock)) / s->runs : NAN;
    json_decref(answer);
    return end;
}

/* The logarithm of new / base over four samples, in which a steady drift cancels. */
static gate_end time_group(gate_state *gate, const gate_row *row, double seconds[SIDES],
                           double *ratio) {
    const side_id outer = random_chance(&gate->random, 2) ? BASE : NEW;
    const side_id order[SAMPLES] = {outer, !outer, !outer, outer};
    double logs[SIDES] = {0, 0};
    for (int i = 0; i < SAMPLES; i++) {
        double sample;
        const gate_end end = time_side(gate, row, order[i], &sample);
        if (end != GATE_GOES_ON)
            return end;
        logs[order[i]] += 0.5 * log(sample);
    }
    *ratio = logs[NEW] - logs[BASE];
    for (int side = 0; side < SIDES; side++)
        seconds[side] = exp(logs[side]);
    return GATE_GOES_ON;
}

static bool keep(gate_row *row, bool again, const double *ratios, double seconds[SIDES][MAX_GROUPS],
                 int groups) {
    bool kept = gate_series_add(again ? &row->second : &row->first, median(ratios, groups));
    for (int side = 0; side < SIDES; side++)
        kept = kept && gate_series_add(&row->sides[side].median, median(seconds[side], groups));
    return kept;
}

static gate_end time_row(gate_state *gate, gate_row *row, bool again) {
    double ratios[MAX_GROUPS], seconds[SIDES][MAX_GROUPS], group[SIDES];
    for (int side = 0; side < SIDES; side++) {
        bool prepared;
        const gate_end end = prepare_side(gate, row, (side_id)side, &prepared);
        if (end != GATE_GOES_ON || !prepared)
            return end;
    }
    for (int i = 0; i < gate->groups; i++) {
        const gate_end end = time_group(gate, row, group, &ratios[i]);
        if (end != GATE_GOES_ON)
            return end;
        if (!isfinite(ratios[i]))
            return GATE_GOES_ON;
        for (int side = 0; side < SIDES; side++)
            seconds[side][i] = group[side];
    }
    return keep(row, again, ratios, seconds, gate->groups) ? GATE_GOES_ON : GATE_NO_MEMORY;
}

/* ---- A round
 * -------------------------------------------------------------------------------------
 */

typedef struct row_order {
    int *rows; /* indices, those of one problem neighbours: a worker fills its inputs once */
    int count;
} row_order;

static void shuffle(int *items, int count, uint64_t *state) {
    for (int i = count - 1; i > 0; i--) {
        const int j = random_below(state, i + 1), kept = items[i];
        items[i] = items[j];
        items[j] = kept;
    }
}

static int problem_end(const gate_state *gate, int first) {
    int end = first + 1;
    while (end < gate->row_count && strcmp(gate->rows[first].problem, gate->rows[end].problem) == 0)
        end++;
    return end;
}

static bool is_due(const gate_row *row, bool again, bool by_cpu) {
    return !row->left_out && (!again || row->suspect) && gate_row_by_cpu(row) == by_cpu;
}

/* The due rows in random order, problem by problem. False: no memory. */
static bool make_order(gate_state *gate, bool again, bool by_cpu, row_order *order) {
    int *firsts = malloc((size_t)gate->row_count * sizeof *firsts), problems = 0;
    order->rows = malloc((size_t)gate->row_count * sizeof *order->rows);
    order->count = 0;
    for (int i = 0; firsts && i < gate->row_count; i = problem_end(gate, i))
        firsts[problems++] = i;
    if (firsts && order->rows) {
        shuffle(firsts, problems, &gate->random);
        for (int i = 0; i < problems; i++) {
            const int begin = order->count;
            for (int j = firsts[i]; j < problem_end(gate, firsts[i]); j++)
                if (is_due(&gate->rows[j], again, by_cpu))
                    order->rows[order->count++] = j;
            shuffle(order->rows + begin, order->count - begin, &gate->random);
        }
    }
    free(firsts);
    return firsts && order->rows;
}

static gate_end run_order(gate_state *gate, const row_order *order, bool again, bool by_cpu,
                          double until) {
    if (order->count == 0)
        return GATE_GOES_ON;
    gate_end end = gate_start_pair(gate, by_cpu);
    for (int i = 0; i < order->count && end == GATE_GOES_ON; i++) {
        gate_row *row = &gate->rows[order->rows[i]];
        progress_show(&gate->progress, clock_seconds() - gate->start,
                      again ? "confirming" : "measuring");
        if (clock_seconds() + row_cost(row, gate->groups, gate->sample_seconds) > until)
            break;
        end = time_row(gate, row, again);
    }
    gate_stop_pair(gate);
    return end;
}

/* Rows on one thread are pinned to the core that others use least, one side at a time. */
static gate_end run_half(gate_state *gate, bool again, bool by_cpu, double until) {
    row_order order = {0};
    gate_end end = make_order(gate, again, by_cpu, &order) ? GATE_GOES_ON : GATE_NO_MEMORY;
    if (end == GATE_GOES_ON)
        end = run_order(gate, &order, again, by_cpu, until);
    free(order.rows);
    return end;
}

gate_end gate_measure_rounds(gate_state *gate, bool again, double until) {
    int *rounds = again ? &gate->rounds_again : &gate->rounds;
    gate_end end = GATE_GOES_ON;
    if (again)
        plan_again(gate, until - clock_seconds());
    while (end == GATE_GOES_ON && clock_seconds() + ROUND_SECONDS < until) {
        gate->core = busy_cores_quietest();
        end = run_half(gate, again, true, until);
        if (end == GATE_GOES_ON && clock_seconds() < until)
            end = run_half(gate, again, false, until);
        ++*rounds;
    }
    return end;
}
