/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_rule.h"

#include "bench/base/growing_list.h"
#include "bench/statistics/statistics.h"
#include "reference/random.h"

#include <math.h>
#include <stdlib.h>

bool gate_series_add(gate_series *series, double value) {
    if (!LIST_MAKE_ROOM(series->logs, series->count))
        return false;
    series->logs[series->count++] = value;
    return true;
}

void gate_series_free(gate_series *series) {
    free(series->logs);
    *series = (gate_series){0};
}

double gate_effect(const gate_series *series, const gate_reference *reference) {
    return median(series->logs, series->count) - reference->offset;
}

static int at_most(int rounds) {
    return rounds < GATE_MOST_ROUNDS ? rounds : GATE_MOST_ROUNDS;
}

static double p_of(const double *logs, int count, double shift, test_alternative alternative) {
    double shifted[GATE_MOST_ROUNDS];
    const int used = at_most(count);
    for (int i = 0; i < used; i++)
        shifted[i] = logs[i] + shift;
    return wilcoxon_signed_rank(shifted, used, alternative);
}

double gate_p_slower(const gate_series *series, const gate_reference *reference) {
    return p_of(series->logs, series->count, -reference->offset - reference->slack, GREATER);
}

double gate_p_faster(const gate_series *series, const gate_reference *reference) {
    return p_of(series->logs, series->count, -reference->offset + reference->slack, LESS);
}

bool gate_matters(const gate_rule *rule, double effect, double seconds) {
    return fabs(effect) > log1p(rule->threshold) && fabs(expm1(effect)) * seconds > rule->floor;
}

/* Whether the row is slower by enough to matter, whatever the noise. */
static bool is_slow(const gate_rule *rule, const gate_series *series,
                    const gate_reference *reference) {
    const double effect = gate_effect(series, reference);
    return effect > 0 && gate_matters(rule, effect, reference->seconds);
}

bool gate_suspects(const gate_rule *rule, const gate_series *first,
                   const gate_reference *reference) {
    return is_slow(rule, first, reference) && gate_p_slower(first, reference) <= GATE_FIRST_P;
}

bool gate_confirms(const gate_rule *rule, const gate_series *second,
                   const gate_reference *reference, double adjusted_p) {
    return is_slow(rule, second, reference) && adjusted_p <= GATE_SECOND_P;
}

static int least_rounds(double p) {
    return (int)ceil(-log2(p));
}

int gate_least_rounds(void) {
    return least_rounds(GATE_FIRST_P);
}

int gate_least_rounds_again(int rows) {
    return least_rounds(GATE_SECOND_P / (rows > 1 ? rows : 1));
}

/* ---- Resampling ------------------------------------------------------------------------------ */

/* The smallest effect, as a logarithm, by which a series must lie higher for p to be reached. */
static double shift_for_p(const double *logs, int count, double slack, double p) {
    double low = -2, high = 2;
    if (count < least_rounds(p))
        return INFINITY;
    for (int i = 0; i < 14; i++) {
        const double middle = 0.5 * (low + high);
        if (p_of(logs, count, middle - slack, GREATER) <= p)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* The smallest effect of the row with which this one series says that it is slower. */
static double effect_needed(const gate_rule *rule, const gate_series *series,
                            const gate_reference *reference, int rounds, double p,
                            uint64_t *state) {
    double logs[GATE_MOST_ROUNDS];
    const double centre = gate_effect(series, reference);
    for (int i = 0; i < rounds; i++)
        logs[i] = series->logs[random_below(state, series->count)] - (reference->offset + centre);
    const double least = fmax(log1p(rule->threshold), log1p(rule->floor / reference->seconds));
    return fmax(least - median(logs, rounds), shift_for_p(logs, rounds, reference->slack, p));
}

double gate_visible(const gate_rule *rule, const gate_series *series,
                    const gate_reference *reference, int rows, int rounds, int rounds_again,
                    double power, int resamples) {
    double *effects = malloc((size_t)resamples * sizeof *effects);
    uint64_t state = 1;
    if (!effects || series->count < 2 || rounds < gate_least_rounds() ||
        rounds_again < gate_least_rounds_again(rows)) {
        free(effects);
        return INFINITY;
    }
    for (int i = 0; i < resamples; i++) {
        const double first =
            effect_needed(rule, series, reference, at_most(rounds), GATE_FIRST_P, &state);
        const double second = effect_needed(rule, series, reference, at_most(rounds_again),
                                            GATE_SECOND_P / rows, &state);
        effects[i] = fmax(first, second);
    }
    const double effect = quantile(effects, resamples, power);
    free(effects);
    return exp(effect);
}
