/* SPDX-License-Identifier: MIT */
#include "bench/statistics/statistics.h"

#include "reference/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Returns NULL where there are no values, there is no memory, or a value is not finite. */
static double *sorted_copy(const double *values, int count) {
    for (int i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return NULL;
    double *copy = count > 0 ? malloc((size_t)count * sizeof *copy) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, values, (size_t)count * sizeof *copy);
    qsort(copy, (size_t)count, sizeof *copy, ascending);
    return copy;
}

/* ---- Describing ---------------------------------------------------------------------------- */

static double quantile_of_sorted(const double *sorted, int count, double fraction) {
    double position = fraction * (count - 1);
    int below = (int)position;
    if (below >= count - 1)
        return sorted[count - 1];
    return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}

double quantile(const double *values, int count, double fraction) {
    double *sorted = fraction >= 0 && fraction <= 1 ? sorted_copy(values, count) : NULL;
    double result = sorted ? quantile_of_sorted(sorted, count, fraction) : NAN;
    free(sorted);
    return result;
}

double median(const double *values, int count) {
    return quantile(values, count, 0.5);
}

double mean(const double *values, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    return count > 0 ? sum / count : NAN;
}

double geometric_mean(const double *values, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i] > 0 ? log(values[i]) : NAN;
    return count > 0 ? exp(sum / count) : NAN;
}

double standard_deviation(const double *values, int count) {
    const double center = mean(values, count);
    double squares = 0;
    for (int i = 0; i < count; i++)
        squares += (values[i] - center) * (values[i] - center);
    return count == 1 ? 0 : sqrt(squares / (count - 1));
}

double coefficient_of_variation(const double *values, int count) {
    return standard_deviation(values, count) / mean(values, count);
}

/* ---- Intervals ----------------------------------------------------------------------------- */

/* Draws from 0 .. bound - 1, without the division of random_below(), which would cost most of the
 * time. */
static int draw(uint64_t *state, int bound) {
    return (int)((random_bits(state) >> 32) * (uint64_t)bound >> 32);
}

/* Which sorted value has `rank` in a resample that drew times[i] of value i. */
static int value_of_rank(const int *times, int rank) {
    int i = 0;
    for (int seen = times[0]; seen <= rank; seen += times[i])
        i++;
    return i;
}

/* Returns the median of `count` values that are drawn from the sorted ones. Counting how often each
 * was drawn is less work than sorting what was drawn. */
static double resampled_median(const double *sorted, int count, int *times, uint64_t *state) {
    memset(times, 0, (size_t)count * sizeof *times);
    for (int i = 0; i < count; i++)
        times[draw(state, count)]++;
    double upper = sorted[value_of_rank(times, count / 2)];
    return count % 2 ? upper : (sorted[value_of_rank(times, count / 2 - 1)] + upper) / 2;
}

/* Returns the interval that holds how->confidence of the results, which it sorts. */
static confidence_interval percentiles(double *results, const bootstrap_options *how) {
    const double left_out = (1 - how->confidence) / 2;
    qsort(results, (size_t)how->resamples, sizeof *results, ascending);
    return (confidence_interval){quantile_of_sorted(results, how->resamples, left_out),
                                 quantile_of_sorted(results, how->resamples, 1 - left_out)};
}

/* Multiplies each result by the median of a resample, or divides by it. */
static bool resample(double *results, const sample_set *set, bool divide, uint64_t *state,
                     const bootstrap_options *how) {
    double *sorted = set->count > 1 ? sorted_copy(set->values, set->count) : NULL;
    int *times = sorted ? calloc((size_t)set->count, sizeof *times) : NULL;
    const bool ok = times && sorted[0] > 0;
    for (int i = 0; ok && i < how->resamples; i++) {
        const double factor = resampled_median(sorted, set->count, times, state);
        results[i] = divide ? results[i] / factor : results[i] * factor;
    }
    free(times);
    free(sorted);
    return ok;
}

confidence_interval quotient_of_medians_interval(const sample_set *over, const sample_set *under,
                                                 int count, const bootstrap_options *how) {
    double *results = calloc((size_t)how->resamples, sizeof *results);
    uint64_t state = how->seed;
    bool ok = results != NULL;
    for (int i = 0; ok && i < how->resamples; i++)
        results[i] = 1;
    for (int i = 0; ok && i < count; i++)
        ok = resample(results, &over[i], false, &state, how) &&
             resample(results, &under[i], true, &state, how);
    const confidence_interval none = {NAN, NAN};
    const confidence_interval result = ok ? percentiles(results, how) : none;
    free(results);
    return result;
}

confidence_interval ratio_of_medians_interval(sample_set over, sample_set under,
                                              const bootstrap_options *how) {
    return quotient_of_medians_interval(&over, &under, 1, how);
}

confidence_interval geometric_mean_interval(const double *values, int count,
                                            const bootstrap_options *how) {
    confidence_interval result = {NAN, NAN};
    double *logarithms = count > 1 ? sorted_copy(values, count) : NULL;
    double *means = malloc((size_t)how->resamples * sizeof *means);
    if (logarithms && means && logarithms[0] > 0) {
        uint64_t state = how->seed;
        for (int i = 0; i < count; i++)
            logarithms[i] = log(logarithms[i]);
        for (int i = 0; i < how->resamples; i++) {
            double sum = 0;
            for (int k = 0; k < count; k++)
                sum += logarithms[draw(&state, count)];
            means[i] = exp(sum / count);
        }
        result = percentiles(means, how);
    }
    free(logarithms);
    free(means);
    return result;
}
