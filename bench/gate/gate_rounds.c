/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_rounds.h"

#include "bench/base/clock.h"
#include "bench/machine/busy_cores.h"
#include "bench/statistics/statistics.h"
#include "reference/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES       4    /* in a group */
#define SLOWEST_SLEEP 0.02 /* seconds that the threads of the last run may take to fall asleep */

/* ---- One row -------------------------------------------------------------------------------- */

/* Times A B B A or B A A B, so that a steady drift is the same to both. */
static gate_end time_group(gate_workers *workers, gate_row *row, side_id outer,
                           double *samples[SIDES]) {
    const side_id order[SAMPLES] = {outer, !outer, !outer, outer};
    const bool by_cpu = gate_row_by_cpu(row);
    gate_end end = GATE_GOES_ON;
    for (int i = 0; i < SAMPLES && end == GATE_GOES_ON && !row->left_out; i++) {
        const side_id side = order[i];
        const gate_side *s = &row->sides[side];
        if (!by_cpu)
            worker_wait_until_asleep(&workers->pair[!side], SLOWEST_SLEEP);
        end = gate_run(workers, row, side, s->seconds * (s->runs + 1), "run", s->runs,
                       by_cpu ? "cpu_seconds" : "seconds", samples[side]++);
    }
    return end;
}

/* Other programs only make a sample slower, so a low quantile is of samples that they let alone.
 * They let fewer samples alone when it is wall time that counts. */
static bool keep(gate_row *row, bool again, double samples[SIDES][2 * GATE_MAX_GROUPS],
                 int groups) {
    const double share = gate_row_by_cpu(row) ? 0.25 : 0.1;
    const double base = quantile(samples[BASE], 2 * groups, share);
    const double new = quantile(samples[NEW], 2 * groups, share);
    if (!(base > 0) || !(new > 0)) {
        gate_leave_out(row, GATE_UNJUDGED, "%s's answers have no time", base > 0 ? "new" : "base");
        return true;
    }
    return gate_series_add(again ? &row->second : &row->first, log(new / base)) &&
           gate_series_add(&row->sides[BASE].times, base) &&
           gate_series_add(&row->sides[NEW].times, new);
}

typedef struct timing {
    gate_plan *plan;
    bool again;
} timing;

static gate_end time_row(gate_workers *workers, gate_row *row, void *what) {
    const timing *t = what;
    double samples[SIDES][2 * GATE_MAX_GROUPS];
    double *next[SIDES] = {samples[BASE], samples[NEW]};
    const side_id first = workers->first_side, order[SIDES] = {first, !first};
    gate_end end = GATE_GOES_ON;
    gate_draw_runs(t->plan, row);
    for (int i = 0; i < SIDES && end == GATE_GOES_ON && !row->left_out; i++)
        end = gate_prepare(workers, row, order[i], row->prepare_seconds);
    for (int i = 0; i < t->plan->groups && end == GATE_GOES_ON && !row->left_out; i++)
        end = time_group(workers, row, random_chance(&t->plan->random, 2) ? BASE : NEW, next);
    if (end != GATE_GOES_ON || row->left_out)
        return end;
    return keep(row, t->again, samples, t->plan->groups) ? GATE_GOES_ON : GATE_NO_MEMORY;
}

/* ---- A round -------------------------------------------------------------------------------- */

typedef struct row_order {
    int *rows; /* indices; rows of one problem are neighbours: a worker fills its inputs once */
    int count;
} row_order;

static void shuffle(int *items, int count, uint64_t *state) {
    for (int i = count - 1; i > 0; i--) {
        const int j = random_below(state, i + 1), kept = items[i];
        items[i] = items[j];
        items[j] = kept;
    }
}

static int problem_end(const gate_rows *rows, int first) {
    int end = first + 1;
    while (end < rows->count && strcmp(rows->items[first].problem, rows->items[end].problem) == 0)
        end++;
    return end;
}

/* Puts the due rows into random order, problem by problem. False: no memory. */
static bool make_order(const gate_rows *rows, bool again, bool by_cpu, uint64_t *random,
                       row_order *order) {
    int *firsts = malloc((size_t)rows->count * sizeof *firsts), problems = 0;
    order->rows = malloc((size_t)rows->count * sizeof *order->rows);
    order->count = 0;
    for (int i = 0; firsts && i < rows->count; i = problem_end(rows, i))
        firsts[problems++] = i;
    if (firsts && order->rows) {
        shuffle(firsts, problems, random);
        for (int i = 0; i < problems; i++) {
            const int begin = order->count;
            for (int j = firsts[i]; j < problem_end(rows, firsts[i]); j++)
                if (gate_row_is_due(&rows->items[j], again) &&
                    gate_row_by_cpu(&rows->items[j]) == by_cpu)
                    order->rows[order->count++] = j;
            shuffle(order->rows + begin, order->count - begin, random);
        }
    }
    free(firsts);
    return firsts && order->rows;
}

static gate_end run_order(gate_state *gate, const row_order *order, bool again, bool by_cpu,
                          double until) {
    if (order->count == 0)
        return GATE_GOES_ON;
    timing t = {&gate->plan, again};
    gate_end end = gate_start_pair(&gate->workers, by_cpu);
    for (int i = 0; i < order->count && end == GATE_GOES_ON; i++) {
        gate_row *row = &gate->rows.items[order->rows[i]];
        progress_show(&gate->progress, clock_seconds() - gate->plan.start,
                      again ? "confirming" : "measuring");
        if (clock_seconds() + gate_row_cost(&gate->plan, row) > until)
            break;
        end = gate_with_row(&gate->workers, row, by_cpu, time_row, &t);
    }
    gate_stop_pair(&gate->workers);
    return end == GATE_LATE ? GATE_GOES_ON : end; /* the rounds that there are will do */
}

/* Runs the rows that are judged by CPU time, pinned to the quietest core, or all others. */
static gate_end run_half(gate_state *gate, bool again, bool by_cpu, double until) {
    row_order order = {0};
    gate_end end = GATE_NO_MEMORY;
    if (make_order(&gate->rows, again, by_cpu, &gate->plan.random, &order))
        end = run_order(gate, &order, again, by_cpu, until);
    free(order.rows);
    return end;
}

/* Counts what was measured of all rows in all rounds. */
static int measured(const gate_rows *rows, bool again) {
    int count = 0;
    for (int i = 0; i < rows->count; i++)
        count += again ? rows->items[i].second.count : rows->items[i].first.count;
    return count;
}

/* A round in which no row fits into the time that is left does not count, and is the last. */
gate_end gate_measure_rounds(gate_state *gate, bool again, double until) {
    const gate_rows *rows = &gate->rows;
    int *rounds = again ? &gate->plan.rounds_again : &gate->plan.rounds;
    gate_end end = GATE_GOES_ON;
    while (end == GATE_GOES_ON && gate_rows_due(rows, again) &&
           gate_rows_count(rows, GATE_WRONG) == 0 && clock_seconds() + GATE_ROUND_SECONDS < until) {
        const int before = measured(rows, again);
        gate->workers.core = busy_cores_quietest();
        end = run_half(gate, again, true, until);
        if (end == GATE_GOES_ON && clock_seconds() < until)
            end = run_half(gate, again, false, until);
        if (measured(rows, again) == before)
            break;
        ++*rounds;
        gate->workers.proven = true;
    }
    return end;
}
