/* SPDX-License-Identifier: MIT
 * How many runs a sample of a gate has, on either side. */
#include "gate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- What gate_plan.c asks of the rest of the gate ------------------------------------------ */

bool gate_row_by_cpu(const gate_row *row) {
    return row->sides[BASE].threads == 1 && row->sides[NEW].threads == 1;
}

bool gate_is_due(const gate_row *row, bool again) {
    return !row->left_out && (!again || row->suspect);
}

int gate_due_rows(const gate_state *gate, bool again) {
    int count = 0;
    for (int i = 0; i < gate->row_count; i++)
        count += gate_is_due(&gate->rows[i], again);
    return count;
}

void gate_leave_out(gate_row *row, gate_outcome outcome, const char *format, ...) {
    (void)format;
    row->left_out = true;
    row->outcome = outcome;
}

/* ---- Numbers of runs ------------------------------------------------------------------------ */

enum { DRAWS = 4000 };

static gate_row row_of(const char *base, double base_seconds, const char *new, double new_seconds) {
    return (gate_row){.sides = {[BASE] = {.backend = base, .threads = 1, .seconds = base_seconds},
                                [NEW] = {.backend = new, .threads = 1, .seconds = new_seconds}}};
}

static double mean_of_draws(gate_row row, side_id side, bool *are_alike) {
    gate_state gate = {.sample_seconds = 2.5e-4, .random = 1};
    const double draws = DRAWS;
    double sum = 0;
    *are_alike = true;
    for (int i = 0; i < DRAWS; i++) {
        gate_draw_runs(&gate, &row);
        *are_alike &= row.sides[BASE].runs == row.sides[NEW].runs;
        sum += row.sides[side].runs;
    }
    return sum / draws;
}

/* Each side's own calibration says another number: one below 1.5 runs of 166 us, one above. */
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
    gate_state gate = {.sample_seconds = 2.5e-4};
    gate_row unknown = row_of("naive", 0, "naive", 0), instant = row_of("naive", 1e-30, "naive", 0);
    gate_draw_runs(&gate, &unknown);
    assert_int_equal(unknown.sides[NEW].runs, 1);
    gate_draw_runs(&gate, &instant);
    assert_int_equal(instant.sides[NEW].runs, 100000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides_have_as_many),
        cmocka_unit_test(test_two_backends_have_their_own),
        cmocka_unit_test(test_times_that_are_no_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
