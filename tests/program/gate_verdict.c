/* SPDX-License-Identifier: MIT
 *
 * What a gate makes of rounds that are known to the last digit: the correction for as many tests as
 * there are rows, and the floor. Every expected number is worked out by hand. Where all of n rounds
 * lie on one side, Wilcoxon's p is 2^-n; it is twice that where all but the nearest to 0 do. */
#include "bench/gate/gate_verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 91, ROUNDS = 8, AGAIN = 12 };

#define SEVEN_PERCENT 0.07 /* as a logarithm: 7.25% more time, 6.76% less */

static const gate_rule rule = {.threshold = 0.05, .floor = 100e-9};
static gate_row rows[ROWS];
static gate_rows judged;

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not %.9g", value, expected);
}

/* ---- Rows that were measured ----------------------------------------------------------------- */

/* Fills a series with rounds that begin at `effect` and go away from 0. No two are alike, and none
 * is 0. */
static void fill(gate_series *series, int count, double effect) {
    series->count = 0;
    for (int i = 0; i < count; i++)
        assert_true(gate_series_add(series, effect + copysign(1e-5 * i, effect)));
}

/* Fills a series with rounds on either side of 0, each off by `spread` and a little more. */
static void fill_quiet(gate_series *series, int count, double spread) {
    series->count = 0;
    for (int i = 0; i < count; i++)
        assert_true(gate_series_add(series, (i % 2 ? -1 : 1) * (spread + 1e-6 * i)));
}

/* Puts the round that is nearest to 0 on the other side of it. */
static void turn_first(gate_series *series) {
    series->logs[0] *= -0.01;
}

/* Makes a row look as after its first series, with a base that takes so many seconds. */
static void set_seconds(gate_row *row, double seconds) {
    const gate_reference none = {0};
    row->sides[NEW].times.count = 0;
    for (int i = 0; i < row->first.count; i++)
        assert_true(gate_series_add(&row->sides[NEW].times,
                                    seconds * exp(gate_effect(&row->first, &none))));
}

static int set_up(void **state) {
    (void)state;
    judged = (gate_rows){rows, ROWS};
    for (int i = 0; i < ROWS; i++) {
        rows[i] = (gate_row){.backend = "scalar", .threads = 1, .expected_rounds_again = AGAIN};
        fill_quiet(&rows[i].first, ROUNDS, 1e-4);
        set_seconds(&rows[i], 20e-6);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        gate_series_free(&rows[i].first);
        gate_series_free(&rows[i].second);
        gate_series_free(&rows[i].sides[NEW].times);
    }
    return 0;
}

static gate_row *only_row(double effect, double seconds) {
    judged.count = 1;
    fill(&rows[0].first, ROUNDS, effect);
    set_seconds(&rows[0], seconds);
    return &rows[0];
}

/* A row that is slower in both series. */
static void slow_down(gate_row *row, int again) {
    fill(&row->first, ROUNDS, SEVEN_PERCENT);
    set_seconds(row, 20e-6);
    fill(&row->second, again, SEVEN_PERCENT);
}

static void judge(void) {
    gate_find_suspects(&judged, &rule);
    assert_true(gate_judge(&judged, &rule));
}

static void assert_unjudged(const gate_row *row, const char *why) {
    assert_int_equal(row->outcome, GATE_UNJUDGED);
    assert_string_equal(row->why, why);
}

/* ---- As many tests as rows ------------------------------------------------------------------- */

static void test_twelve_rounds_name_one_row_of_91(void **state) {
    (void)state;
    slow_down(&rows[17], 12);
    judge();
    assert_int_equal(rows[17].outcome, GATE_SLOWER);
    assert_near(rows[17].p, 91.0 / 4096, 1e-12);
    assert_int_equal(gate_rows_count(&judged, GATE_SLOWER), 1);
    assert_int_equal(gate_rows_count(&judged, GATE_SAME), ROWS - 1);
}

