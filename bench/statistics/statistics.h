/* SPDX-License-Identifier: MIT
 *
 * Statistics of measurements: pure functions, the same result each time, whatever the unit of the
 * values. Where an answer does not exist (too few values, a value that is not finite, no memory)
 * it is NAN. Checked against SciPy and NumPy, whose definitions these are.
 */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

/* Orders doubles for qsort(). */
int ascending(const void *a, const void *b);

/* ---- Describing ---------------------------------------------------------------------------- */

/* Linear between the two nearest values; `fraction` is of 0..1. */
double quantile(const double *values, int count, double fraction);
double median(const double *values, int count);
double mean(const double *values, int count);
double geometric_mean(const double *values, int count); /* of values above 0 */
/* Standard deviation (of n - 1) / mean; 0 for one value. */
double coefficient_of_variation(const double *values, int count);

/* ---- Intervals ----------------------------------------------------------------------------- */

typedef struct confidence_interval {
    double low, high;
} confidence_interval;

typedef struct bootstrap_options {
    double confidence; /* 0.95: the interval leaves out 2.5% at either end */
    int resamples;
    uint64_t seed;
} bootstrap_options;

#define BOOTSTRAP_DEFAULT ((bootstrap_options){.confidence = 0.95, .resamples = 2000, .seed = 1})

typedef struct sample_set {
    const double *values; /* above 0 */
    int count;
} sample_set;

/* Percentile bootstrap of median(over) / median(under), of independent samples. It needs two values
 * of each, and is too narrow for fewer than six or so: nothing lies beyond the extremes seen. */
confidence_interval ratio_of_medians_interval(sample_set over, sample_set under,
                                              const bootstrap_options *how);

/* The same of a quotient of products: of the medians of over[0..count-1] by those of `under`. */
confidence_interval quotient_of_medians_interval(const sample_set *over, const sample_set *under,
                                                 int count, const bootstrap_options *how);

/* Percentile bootstrap of the geometric mean, of two or more values above 0: ratios of pairs, or
 * the ratios of the rows of a table. */
confidence_interval geometric_mean_interval(const double *values, int count,
                                            const bootstrap_options *how);

/* ---- Tests; each gives a p value ------------------------------------------------------------ */

typedef enum test_alternative {
    TWO_SIDED, /* the first differs */
    LESS,      /* the first is less: the smaller its values, the smaller p */
    GREATER
} test_alternative;

/* Mann-Whitney U of two independent samples. Exact where one of them has at most 8 values and no
 * two values are equal; else the normal distribution, corrected for ties and continuity. */
double mann_whitney(sample_set a, sample_set b, test_alternative alternative);

/* The smallest p that mann_whitney() can give for samples of these sizes, two-sided. */
double mann_whitney_smallest(int a_count, int b_count);

/* Wilcoxon's signed ranks of paired differences: whether they lie around 0. For paired ratios pass
 * their logarithms. Differences of 0 are left out. Exact for up to 50 differences without a zero,
 * ties included; else the normal distribution, corrected for ties. */
double wilcoxon_signed_rank(const double *differences, int count, test_alternative alternative);

/* Adjusted p values: rows of which it is at most q are, all together, wrong at a rate of at most q.
 * A NAN stands for a row without a test: it stays, and does not count. False: no memory. */
bool benjamini_hochberg(const double *p, double *adjusted, int count);

/* ---- Change over time ------------------------------------------------------------------------ */

typedef struct step_search {
    int shortest;     /* values that a level lasts at least */
    double p_at_most; /* of a step; its place having been searched for is allowed for */
    int permutations;
    uint64_t seed;
} step_search;

#define STEP_SEARCH_DEFAULT                                                                        \
    ((step_search){.shortest = 3, .p_at_most = 0.01, .permutations = 1999, .seed = 1})

/* Where a series changes its level, as shuffling it shows that chance would not. `steps` [count]
 * receives the index of the first value of each new level, ascending. Returns how many, or -1: no
 * memory or a value that is not finite. */
int find_steps(const double *values, int count, const step_search *how, int *steps);

#endif
