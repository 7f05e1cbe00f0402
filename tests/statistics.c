/* SPDX-License-Identifier: MIT
 * The statistics of bench/ on values known by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "statistics.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

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

static void finds_steps(void **state) {
    (void)state;
    const double values[] = {10, 11, 10.5, 10.2, 10.7, 10.1, 14, 14.4, 13.9, 14.2, 14.1, 14.3};
    int steps[COUNT(values)];
    assert_int_equal(find_steps(values, COUNT(values), &STEP_SEARCH_DEFAULT, steps), 1);
    assert_int_equal(steps[0], 6);
    assert_int_equal(find_steps(values, 6, &STEP_SEARCH_DEFAULT, steps), 0);
    assert_int_equal(find_steps(values, 0, &STEP_SEARCH_DEFAULT, steps), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes),       cmocka_unit_test(tests_ranks), cmocka_unit_test(adjusts),
        cmocka_unit_test(gives_intervals), cmocka_unit_test(finds_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