/* p is 1 / 2048 by itself, and 0.044 as one of 91. */
static void test_eleven_rounds_do_not(void **state) {
    (void)state;
    slow_down(&rows[17], 11);
    judge();
    assert_unjudged(&rows[17], "suspect, and not confirmed in as few as 11 rounds");
    assert_near(rows[17].p, 91.0 / 2048, 1e-12);
}

/* p is 2 / 4096 by itself. */
static void test_significant_only_by_itself(void **state) {
    (void)state;
    slow_down(&rows[17], 12);
    turn_first(&rows[17].second);
    judge();
    assert_int_equal(rows[17].outcome, GATE_NOT_CONFIRMED);
    assert_near(rows[17].p, 91 * 2.0 / 4096, 1e-12);
}

/* The larger of two p counts for half as much. */
static void test_two_rows_speak_for_each_other(void **state) {
    (void)state;
    for (int i = 40; i < 42; i++) {
        slow_down(&rows[i], 12);
        turn_first(&rows[i].second);
    }
    judge();
    assert_int_equal(gate_rows_count(&judged, GATE_SLOWER), 2);
    assert_near(rows[40].p, 91 * 2.0 / 4096 / 2, 1e-12);
    assert_near(rows[41].p, 91 * 2.0 / 4096 / 2, 1e-12);
}

static void test_rows_that_were_not_measured_do_not_count(void **state) {
    (void)state;
    slow_down(&rows[0], 12);
    turn_first(&rows[0].second);
    for (int i = 46; i < ROWS; i++)
        gate_leave_out(&rows[i], GATE_UNJUDGED, "a test");
    judge();
    assert_int_equal(rows[0].outcome, GATE_SLOWER);
    assert_near(rows[0].p, 46 * 2.0 / 4096, 1e-12);
}

/* p is 1 / 1024 by itself, and 0.089 as one of 91. */
static void test_faster_only_by_itself(void **state) {
    (void)state;
    fill(&rows[5].first, 10, -SEVEN_PERCENT);
    set_seconds(&rows[5], 20e-6);
    judge();
    assert_int_equal(rows[5].outcome, GATE_SAME);
    assert_near(rows[5].p, 91.0 / 1024, 1e-12);
}

static void test_faster(void **state) {
    (void)state;
    fill(&rows[5].first, 11, -SEVEN_PERCENT);
    set_seconds(&rows[5], 20e-6);
    judge();
    assert_int_equal(rows[5].outcome, GATE_FASTER);
    assert_near(rows[5].p, 91.0 / 2048, 1e-12);
    assert_int_equal(gate_rows_count(&judged, GATE_FASTER), 1);
}

/* ---- The floor, of 100 ns -------------------------------------------------------------------- */

/* 7.25% of 1.3 us are 94 ns, and 101 ns of the new time. Of 1.4 us they are 102 ns. */
static void test_suspects_above_the_floor(void **state) {
    (void)state;
    gate_row *row = only_row(SEVEN_PERCENT, 1.3e-6);
    gate_find_suspects(&judged, &rule);
    assert_near(row->reference.seconds, 1.3e-6, 1e-12);
    assert_false(row->suspect);
    set_seconds(row, 1.4e-6);
    gate_find_suspects(&judged, &rule);
    assert_true(row->suspect);
}

/* The second series says 5.1%, which is above the threshold, but only 71 ns. */
static void test_confirms_above_the_floor(void **state) {
    (void)state;
    gate_row *row = only_row(SEVEN_PERCENT, 1.4e-6);
    fill(&row->second, AGAIN, 0.05);
    judge();
    assert_true(row->suspect);
    assert_int_equal(row->outcome, GATE_NOT_CONFIRMED);
}

