/* SPDX-License-Identifier: MIT
 *
 * The statistics of bench/ on values that are known by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "bench/statistics/statistics.h"
#include "reference/random.h"

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected))))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void describes(void **state) {
    (void)state;
    const double values[] = {4, 1, 2, 8};
    assert_near(quantile(values, 4, 0), 1);
    assert_near(quantile(values, 4, 0.5), 3);
    assert_near(quantile(values, 4, 0.9), 6.8);
    assert_near(quantile(values, 4, 1), 8);
    assert_near(median(values, 3), 2);
    assert_near(mean(values, 4), 3.75);
    assert_near(geometric_mean(values, 4), sqrt(8));
    assert_near(coefficient_of_variation(values, 2), sqrt(4.5) / 2.5);
    assert_near(coefficient_of_variation(values, 1), 0);
}

static void tests_ranks(void **state) {
    (void)state;
    const double low[] = {1, 2, 3, 4, 5}, high[] = {6, 7, 8, 9, 10};
    assert_near(mann_whitney((sample_set){low, 5}, (sample_set){high, 5}, TWO_SIDED), 2.0 / 252);
    assert_near(mann_whitney((sample_set){low, 5}, (sample_set){high, 5}, LESS), 1.0 / 252);
    assert_near(mann_whitney((sample_set){low, 5}, (sample_set){high, 5}, GREATER), 1);
    assert_near(mann_whitney((sample_set){low, 5}, (sample_set){low, 5}, TWO_SIDED), 1);
    assert_near(mann_whitney_smallest(5, 5), 2.0 / 252);
    assert_near(wilcoxon_signed_rank(low, 5, TWO_SIDED), 2.0 / 32);
    assert_near(wilcoxon_signed_rank(low, 5, GREATER), 1.0 / 32);
    assert_near(wilcoxon_signed_rank(low, 5, LESS), 1);
}

static void adjusts(void **state) {
    (void)state;
    const double p[] = {0.04, NAN, 0.01, 0.03};
    double adjusted[4];
    assert_true(benjamini_hochberg(p, adjusted, 4));
    assert_near(adjusted[0], 0.04);
    assert_true(isnan(adjusted[1]));
    assert_near(adjusted[2], 0.03);
    assert_near(adjusted[3], 0.04);
}

static void gives_intervals(void **state) {
    (void)state;
    const double base[] = {1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6}, twice[] = {2, 2.2, 2.4, 2.6};
    const confidence_interval ratio = ratio_of_medians_interval(
        (sample_set){twice, 4}, (sample_set){base, 7}, &BOOTSTRAP_DEFAULT);
    const confidence_interval again = ratio_of_medians_interval(
        (sample_set){twice, 4}, (sample_set){base, 7}, &BOOTSTRAP_DEFAULT);
    assert_true(ratio.low < 2.3 / 1.3 && 2.3 / 1.3 < ratio.high);
    assert_true(ratio.low >= 2 / 1.6 && ratio.high <= 2.6);
    assert_true(ratio.low == again.low && ratio.high == again.high);
    const confidence_interval one = ratio_of_medians_interval(
        (sample_set){twice, 4}, (sample_set){base, 1}, &BOOTSTRAP_DEFAULT);
    assert_true(isnan(one.low) && isnan(one.high));
    const confidence_interval middle = geometric_mean_interval(base, 7, &BOOTSTRAP_DEFAULT);
    assert_true(middle.low < geometric_mean(base, 7) && geometric_mean(base, 7) < middle.high);
}

enum { LENGTH = 40 };

/* Makes nearly normal noise of 2% around levels that change at `at`. */
static void make_series(double *values, const int *at, const double *levels, uint64_t seed) {
    for (int i = 0, level = 0; i < LENGTH; i++) {
        level += at[level] == i;
        values[i] = levels[level] * (1 + 0.02 * (double)random_normal(&seed));
    }
}

static int search_series(const double *values, int *steps) {
    return find_steps(values, LENGTH, &STEP_SEARCH_DEFAULT, steps);
}

