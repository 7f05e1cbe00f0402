/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "statistics.h"

#include <math.h>
#include <stdlib.h>

#define POWER              0.95
#define VISIBLE_RESAMPLES  60
#define VISIBLE_THRESHOLDS 2 /* a row that does not show even so many thresholds is not judged */

typedef double p_of_series(const gate_series *series, const gate_reference *reference);

/* Of the first series of every row, adjusted; NAN where there is none. NULL: no memory. */
static double *adjusted_p(const gate_state *gate, p_of_series *p_of) {
    double *p = malloc(2 * (size_t)gate->row_count * sizeof *p);
    if (!p)
        return NULL;
    double *adjusted = p + gate->row_count;
    for (int i = 0; i < gate->row_count; i++) {
        const gate_row *row = &gate->rows[i];
        p[i] = row->first.count < 2 ? NAN : p_of(&row->first, &row->reference);
    }
    const bool ok = benjamini_hochberg(p, adjusted, gate->row_count);
    for (int i = 0; i < gate->row_count; i++)
        p[i] = adjusted[i];
    if (ok)
        return p;
    free(p);
    return NULL;
}

bool gate_find_suspects(gate_state *gate) {
    double *p = adjusted_p(gate, gate_p_slower);
    for (int i = 0; p && i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        const int sample = row->sides[BASE].median.count;
        row->p = p[i];
        if (sample)
            row->reference.seconds = median(row->sides[NEW].median.logs, sample) /
                                     exp(gate_effect(&row->first, &row->reference));
        row->suspect = !row->left_out && row->first.count > 1 &&
                       gate_suspects(&gate->rule, &row->first, &row->reference, p[i]);
    }
    free(p);
    return p != NULL;
}

/* ---- Outcomes -----------------------------------------------------------------------------------
 */

static void set_ratio(gate_row *row) {
    const gate_series *last = row->second.count > 1 ? &row->second : &row->first;
    double ratios[512];
    const double one[] = {1, 1};
    const int count = last->count < 512 ? last->count : 512;
    for (int i = 0; i < count; i++)
        ratios[i] = exp(last->logs[i] - row->reference.offset);
    row->ratio = median(ratios, count);
    const confidence_interval interval = ratio_of_medians_interval(
        (sample_set){ratios, count}, (sample_set){one, 2}, &BOOTSTRAP_DEFAULT);
    row->low = interval.low * exp(-row->reference.slack);
    row->high = interval.high * exp(row->reference.slack);
}

static bool is_faster(const gate_state *gate, const gate_row *row, double p) {
    const double effect = gate_effect(&row->first, &row->reference);
    return p <= GATE_FIRST_P && effect < 0 &&
           gate_matters(&gate->rule, effect, row->reference.seconds);
}

static void judge_suspect(const gate_state *gate, gate_row *row) {
    if (row->second.count < gate_least_rounds_again())
        gate_leave_out(row, GATE_UNJUDGED,
                       "suspect, and the budget is too small to confirm it: %d rounds",
                       row->second.count);
    else
        row->outcome = gate_confirms(&gate->rule, &row->second, &row->reference)
                           ? GATE_SLOWER
                           : GATE_NOT_CONFIRMED;
}

static void judge_quiet(const gate_state *gate, gate_row *row, int rows, double p_faster) {
    const double most = VISIBLE_THRESHOLDS * gate->rule.threshold;
    const int rounds = row->first.count;
    row->visible = gate_visible(&gate->rule, &row->first, &row->reference, rows, rounds, rounds,
                                POWER, VISIBLE_RESAMPLES);
    if (rounds < gate_least_rounds(rows))
        gate_leave_out(row, GATE_UNJUDGED, "the budget is too small: %d rounds, %d are the least",
                       rounds, gate_least_rounds(rows));
    else if (is_faster(gate, row, p_faster))
        row->outcome = GATE_FASTER;
    else if (row->visible <= 1 + most)
        row->outcome = GATE_SAME;
    else if (gate->rule.floor > most * row->reference.seconds)
        gate_leave_out(row, GATE_UNJUDGED, "the floor of %.0f ns is %.0f%% of its time",
                       1e9 * gate->rule.floor, 100 * gate->rule.floor / row->reference.seconds);
    else
        gate_leave_out(row, GATE_UNJUDGED, "too noisy: less than %.0f%% would not be seen",
                       100 * (row->visible - 1));
}

void gate_judge(gate_state *gate) {
    double *p_faster = adjusted_p(gate, gate_p_faster);
    int rows = 0;
    for (int i = 0; i < gate->row_count; i++)
        rows += !gate->rows[i].left_out;
    for (int i = 0; i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        row->ratio = row->low = row->high = row->visible = NAN;
        if (row->first.count > 1)
            set_ratio(row);
        if (row->left_out)
            continue;
        if (row->suspect)
            judge_suspect(gate, row);
        else
            judge_quiet(gate, row, rows, p_faster ? p_faster[i] : NAN);
    }
    free(p_faster);
}
