/* SPDX-License-Identifier: MIT
 *
 * The decision of `rnnbench gate` on thousands of gates whose noise is known, and how often it is
 * wrong. The noise is that of a shared machine, where rounds differ by some percent, and some
 * rounds by a lot. */
#include "bench/gate/gate_rule.h"
#include "bench/statistics/statistics.h"
#include "reference/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 91, ROUNDS = 18, ROUNDS_AGAIN = 30, GATES = 1000, SLOWED = 4 };

static const gate_rule rule = {.threshold = 0.05, .floor = 100e-9};
static const gate_reference slow_row = {.seconds = 20e-6};

static double noise(uint64_t *state, double spread) {
    const double usual = spread * (double)random_normal(state);
    return random_chance(state, 20) ? 10 * usual : usual;
}

static void fill(gate_series *series, int count, double effect, double spread, uint64_t *state) {
    series->count = 0;
    for (int i = 0; i < count; i++)
        assert_true(gate_series_add(series, effect + noise(state, spread)));
}

/* Counts the rows that one gate names, `*right` of which are slowed ones. */
static int named(double effect, double spread, const gate_reference *reference, int *right,
                 uint64_t *state) {
    gate_series first = {0}, second = {0};
    double p[ROWS], adjusted[ROWS];
    int count = 0;
    bool slow[ROWS] = {false};
    for (int i = 0; i < ROWS; i++) {
        const double real = i < SLOWED ? effect : 0;
        fill(&first, ROUNDS, real, spread, state);
        p[i] = 1;
        if (!gate_suspects(&rule, &first, reference))
            continue;
        fill(&second, ROUNDS_AGAIN, real, spread, state);
        slow[i] = gate_confirms(&rule, &second, reference, 0);
        p[i] = gate_p_slower(&second, reference);
    }
    assert_true(benjamini_hochberg(p, adjusted, ROWS));
    *right = 0;
    for (int i = 0; i < ROWS; i++)
        if (slow[i] && adjusted[i] <= GATE_SECOND_P) {
            count++;
            *right += i < SLOWED;
        }
    gate_series_free(&first);
    gate_series_free(&second);
    return count;
}

static int gates_that_name(double effect, double spread, const gate_reference *reference,
                           bool only_right) {
    uint64_t state = 7;
    int gates = 0;
    for (int i = 0; i < GATES; i++) {
        int right;
        const int all = named(effect, spread, reference, &right, &state);
        gates += only_right ? right > 0 && right == all : all > 0;
    }
    return gates;
}

static void test_false_alarms(void **data) {
    (void)data;
    assert_in_range(gates_that_name(0, 0.02, &slow_row, false), 0, GATES / 40);
    assert_in_range(gates_that_name(0, 0.05, &slow_row, false), 0, GATES / 40);
    assert_in_range(gates_that_name(0, 0.3, &slow_row, false), 0, GATES / 40);
}

static void test_power(void **data) {
    (void)data;
    assert_in_range(gates_that_name(log(1.10), 0.02, &slow_row, true), GATES * 38 / 40, GATES);
    assert_in_range(gates_that_name(log(1.10), 0.04, &slow_row, true), GATES * 38 / 40, GATES);
}

static void test_below_the_threshold(void **data) {
    (void)data;
    assert_in_range(gates_that_name(log(1.03), 0.02, &slow_row, false), 0, GATES / 40);
}

static void test_the_floor(void **data) {
    (void)data;
    const gate_reference quick_row = {.seconds = 0.5e-6};
    assert_int_equal(gates_that_name(log(1.10), 0.01, &quick_row, false), 0);
    assert_int_equal(gates_that_name(log(1.40), 0.01, &quick_row, true), GATES);
}