/* 6.76% are 95 ns of 1.4 us, and 101 ns of 1.5 us. */
static void test_faster_above_the_floor(void **state) {
    (void)state;
    gate_row *row = only_row(-SEVEN_PERCENT, 1.4e-6);
    judge();
    assert_int_equal(row->outcome, GATE_SAME);
    set_seconds(row, 1.5e-6);
    judge();
    assert_int_equal(row->outcome, GATE_FASTER);
}

/* Where the floor is more than two thresholds of the time, nothing smaller than it would be
 * seen. */
static void test_a_floor_that_is_too_high(void **state) {
    (void)state;
    gate_row *row = &rows[0];
    judged.count = 1;
    set_seconds(row, 0.5e-6);
    judge();
    assert_unjudged(row, "the floor of 100 ns is 20% of its time");
    assert_near(row->visible, 1.2, 1e-3);
    row->left_out = false;
    set_seconds(row, 1.25e-6);
    judge();
    assert_int_equal(row->outcome, GATE_SAME);
    assert_near(row->visible, 1.08, 1e-3);
}

/* ---- Noise and too few rounds ---------------------------------------------------------------- */

static void test_noise(void **state) {
    (void)state;
    fill_quiet(&rows[3].first, ROUNDS, 0.3);
    judge();
    assert_int_equal(rows[3].outcome, GATE_UNJUDGED);
    assert_memory_equal(rows[3].why, "too noisy: less than ", 21);
    assert_true(rows[3].visible > 1.3);
}

static void test_too_few_rounds(void **state) {
    (void)state;
    fill_quiet(&rows[3].first, 4, 1e-4);
    rows[4].expected_rounds_again = 11;
    rows[5].expected_rounds_again = 12;
    fill(&rows[6].first, ROUNDS, SEVEN_PERCENT);
    set_seconds(&rows[6], 20e-6);
    judge();
    assert_unjudged(&rows[3], "the budget is too small: 4 rounds, 5 are the least");
    assert_unjudged(&rows[4], "the budget is too small to confirm a slowdown");
    assert_int_equal(rows[5].outcome, GATE_SAME);
    assert_unjudged(&rows[6], "suspect, and the budget is too small to confirm it");
}

/* ---- What is told ---------------------------------------------------------------------------- */

/* The ratio is that of the last series, less what a baseline is off by. */
static void test_the_ratio(void **state) {
    (void)state;
    gate_row *row = only_row(SEVEN_PERCENT, 20e-6);
    row->reference.offset = 0.01;
    judge();
    assert_near(row->ratio, exp(SEVEN_PERCENT - 0.01 + 3.5e-5), 1e-9);
    row->left_out = false;
    fill(&row->second, 3, 0.2);
    judge();
    assert_near(row->ratio, exp(0.2 - 0.01 + 1e-5), 1e-9);
    assert_true(row->low >= exp(0.19) - 1e-9 && row->low <= row->ratio);
    assert_true(row->high <= exp(0.19 + 2e-5) + 1e-9 && row->high >= row->ratio);
    row->left_out = false;
    row->reference.slack = 0.03;
    const double low = row->low, high = row->high;
    judge();
    assert_near(row->low, low * exp(-0.03), 1e-9);
    assert_near(row->high, high * exp(0.03), 1e-9);
}

#define OF_ROWS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        OF_ROWS(test_twelve_rounds_name_one_row_of_91),
        OF_ROWS(test_eleven_rounds_do_not),
        OF_ROWS(test_significant_only_by_itself),
        OF_ROWS(test_two_rows_speak_for_each_other),
        OF_ROWS(test_rows_that_were_not_measured_do_not_count),
        OF_ROWS(test_faster_only_by_itself),
        OF_ROWS(test_faster),
        OF_ROWS(test_suspects_above_the_floor),
        OF_ROWS(test_confirms_above_the_floor),
        OF_ROWS(test_faster_above_the_floor),
        OF_ROWS(test_a_floor_that_is_too_high),
        OF_ROWS(test_noise),
        OF_ROWS(test_too_few_rounds),
        OF_ROWS(test_the_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
