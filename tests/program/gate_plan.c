/* SPDX-License-Identifier: MIT
 *
 * How a gate shares out its budget among rows and rounds: how many runs a sample has on either
 * side, what a row costs, and what is left out where there is no time for everything. */
#include "bench/gate/gate_plan.h"
#include "bench/base/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- Numbers of runs ------------------------------------------------------------------------ */

enum { DRAWS = 4000 };

static gate_row row_of(const char *base, double base_seconds, const char *new, double new_seconds) {
    return (gate_row){.sides = {[BASE] = {.backend = base, .threads = 1, .seconds = base_seconds},
                                [NEW] = {.backend = new, .threads = 1, .seconds = new_seconds}}};
}

static double mean_of_draws(gate_row row, side_id side, bool *are_alike) {
    gate_plan plan = {.sample_seconds = 2.5e-4, .random = 1};
    const double draws = DRAWS;
    double sum = 0;
    *are_alike = true;
    for (int i = 0; i < DRAWS; i++) {
        gate_draw_runs(&plan, &row);
        *are_alike &= row.sides[BASE].runs == row.sides[NEW].runs;
        sum += row.sides[side].runs;
    }
    return sum / draws;
}

/* The calibration of each side asks for another number: one takes fewer than 1.5 runs of 166 us,
 * one more. */
static void test_both_sides_have_as_many(void **state) {
    (void)state;
    const double times[][2] = {{152e-6, 180e-6}, {180e-6, 152e-6}, {1e-9, 3e-6}, {1e-3, 2e-3}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        bool are_alike;
        const double slower = fmax(times[i][BASE], times[i][NEW]);
        const double mean =
            mean_of_draws(row_of("naive", times[i][BASE], "naive", times[i][NEW]), NEW, &are_alike);
        assert_true(are_alike);
        const double expected = fmax(1, 2.5e-4 / slower);
        assert_true(fabs(mean - expected) < 0.05);
    }
}

/* Against a baseline the sides are two backends, of which one may take many times as long. */
static void test_two_backends_have_their_own(void **state) {
    (void)state;
    bool are_alike;
    const gate_row row = row_of("naive", 1.7e-4, "avx512", 1e-5);
    assert_true(fabs(mean_of_draws(row, BASE, &are_alike) - 2.5 / 1.7) < 0.05);
    assert_false(are_alike);
    assert_true(fabs(mean_of_draws(row, NEW, &are_alike) - 25) < 0.05);
}

static void test_times_that_are_no_measure(void **state) {
    (void)state;
    gate_plan plan = {.sample_seconds = 2.5e-4};
    gate_row unknown = row_of("naive", 0, "naive", 0), instant = row_of("naive", 1e-30, "naive", 0);
    gate_draw_runs(&plan, &unknown);
    assert_int_equal(unknown.sides[NEW].runs, 1);
    gate_draw_runs(&plan, &instant);
    assert_int_equal(instant.sides[NEW].runs, 100000000);
}

/* ---- What a row costs, and who is left out --------------------------------------------------- */

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-9))
        fail_msg("%.12g is not %.12g", value, expected);
}

/* A sample has one run of 1 ms, an untimed one before it and 60 us for the answer. That is 2.06 ms,
 * and there are four in a group. On several threads those of the last run have 0.3 ms to fall
 * asleep. */
static void test_cost(void **state) {
    (void)state;
    const gate_plan plan = {.groups = 8, .sample_seconds = 2.5e-4};
    gate_row row = row_of("naive", 1e-3, "naive", 1e-3);
    row.prepare_seconds = 0.01;
    assert_near(gate_row_cost(&plan, &row), 0.01 + 8 * 4 * 2.06e-3);
    row.sides[NEW].threads = 2;
    assert_near(gate_row_cost(&plan, &row), 0.01 + 8 * 4 * (2.06e-3 + 3e-4));
    row = row_of("naive", 1e-4, "naive", 5e-5); /* either side has 2.5 runs of the slower one */
    assert_near(gate_row_cost(&plan, &row), 8 * 2 * (3.5 * 1.5e-4 + 2 * 6e-5));
}

enum { FOUR = 4 };

/* One row takes a second, the others 10 us. Each of these costs at most 10.5 ms a round of 8
 * groups. */
static gate_rows rows_of(gate_row rows[FOUR]) {
    for (int i = 0; i < FOUR; i++)
        rows[i] = row_of("naive", i == 2 ? 1 : 1e-5, "naive", i == 2 ? 1 : 1e-5);
    return (gate_rows){rows, FOUR};
}

/* The slow row costs at least 8 s a round, and 6 rounds are wanted. */
static void test_the_most_expensive_is_left_out(void **state) {
    (void)state;
    gate_row rows[FOUR];
    gate_rows four = rows_of(rows);
    gate_plan plan = {.budget = 60};
    gate_plan_rounds(&plan, &four, false, clock_seconds() + 40);
    for (int i = 0; i < FOUR; i++)
        assert_int_equal(rows[i].left_out, i == 2);
    assert_int_equal(rows[2].outcome, GATE_UNJUDGED);
    assert_string_equal(rows[2].why, "the budget is too small for so many rows");
    assert_int_equal(plan.groups, GATE_MAX_GROUPS);
    four = rows_of(rows);
    plan = (gate_plan){.budget = 90};
    gate_plan_rounds(&plan, &four, false, clock_seconds() + 50);
    assert_false(rows[2].left_out);
    assert_int_equal(plan.groups, 1);
}

/* The second series has 0.33 of the budget, and needs 8 rounds of four rows. With the slow row as
 * the suspect, one round takes 8.1 s. With another suspect out of few, each row counts for a tenth:
 * with 2, 3 and 8 groups that is 1.7, 2.5 and 6.5 s. */
static void test_rounds_to_confirm(void **state) {
    (void)state;
    const struct {
        double budget;
        int slow, others;
    } cases[] = {{60, 2, 11}, {200, 7, 26}, {600, 24, 30}};
    assert_int_equal(gate_least_rounds_again(FOUR), 8);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gate_row rows[FOUR];
        gate_rows four = rows_of(rows);
        gate_plan plan = {.budget = cases[i].budget};
        gate_plan_rounds(&plan, &four, false, clock_seconds() + 1000);
        assert_int_equal(plan.groups, GATE_MAX_GROUPS);
        assert_int_equal(rows[2].expected_rounds_again, cases[i].slow);
        assert_int_equal(rows[0].expected_rounds_again, cases[i].others);
    }
}

/* In the second series only suspect rows take time. */
static void test_the_second_series(void **state) {
    (void)state;
    gate_row rows[FOUR];
    gate_rows four = rows_of(rows);
    gate_plan plan = {.budget = 60};
    rows[1].suspect = true;
    gate_plan_rounds(&plan, &four, true, clock_seconds() + 10);
    assert_int_equal(gate_rows_due(&four, false), FOUR);
    assert_int_equal(plan.groups, GATE_MAX_GROUPS);
    rows[2].suspect = true;
    gate_plan_rounds(&plan, &four, true, clock_seconds() + 10);
    assert_int_equal(gate_rows_due(&four, false), FOUR - 1);
    assert_string_equal(rows[2].why, "suspect, and the budget is too small to confirm it");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides_have_as_many),
        cmocka_unit_test(test_two_backends_have_their_own),
        cmocka_unit_test(test_times_that_are_no_measure),
        cmocka_unit_test(test_cost),
        cmocka_unit_test(test_the_most_expensive_is_left_out),
        cmocka_unit_test(test_rounds_to_confirm),
        cmocka_unit_test(test_the_second_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
