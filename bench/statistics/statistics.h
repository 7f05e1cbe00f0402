/* SPDX-License-Identifier: MIT
 *
 * Statistics of measurements. All functions are pure: they give the same result each time, whatever
 * the unit of the values. Where an answer does not exist (there are too few values, a value is not
 * finite, memory ran out) it is NAN. The definitions are those of SciPy and NumPy, against which
 * tests check the functions.
 */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Orders doubles for qsort(). */
int ascending(const void *a, const void *b);

/* ---- Describing ---------------------------------------------------------------------------- */

/* The quantile of a fraction in 0..1, linear between the two nearest values. */
double quantile(const double *values, int count, double fraction);
double median(const double *values, int count);
double mean(const double *values, int count);
/* The values must be above 0. */
double geometric_mean(const double *values, int count);
/* With n - 1; 0 for one value. */
double standard_deviation(const double *values, int count);
/* The standard deviation divided by the mean. */
double coefficient_of_variation(const double *values, int count);

/* ---- Intervals ----------------------------------------------------------------------------- */

typedef struct confidence_interval {
    double low, high;
} confidence_interval;

typedef struct bootstrap_options {
    double confidence; /* with 0.95 the interval leaves out 2.5% at either end */
    int resamples;
    uint64_t seed;
} bootstrap_options;

#define BOOTSTRAP_DEFAULT ((bootstrap_options){.confidence = 0.95, .resamples = 2000, .seed = 1})

typedef struct sample_set {
    const double *values; /* above 0 */
    int count;
} sample_set;

/* The interval of median(over) / median(under), of independent samples, by percentile bootstrap. It
 * needs two values of each sample. With fewer than six or so it is too narrow, since no resample
 * lies beyond the extremes that were seen. */
confidence_interval ratio_of_medians_interval(sample_set over, sample_set under,
                                              const bootstrap_options *how);

/* The same interval for a quotient of products: of the medians of over[0..count-1] by those of
 * under[0..count-1]. */
confidence_interval quotient_of_medians_interval(const sample_set *over, const sample_set *under,
                                                 int count, const bootstrap_options *how);

/* The interval of the geometric mean of two or more values above 0, by percentile bootstrap. The
 * values are ratios of pairs, or of the rows of a table. */
confidence_interval geometric_mean_interval(const double *values, int count,
                                            const bootstrap_options *how);

/* ---- Tests, each of which gives a p value ---------------------------------------------------- */

typedef enum test_alternative {
    TWO_SIDED, /* the first sample differs from the second, either way */
    LESS,      /* the first sample is less: the smaller its values, the smaller p */
    GREATER    /* the first sample is greater */
} test_alternative;

/* The Mann-Whitney U test of two independent samples. It is exact where one of them has at most 8
 * values and no two values are equal. Otherwise it goes by the normal distribution, corrected for
 * ties and continuity. */
double mann_whitney(sample_set a, sample_set b, test_alternative alternative);

/* The smallest p that mann_whitney() can give for samples of these sizes, two-sided. */
double mann_whitney_smallest(int a_count, int b_count);

/* Wilcoxon's signed-rank test, of whether paired differences lie around 0. For paired ratios pass
 * their logarithms. Differences of 0 are left out. The test is exact for up to 50 differences if
 * none is 0, ties included. Otherwise it goes by the normal distribution, corrected for ties. */
double wilcoxon_signed_rank(const double *differences, int count, test_alternative alternative);

/* Adjusts the p values of many rows, so that of the rows whose adjusted value is at most q a share
 * of at most q is wrong. A NAN stands for a row without a test: it stays NAN and does not count.
 * Returns false where memory ran out. */
bool benjamini_hochberg(const double *p, double *adjusted, int count);

/* ---- Change over time ------------------------------------------------------------------------ */

typedef struct step_search {
    int shortest;     /* how many values a level lasts at least */
    double p_at_most; /* of a step, allowing for its place having been searched for */
    int permutations;
    uint64_t seed;
} step_search;

#define STEP_SEARCH_DEFAULT                                                                        \
    ((step_search){.shortest = 3, .p_at_most = 0.01, .permutations = 1999, .seed = 1})

/* Finds where a series changes its level by more than chance would make it, which shuffling the
 * series shows. `steps` has room for `count` indices and receives that of the first value of each
 * new level, ascending. Returns how many there are, or -1 where memory ran out or a value is not
 * finite. */
int find_steps(const double *values, int count, const step_search *how, int *steps);

#ifdef __cplusplus
}
#endif

#endif