/* Both bounds count, in either direction, and neither of them is enough. */
static void test_what_matters(void **data) {
    (void)data;
    assert_true(gate_matters(&rule, log(1.06), 2e-6));    /* 120 ns */
    assert_true(gate_matters(&rule, log(0.94), 2e-6));    /* as many ns, and 6.2% as a logarithm */
    assert_false(gate_matters(&rule, log(1.06), 1.6e-6)); /* 96 ns */
    assert_false(gate_matters(&rule, log(0.94), 1.6e-6));
    assert_false(gate_matters(&rule, log(1.04), 1));
    assert_false(gate_matters(&rule, log(0.96), 1));
}

/* In a row without noise, just what matters is visible: the threshold, or the floor where that is
 * more. */
static void test_visible_without_noise(void **data) {
    (void)data;
    double logs[ROUNDS] = {0};
    const gate_series series = {logs, ROUNDS};
    const struct {
        double seconds, visible;
    } cases[] = {{1, 1.05}, {2e-6, 1.05}, {1e-6, 1.1}, {0.5e-6, 1.2}, {0.1e-6, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gate_reference row = {.seconds = cases[i].seconds};
        const double visible =
            gate_visible(&rule, &series, &row, ROWS, ROUNDS, ROUNDS_AGAIN, 0.95, 20);
        assert_true(fabs(visible - cases[i].visible) < 1e-9);
    }
}

/* Where a baseline is uncertain itself, the accused gets the benefit of it. */
static void test_slack(void **data) {
    (void)data;
    uint64_t state = 3;
    gate_series series = {0};
    fill(&series, ROUNDS, log(2) + log(1.10), 0.01, &state);
    const gate_reference sure = {.seconds = 1, .offset = log(2)};
    const gate_reference unsure = {.seconds = 1, .offset = log(2), .slack = 0.2};
    assert_true(gate_suspects(&rule, &series, &sure));
    assert_false(gate_suspects(&rule, &series, &unsure));
    assert_true(gate_p_faster(&series, &sure) > 0.5);
    gate_series_free(&series);
}

static void test_too_few_rounds(void **data) {
    (void)data;
    double logs[] = {0.5, 0.6, 0.7, 0.8};
    const gate_series series = {logs, 4};
    assert_int_equal(gate_least_rounds(), 5);
    assert_int_equal(gate_least_rounds_again(ROWS), 12);
    assert_false(gate_suspects(&rule, &series, &slow_row));
    assert_true(isinf(gate_visible(&rule, &series, &slow_row, ROWS, 4, 30, 0.95, 20)));
    assert_true(isinf(gate_visible(&rule, &series, &slow_row, ROWS, 18, 11, 0.95, 20)));
}

/* An effect that is called visible must be found at the rate that is promised, and one half way
 * between the threshold and it must not. */
static void test_visible(void **data) {
    (void)data;
    uint64_t state = 5;
    gate_series series = {0};
    fill(&series, 5000, 0, 0.05, &state);
    const double visible =
        gate_visible(&rule, &series, &slow_row, ROWS, ROUNDS, ROUNDS_AGAIN, 0.95, 1000);
    int found = 0, found_less = 0;
    for (int i = 0; i < GATES; i++) {
        gate_series first = {0}, second = {0};
        for (int half = 0; half < 2; half++) {
            const double effect = log(half ? 0.5 * (1.05 + visible) : visible), rows = ROWS;
            fill(&first, ROUNDS, effect, 0.05, &state);
            fill(&second, ROUNDS_AGAIN, effect, 0.05, &state);
            const bool seen =
                gate_suspects(&rule, &first, &slow_row) &&
                gate_confirms(&rule, &second, &slow_row, rows * gate_p_slower(&second, &slow_row));
            *(half ? &found_less : &found) += seen;
        }
        gate_series_free(&first);
        gate_series_free(&second);
    }
    gate_series_free(&series);
    assert_true(visible > 1.05 && visible < 1.15);
    assert_in_range(found, GATES * 92 / 100, GATES * 98 / 100);
    assert_in_range(found_less, 0, GATES * 90 / 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_below_the_threshold),
        cmocka_unit_test(test_the_floor),
        cmocka_unit_test(test_what_matters),
        cmocka_unit_test(test_visible_without_noise),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_too_few_rounds),
        cmocka_unit_test(test_visible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
