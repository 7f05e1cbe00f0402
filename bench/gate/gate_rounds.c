/* SPDX-License-Identifier: MIT
 * Rounds: in each, two new processes run every row in groups of A B B A or B A A B. */
#include "bench/gate/gate.h"

#include "bench/base/clock.h"
#include "bench/machine/busy_cores.h"
#include "bench/statistics/statistics.h"
#include "reference/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES       4    /* in a group */
#define SLOWEST_SLEEP 0.02 /* seconds until the threads of the last run sleep */

/* ---- One row -------------------------------------------------------------------------------- */

static gate_end prepare_side(gate_state *gate, gate_row *row, side_id side) {
    rnn_error error;
    json_t *answer;
    const gate_side *s = &row->sides[side];
    const gate_end end = gate_ask(gate, side, &answer, row->prepare_seconds, &error,
                                  "prepare %s %d %s", s->backend, s->threads, row->problem);
    if (end == GATE_GOES_ON && !answer)
        gate_leave_out_failed(gate, row, side, error.text);
    json_decref(answer);
    return end;
}

static gate_end time_side(gate_state *gate, gate_row *row, side_id side, double *seconds) {
    rnn_error error;
    json_t *answer;
    const gate_side *s = &row->sides[side];
    const double expected = s->seconds * (s->runs + 1);
    if (!gate_row_by_cpu(row))
        worker_wait_until_asleep(&gate->pair[!side], SLOWEST_SLEEP);
    const gate_end end = gate_ask(gate, side, &answer, expected, &error, "run %d", s->runs);
    const char *clock = gate_row_by_cpu(row) ? "cpu_seconds" : "seconds";
    *seconds = answer ? json_number_value(json_object_get(answer, clock)) / s->runs : NAN;
    if (end == GATE_GOES_ON && !answer)
        gate_leave_out_failed(gate, row, side, error.text);
    json_decref(answer);
    return end;
}

/* A B B A or B A A B, so that a steady drift is the same to both. */
static gate_end time_group(gate_state *gate, gate_row *row, double *samples[SIDES]) {
    const side_id outer = random_chance(&gate->random, 2) ? BASE : NEW;
    const side_id order[SAMPLES] = {outer, !outer, !outer, outer};
    gate_end end = GATE_GOES_ON;
    for (int i = 0; i < SAMPLES && end == GATE_GOES_ON && !row->left_out; i++)
        end = time_side(gate, row, order[i], samples[order[i]]++);
    return end;
}

/* What other programs do to a sample makes it slower: a low quantile is what they let alone, and
 * of wall time they let alone less. */
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

static gate_end time_row(gate_state *gate, gate_row *row, void *what) {
    const bool *again = what;
    double samples[SIDES][2 * GATE_MAX_GROUPS];
    double *next[SIDES] = {samples[BASE], samples[NEW]};
    gate_end end = GATE_GOES_ON;
    gate_draw_runs(gate, row);
    for (int i = 0; i < SIDES && end == GATE_GOES_ON && !row->left_out; i++)
        end = prepare_side(gate, row, i ? !gate->first_side : gate->first_side);
    for (int i = 0; i < gate->groups && end == GATE_GOES_ON && !row->left_out; i++)
        end = time_group(gate, row, next);
    if (end != GATE_GOES_ON || row->left_out)
        return end;
    return keep(row, *again, samples, gate->groups) ? GATE_GOES_ON : GATE_NO_MEMORY;
}

/* ---- A round -------------------------------------------------------------------------------- */

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
                if (gate_is_due(&gate->rows[j], again) && gate_row_by_cpu(&gate->rows[j]) == by_cpu)
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
        if (clock_seconds() + gate_row_cost(gate, row) > until)
            break;
        end = gate_with_row(gate, row, by_cpu, time_row, &again);
    }
    gate_stop_pair(gate);
    return end == GATE_LATE ? GATE_GOES_ON : end; /* with the rounds that there are */
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

/* Of all rows, over all rounds. */
static int measured(const gate_state *gate, bool again) {
    int count = 0;
    for (int i = 0; i < gate->row_count; i++)
        count += again ? gate->rows[i].second.count : gate->rows[i].first.count;
    return count;
}

/* A round in which no row fitted into the time that was left is none, and the end. */
gate_end gate_measure_rounds(gate_state *gate, bool again, double until) {
    int *rounds = again ? &gate->rounds_again : &gate->rounds;
    gate_end end = GATE_GOES_ON;
    while (end == GATE_GOES_ON && gate_due_rows(gate, again) && gate_count(gate, GATE_WRONG) == 0 &&
           clock_seconds() + GATE_ROUND_SECONDS < until) {
        const int before = measured(gate, again);
        gate->core = busy_cores_quietest();
        end = run_half(gate, again, true, until);
        if (end == GATE_GOES_ON && clock_seconds() < until)
            end = run_half(gate, again, false, until);
        if (measured(gate, again) == before)
            break;
        ++*rounds;
    }
    return end;
}