/* The middle step is the largest, so that steps have to be found on both sides of it. */
static void finds_steps(void **state) {
    (void)state;
    double values[LENGTH];
    int steps[LENGTH];
    make_series(values, (int[]){8, 20, 31, -1}, (double[]){1, 1.2, 2, 1.7}, 1);
    assert_int_equal(search_series(values, steps), 3);
    assert_int_equal(steps[0], 8);
    assert_int_equal(steps[1], 20);
    assert_int_equal(steps[2], 31);
}

/* Near an end a step weighs as much as in the middle, but one value alone is no step. */
static void finds_steps_near_an_end(void **state) {
    (void)state;
    double values[LENGTH];
    int steps[LENGTH];
    make_series(values, (int[]){36, -1}, (double[]){1, 1.3}, 2);
    assert_int_equal(search_series(values, steps), 1);
    assert_int_equal(steps[0], 36);
    make_series(values, (int[]){39, -1}, (double[]){1, 1.3}, 2);
    assert_int_equal(search_series(values, steps), 0);
    const step_search any = {.shortest = 1, .p_at_most = 1, .permutations = 99, .seed = 1};
    const double three[] = {1, 2, 3};
    assert_int_equal(find_steps(three, 3, &any, steps), 2);
    const step_search pairs = {.shortest = 2, .p_at_most = 1, .permutations = 99, .seed = 1};
    assert_int_equal(find_steps(three, 3, &pairs, steps), 0);
    assert_int_equal(find_steps(three, 0, &any, steps), 0);
}

/* In 300 series without a step about 3 false ones are expected at p 0.01. More than 9 have a chance
 * of 0.1%. */
static void keeps_its_error_rate(void **state) {
    (void)state;
    int alarms = 0, found = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        double values[LENGTH];
        int steps[LENGTH];
        make_series(values, (int[]){-1}, (double[]){1}, seed * 977);
        alarms += search_series(values, steps) > 0;
        make_series(values, (int[]){25, -1}, (double[]){1, 1.04}, seed * 977);
        found += search_series(values, steps) > 0;
    }
    assert_in_range(alarms, 0, 9);
    assert_in_range(found, 290, 300);
}

/* The samples are one value, two values, and values that are all the same. */
static void takes_small_samples(void **state) {
    (void)state;
    const double one[] = {2}, two[] = {3, 1}, same[] = {5, 5, 5}, zeros[] = {0, 0}, up[] = {1, 2};
    for (double fraction = 0; fraction <= 1; fraction += 0.25) {
        assert_near(quantile(one, 1, fraction), 2);
        assert_near(quantile(same, 3, fraction), 5);
        assert_near(quantile(two, 2, fraction), 1 + 2 * fraction);
    }
    assert_near(mean(one, 1), 2);
    assert_near(geometric_mean(one, 1), 2);
    assert_near(geometric_mean(two, 2), sqrt(3));
    assert_near(coefficient_of_variation(two, 2), sqrt(2) / 2);
    assert_near(coefficient_of_variation(same, 3), 0);

    const sample_set ones = {one, 1}, other = {two, 1}, pair = {up, 2}, apart = {same, 2},
                     alike = {same, 3};
    assert_near(mann_whitney(ones, other, TWO_SIDED), 1);
    assert_near(mann_whitney(ones, other, LESS), 0.5);
    /* 5 and 5 are a tie: z is (4 - 2 - 1/2) / sqrt(4/12 (5 - 6/12)), the root of 3/2. */
    assert_near(mann_whitney(pair, apart, LESS), 0.5 * erfc(sqrt(0.75)));
    assert_near(mann_whitney(pair, (sample_set){two, 1}, LESS), 1.0 / 3);
    assert_near(mann_whitney(alike, alike, TWO_SIDED), 1);
    assert_near(mann_whitney(alike, alike, LESS), 1);
    assert_near(mann_whitney_smallest(1, 1), 1);
    assert_near(mann_whitney_smallest(2, 2), 1.0 / 3);
    assert_near(wilcoxon_signed_rank(one, 1, GREATER), 0.5);
    assert_near(wilcoxon_signed_rank(one, 1, TWO_SIDED), 1);
    assert_near(wilcoxon_signed_rank(up, 2, GREATER), 0.25);
    assert_near(wilcoxon_signed_rank(zeros, 2, GREATER), 1);
    assert_near(wilcoxon_signed_rank(zeros, 2, TWO_SIDED), 1);

    /* Medians of resamples of 1 and 3 are 1, 2 and 3, of which 1 and 3 have a quarter each. */
    const confidence_interval wide =
        ratio_of_medians_interval((sample_set){two, 2}, alike, &BOOTSTRAP_DEFAULT);
    assert_near(wide.low, 1.0 / 5);
    assert_near(wide.high, 3.0 / 5);
    const confidence_interval none = geometric_mean_interval(one, 1, &BOOTSTRAP_DEFAULT),
                              point = geometric_mean_interval(same, 3, &BOOTSTRAP_DEFAULT);
    assert_true(isnan(none.low) && isnan(none.high));
    assert_near(point.low, 5);
    assert_near(point.high, 5);
    int steps[3];
    assert_int_equal(find_steps(same, 3, &STEP_SEARCH_DEFAULT, steps), 0);
}

