/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_verdict.h"

#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VISIBLE_RESAMPLES  60
#define VISIBLE_THRESHOLDS 2 /* a row is not judged if so many thresholds would go unseen */

typedef double p_of_row(const gate_row *row);

/* Rows that are not suspect were tested as well, and were not found: their p is 1. */
static double p_slower(const gate_row *row) {
    if (row->left_out || row->first.count < 2)
        return NAN;
    return row->suspect && row->second.count > 1 ? gate_p_slower(&row->second, &row->reference) : 1;
}

static double p_faster(const gate_row *row) {
    return row->left_out || row->first.count < 2 ? NAN
                                                 : gate_p_faster(&row->first, &row->reference);
}

/* The p of every row, adjusted over the rows that have one. NULL: no memory. */
static double *adjusted_p(const gate_rows *rows, p_of_row *p_of) {
    double *p = malloc(2 * (size_t)rows->count * sizeof *p);
    if (!p)
        return NULL;
    double *adjusted = p + rows->count;
    for (int i = 0; i < rows->count; i++)
        p[i] = p_of(&rows->items[i]);
    const bool ok = benjamini_hochberg(p, adjusted, rows->count);
    memcpy(p, adjusted, (size_t)rows->count * sizeof *p);
    if (ok)
        return p;
    free(p);
    return NULL;
}

void gate_find_suspects(gate_rows *rows, const gate_rule *rule) {
    for (int i = 0; i < rows->count; i++) {
        gate_row *row = &rows->items[i];
        if (row->left_out || row->first.count < 2)
            continue;
        /* The base's time follows from the row's: with a baseline, the base that runs is the
         * anchor, whose time is another. */
        const gate_series *times = &row->sides[NEW].times;
        row->reference.seconds =
            median(times->logs, times->count) / exp(gate_effect(&row->first, &row->reference));
        row->suspect = gate_suspects(rule, &row->first, &row->reference);
    }
}

/* ---- Outcomes -------------------------------------------------------------------------------- */

static void set_ratio(gate_row *row) {
    const gate_series *last = row->second.count > 1 ? &row->second : &row->first;
    double ratios[GATE_MOST_ROUNDS];
    const double one[] = {1, 1};
    const int count = last->count < GATE_MOST_ROUNDS ? last->count : GATE_MOST_ROUNDS;
    for (int i = 0; i < count; i++)
        ratios[i] = exp(last->logs[i] - row->reference.offset);
    row->ratio = median(ratios, count);
    const confidence_interval interval = ratio_of_medians_interval(
        (sample_set){ratios, count}, (sample_set){one, 2}, &BOOTSTRAP_DEFAULT);
    row->low = interval.low * exp(-row->reference.slack);
    row->high = interval.high * exp(row->reference.slack);
}

/* Sets the smallest slowdown that these series would show. Returns whether that is small enough to
 * say that there is none. */
static bool sees_enough(const gate_rule *rule, gate_row *row, const gate_series *series,
                        int measured, int rounds_again) {
    row->visible = gate_visible(rule, series, &row->reference, measured, row->first.count,
                                rounds_again, GATE_POWER, VISIBLE_RESAMPLES);
    return row->visible <= 1 + VISIBLE_THRESHOLDS * rule->threshold;
}

static void judge_suspect(const gate_rule *rule, gate_row *row, double adjusted, int measured) {
    row->p = adjusted;
    if (row->second.count < 2)
        gate_leave_out(row, GATE_UNJUDGED, "suspect, and the budget is too small to confirm it");
    else if (gate_confirms(rule, &row->second, &row->reference, adjusted))
        row->outcome = GATE_SLOWER;
    else if (row->second.count < gate_least_rounds_again(measured))
        gate_leave_out(row, GATE_UNJUDGED, "suspect, and not confirmed in as few as %d rounds",
                       row->second.count);
    else if (!sees_enough(rule, row, &row->second, measured, row->second.count))
        gate_leave_out(row, GATE_UNJUDGED, "suspect, not confirmed, and too noisy to be cleared");
    else
        row->outcome = GATE_NOT_CONFIRMED;
}

static void judge_quiet(const gate_rule *rule, gate_row *row, double adjusted, int measured) {
    const double most = VISIBLE_THRESHOLDS * rule->threshold;
    const double effect = gate_effect(&row->first, &row->reference);
    const int rounds = row->first.count;
    const bool enough = sees_enough(rule, row, &row->first, measured, row->expected_rounds_again);
    row->p = adjusted;
    if (rounds < gate_least_rounds())
        gate_leave_out(row, GATE_UNJUDGED, "the budget is too small: %d rounds, %d are the least",
                       rounds, gate_least_rounds());
    else if (adjusted <= GATE_FIRST_P && effect < 0 &&
             gate_matters(rule, effect, row->reference.seconds))
        row->outcome = GATE_FASTER;
    else if (isinf(row->visible))
        gate_leave_out(row, GATE_UNJUDGED, "the budget is too small to confirm a slowdown");
    else if (enough)
        row->outcome = GATE_SAME;
    else if (rule->floor > most * row->reference.seconds)
        gate_leave_out(row, GATE_UNJUDGED, "the floor of %.0f ns is %.0f%% of its time",
                       1e9 * rule->floor, 100 * rule->floor / row->reference.seconds);
    else
        gate_leave_out(row, GATE_UNJUDGED, "too noisy: less than %.0f%% would not be seen",
                       100 * (row->visible - 1));
}

bool gate_judge(gate_rows *rows, const gate_rule *rule) {
    double *slower = adjusted_p(rows, p_slower), *faster = adjusted_p(rows, p_faster);
    const int measured = gate_rows_due(rows, false); /* before any is left out for its noise */
    for (int i = 0; slower && faster && i < rows->count; i++) {
        gate_row *row = &rows->items[i];
        if (row->first.count > 1)
            set_ratio(row);
        if (row->left_out)
            continue;
        if (row->suspect)
            judge_suspect(rule, row, slower[i], measured);
        else
            judge_quiet(rule, row, faster[i], measured);
    }
    const bool ok = slower && faster;
    free(slower);
    free(faster);
    return ok;
}
