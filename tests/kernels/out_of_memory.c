/* SPDX-License-Identifier: MIT
 *
 * That running out of memory is an error like any other. The argument is the backend. */
#include "tests/support/allocations.h"
#include "tests/support/fixture.h"

#include <string.h>

/* How much a library loses by itself. libxsmm is linked in, so its allocations count and fail too,
 * and it forgets the first of two where the second fails. */
static long lost_by_library(void) {
    return strcmp(fixture_backend.name, "libxsmm") == 0;
}

/* Makes every allocation of a plan fail once. */
static void each_allocation_fails(const fixture *f) {
    rnn_status status = RNN_OUT_OF_MEMORY;
    int failures = 0;
    for (long i = 0; status != RNN_OK; i++) {
        rnn_plan *plan = NULL;
        rnn_error error = {""};
        long alive = allocations_alive();
        allocations_fail_after(i);
        status = fixture_create(f, &plan, &error);
        allocations_fail_after(-1);
        failures += status != RNN_OK;
        if (status != RNN_OK) {
            assert_int_equal(status, RNN_OUT_OF_MEMORY);
            assert_error_text(&error, "out of memory");
            assert_null(plan);
        }
        rnn_plan_destroy(plan);
        assert_in_range(allocations_alive(), alive, alive + lost_by_library());
    }
    assert_true(failures >= 3); /* the plan, its layers and the backend's state */
}

static void out_of_memory(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    if (fixture_is_supported(&f))
        each_allocation_fails(&f);
    fixture_reset_two_outputs(&f);
    if (fixture_is_supported(&f))
        each_allocation_fails(&f);
    f.layers[0] = rnn_layer_defaults(RNN_GRU, D, M);
    if (!fixture_is_supported(&f))
        f.layers[0].reset_after = false;
    assert_true(fixture_is_supported(&f));
    fixture_fit_weights(&f);
    each_allocation_fails(&f);
}

/* These weights are valid, but no machine has so much memory. The arrays given are small and must
 * not be read beyond their ends. */
static void weights_beyond_memory(void **state) {
    (void)state;
    fixture f;
    rnn_plan *plan = NULL;
    rnn_error error;
    fixture_reset(&f);
    f.layers[0] = rnn_layer_defaults(RNN_LSTM, 1 << 20, 1 << 20);
    f.model.layer_count = 1;
    f.model.dense = NULL;
    fixture_fit_weights(&f);
    f.shape.batch = f.shape.timesteps = 1;
    allocations_limit((size_t)1 << 20);
    if (fixture_is_supported(&f))
        assert_int_equal(fixture_create(&f, &plan, &error), RNN_OUT_OF_MEMORY);
    allocations_limit(0);
}

int main(int argc, char **argv) {
    fixture_use_backend(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(weights_beyond_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
