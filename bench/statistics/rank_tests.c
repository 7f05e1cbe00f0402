/* SPDX-License-Identifier: MIT
 * Tests on ranks, and what is made of their p values. */
#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct ranked {
    double value;
    double rank; /* from 1 on; equal values share the mean of their ranks */
    int index;   /* where the value was before it was sorted */
} ranked;

static int by_value(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_index(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

/* Returns the sum of t^3 - t over the groups of t equal values: 0 where there is no tie. */
static double rank_values(ranked *items, int count) {
    double ties = 0;
    for (int i = 0; i < count; i++)
        items[i].index = i;
    qsort(items, (size_t)count, sizeof *items, by_value);
    for (int first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && items[end].value == items[first].value;)
            end++;
        const double equal = end - first;
        ties += equal * equal * equal - equal;
        for (int i = first; i < end; i++)
            items[i].rank = 0.5 * (first + 1 + end);
    }
    qsort(items, (size_t)count, sizeof *items, by_index);
    return ties;
}

static bool all_finite(const double *values, int count) {
    for (int i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

static double at_most_1(double p) {
    return p < 1 ? p : 1;
}

/* The share of a normal distribution that is at z or above. */
static double normal_above(double z) {
    return 0.5 * erfc(z / sqrt(2));
}

/* ---- Mann-Whitney U ------------------------------------------------------------------------- */

/* ways[u], 0 <= u <= most: how many of the orders of fewer + more values have this U. These are the
 * coefficients of a Gaussian binomial, built up factor by factor; the low ones come out exact. */
static double *count_orders(int fewer, int more, int most) {
    double *ways = calloc((size_t)most + 1, sizeof *ways);
    if (!ways)
        return NULL;
    ways[0] = 1;
    for (int i = 1; i <= fewer; i++) {
        for (int u = most; u >= more + i; u--)
            ways[u] -= ways[u - more - i];
        for (int u = i; u <= most; u++)
            ways[u] += ways[u - i];
    }
    return ways;
}

static double binomial(int n, int k) {
    double result = 1;
    for (int i = 1; i <= k; i++)
        result = result * (n - k + i) / i;
    return round(result);
}

/* Returns how likely U is `u` or above, where every order is as likely as another. */
static double exact_u_above(int a_count, int b_count, int u) {
    const int fewer = a_count < b_count ? a_count : b_count;
    const int more = a_count + b_count - fewer, largest = fewer * more;
    if (u <= 0)
        return 1;
    /* U is symmetric: count the shorter tail, from the end whose numbers are small. */
    const bool upper = u > largest - u + 1;
    const int end = upper ? largest - u : u - 1;
    if (end < 0)
        return 0;
    double *ways = count_orders(fewer, more, end), tail = 0;
    if (!ways)
        return NAN;
    for (int i = 0; i <= end; i++)
        tail += ways[i];
    free(ways);
    tail /= binomial(a_count + b_count, fewer);
    return upper ? tail : 1 - tail;
}

static double normal_u_above(double a_count, double b_count, double u, double ties) {
    const double n = a_count + b_count;
    const double variance = a_count * b_count / 12 * (n + 1 - ties / (n * (n - 1)));
    return normal_above((u - a_count * b_count / 2 - 0.5) / sqrt(variance));
}

/* How many values a sample may have for the exact distribution of U to be worth its time. */
#define MOST_FOR_EXACT_U 8

double mann_whitney(sample_set a, sample_set b, test_alternative alternative) {
    const int count = a.count + b.count;
    ranked *items =
        a.count > 0 && b.count > 0 && all_finite(a.values, a.count) && all_finite(b.values, b.count)
            ? malloc((size_t)count * sizeof *items)
            : NULL;
    if (!items)
        return NAN;
    for (int i = 0; i < count; i++)
        items[i].value = i < a.count ? a.values[i] : b.values[i - a.count];
    const double ties = rank_values(items, count);
    double of_a = -0.5 * a.count * (a.count + 1.0);
    for (int i = 0; i < a.count; i++)
        of_a += items[i].rank;
    const double of_b = (double)a.count * b.count - of_a;
    free(items);
    const double u = alternative == GREATER ? of_a : alternative == LESS ? of_b : fmax(of_a, of_b);
    const bool small = a.count <= MOST_FOR_EXACT_U || b.count <= MOST_FOR_EXACT_U;
    const double above = small && ties == 0 ? exact_u_above(a.count, b.count, (int)u)
                                            : normal_u_above(a.count, b.count, u, ties);
    return at_most_1(alternative == TWO_SIDED ? 2 * above : above);
}

double mann_whitney_smallest(int a_count, int b_count) {
    if (a_count < 1 || b_count < 1)
        return NAN;
    return at_most_1(2 / binomial(a_count + b_count, a_count < b_count ? a_count : b_count));
}

/* ---- Wilcoxon's signed ranks ----------------------------------------------------------------- */

#define MOST_FOR_EXACT_RANKS 50

/* Finds the shares of sign patterns whose sum of positive ranks is at most, and at least, `sum`. It
 * takes each rank twice, so that the ranks which equal values share are whole numbers. */
static void exact_sum_tails(const ranked *items, int count, double sum, double *at_most,
                            double *at_least) {
    enum { LARGEST = MOST_FOR_EXACT_RANKS * (MOST_FOR_EXACT_RANKS + 1) };
    double share[LARGEST + 1] = {1}; /* of the patterns so far, by twice their sum */
    int largest = 0;
    for (int i = 0; i < count; i++) {
        const int rank = (int)lround(2 * items[i].rank);
        largest += rank;
        for (int s = largest; s >= 0; s--)
            share[s] = 0.5 * (share[s] + (s >= rank ? share[s - rank] : 0));
    }
    const int twice = (int)lround(2 * sum);
    *at_most = *at_least = 0;
    for (int s = 0; s <= largest; s++) {
        *at_most += s <= twice ? share[s] : 0;
        *at_least += s >= twice ? share[s] : 0;
    }
}

static void normal_sum_tails(double count, double sum, double ties, double *at_most,
                             double *at_least) {
    const double variance = (count * (count + 1) * (2 * count + 1) - ties / 2) / 24;
    const double z = (sum - count * (count + 1) / 4) / sqrt(variance);
    *at_most = normal_above(-z);
    *at_least = normal_above(z);
}

double wilcoxon_signed_rank(const double *differences, int count, test_alternative alternative) {
    ranked *items =
        count > 0 && all_finite(differences, count) ? malloc((size_t)count * sizeof *items) : NULL;
    if (!items)
        return NAN;
    int taken = 0;
    for (int i = 0; i < count; i++)
        if (differences[i] != 0)
            items[taken++].value = fabs(differences[i]);
    const double ties = rank_values(items, taken);
    double sum = 0; /* of the ranks of positive differences */
    for (int i = 0, item = 0; i < count; i++)
        if (differences[i] != 0) {
            sum += differences[i] > 0 ? items[item].rank : 0;
            item++;
        }
    double at_most = 1, at_least = 1;
    if (taken == count && count <= MOST_FOR_EXACT_RANKS)
        exact_sum_tails(items, count, sum, &at_most, &at_least);
    else if (taken > 0)
        normal_sum_tails(taken, sum, ties, &at_most, &at_least);
    free(items);
    if (alternative == TWO_SIDED)
        return at_most_1(2 * fmin(at_most, at_least));
    return at_most_1(alternative == LESS ? at_most : at_least);
}

/* ---- Many tests at once ---------------------------------------------------------------------- */

bool benjamini_hochberg(const double *p, double *adjusted, int count) {
    ranked *items = malloc((size_t)(count > 0 ? count : 1) * sizeof *items);
    if (!items)
        return false;
    int tests = 0;
    for (int i = 0; i < count; i++) {
        adjusted[i] = NAN;
        if (!isnan(p[i]))
            items[tests++] = (ranked){.value = p[i], .index = i};
    }
    qsort(items, (size_t)tests, sizeof *items, by_value);
    double smallest = 1;
    for (int i = tests - 1; i >= 0; i--) {
        smallest = fmin(smallest, items[i].value * tests / (i + 1));
        adjusted[items[i].index] = smallest;
    }
    free(items);
    return true;
}