static void refuses_infinity(void **state) {
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        const double bad[] = {1, 2, sign * (double)INFINITY, 4, 5, 6}, good[] = {1, 2, 3, 4, 5, 6};
        const sample_set bad_set = {bad, 6}, good_set = {good, 6};
        int steps[6];
        assert_true(isnan(median(bad, 6)) && isnan(quantile(bad, 6, 0)));
        assert_true(isnan(mann_whitney(bad_set, good_set, TWO_SIDED)));
        assert_true(isnan(mann_whitney(good_set, bad_set, LESS)));
        assert_true(isnan(wilcoxon_signed_rank(bad, 6, GREATER)));
        assert_true(isnan(ratio_of_medians_interval(bad_set, good_set, &BOOTSTRAP_DEFAULT).low));
        assert_true(isnan(ratio_of_medians_interval(good_set, bad_set, &BOOTSTRAP_DEFAULT).high));
        assert_true(isnan(geometric_mean_interval(bad, 6, &BOOTSTRAP_DEFAULT).low));
        assert_int_equal(find_steps(bad, 6, &STEP_SEARCH_DEFAULT, steps), -1);
    }
}

static void refuses(void **state) {
    (void)state;
    const double bad[] = {1, 2, NAN, 4, 5, 6}, good[] = {1, 2, 3, 4, 5, 6}, zero[] = {0, 1, 2};
    const sample_set bad_set = {bad, 6}, good_set = {good, 6}, none = {good, 0};
    int steps[6];
    assert_true(isnan(median(bad, 6)) && isnan(median(good, 0)) && isnan(mean(good, 0)));
    assert_true(isnan(quantile(good, 6, -0.1)) && isnan(quantile(good, 6, 1.1)));
    assert_true(isnan(geometric_mean(zero, 3)) && isnan(geometric_mean(good, 0)));
    assert_true(isnan(mann_whitney(bad_set, good_set, TWO_SIDED)));
    assert_true(isnan(mann_whitney(good_set, none, TWO_SIDED)));
    assert_true(isnan(wilcoxon_signed_rank(bad, 6, LESS)) &&
                isnan(wilcoxon_signed_rank(good, 0, LESS)));
    assert_true(isnan(ratio_of_medians_interval(bad_set, good_set, &BOOTSTRAP_DEFAULT).low));
    assert_true(
        isnan(ratio_of_medians_interval(good_set, (sample_set){zero, 3}, &BOOTSTRAP_DEFAULT).high));
    assert_true(isnan(geometric_mean_interval(zero, 3, &BOOTSTRAP_DEFAULT).low));
    assert_int_equal(find_steps(bad, 6, &STEP_SEARCH_DEFAULT, steps), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes),
        cmocka_unit_test(tests_ranks),
        cmocka_unit_test(adjusts),
        cmocka_unit_test(gives_intervals),
        cmocka_unit_test(finds_steps),
        cmocka_unit_test(finds_steps_near_an_end),
        cmocka_unit_test(keeps_its_error_rate),
        cmocka_unit_test(takes_small_samples),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_infinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
