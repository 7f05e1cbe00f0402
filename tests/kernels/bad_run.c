/* SPDX-License-Identifier: MIT
 *
 * What rnn_plan_run refuses, and that it then names field and value and writes nothing. The
 * argument is the backend. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/allocations.h"
#include "tests/support/fixture.h"

/* Runs the fixture; `scratch_offset` misaligns the scratch, NULL_SCRATCH leaves it out. */
enum { NULL_SCRATCH = -1 };
static rnn_status run_once(const fixture *f, int scratch_offset, rnn_error *error) {
    rnn_plan *plan;
    assert_int_equal(fixture_create(f, &plan, error), RNN_OK);
    size_t size = rnn_plan_scratch_size(plan);
    assert_true(size > 0 && size % RNN_ALIGNMENT == 0);
    char *scratch = test_alloc(size + RNN_ALIGNMENT);
    rnn_status status = rnn_plan_run(
        plan, &f->io, scratch_offset == NULL_SCRATCH ? NULL : scratch + scratch_offset, error);
    free(scratch);
    rnn_plan_destroy(plan);
    return status;
}

static void run_refused_with_scratch(const fixture *f, int scratch_offset, const char *text) {
    rnn_error error;
    if (!fixture_is_supported(f))
        return;
    long alive = allocations_alive();
    memset(memory.y, 0x55, sizeof memory.y);
    memset(memory.final, 0x55, sizeof memory.final);
    static unsigned char before[sizeof memory];
    memcpy(before, &memory, sizeof memory);
    rnn_status status = run_once(f, scratch_offset, &error);
    if (status != RNN_INVALID_ARGUMENT)
        fail_msg("expected a refusal with \"%s\", got \"%s\"", text, rnn_status_text(status));
    assert_error_text(&error, text);
    assert_memory_equal(before, &memory, sizeof memory);
    assert_int_equal(allocations_alive(), alive);
}

static void run_refused(const fixture *f, const char *text) {
    run_refused_with_scratch(f, 0, text);
}

static void run_accepted(const fixture *f) {
    rnn_error error = {""};
    if (!fixture_is_supported(f))
        return;
    rnn_status status = run_once(f, 0, &error);
    if (status != RNN_OK)
        fail_msg("refused: %s", error.text);
}

static void the_fixtures_run(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    run_accepted(&f);
    fixture_reset_two_outputs(&f);
    run_accepted(&f);
    fixture_reset_masked(&f);
    run_accepted(&f);
}

static void run_null_pointers(void **state) {
    (void)state;
    fixture f;
    rnn_error error;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    assert_int_equal(rnn_plan_run(NULL, &f.io, &memory, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "plan: NULL");
    rnn_plan *plan;
    assert_int_equal(fixture_create(&f, &plan, &error), RNN_OK);
    assert_int_equal(rnn_plan_run(plan, NULL, &memory, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "io: NULL");
    rnn_plan_destroy(plan);
    run_refused_with_scratch(&f, NULL_SCRATCH, "scratch: ");
    f.io.x = NULL;
    run_refused(&f, "io.x: NULL");
    fixture_reset(&f);
    f.io.y = NULL;
    run_refused(&f, "io.y: NULL");
}

static void second_output(void **state) {
    (void)state;
    fixture f;
    fixture_reset_two_outputs(&f);
    f.io.y_backward = NULL;
    run_refused(&f, "io.y_backward: NULL");
    fixture_reset(&f);
    f.io.y_backward = memory.y_backward;
    run_refused(&f, "io.y_backward: given");
}

static void misaligned_buffers(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    run_refused_with_scratch(&f, RNN_ALIGNMENT / 2, "scratch: 0x");
    run_refused_with_scratch(&f, 1, "scratch: 0x");
    f.io.x = misaligned(memory.x);
    run_refused(&f, "io.x: 0x");
    fixture_reset(&f);
    f.io.y = (float *)(void *)((char *)memory.y + 2);
    run_refused(&f, "io.y: 0x");
    fixture_reset(&f);
    f.initial_states[3] = misaligned(memory.initial[3]);
    run_refused(&f, "io.initial_states");
    fixture_reset(&f);
    f.final_states[5] = (float *)(void *)((char *)memory.final[5] + 3);
    run_refused(&f, "io.final_states");
    fixture_reset_masked(&f);
    f.io.lengths = (const int32_t *)(const void *)((const char *)memory.lengths + 1);
    run_refused(&f, "io.lengths: 0x");
}

static void lengths_out_of_range(void **state) {
    (void)state;
    fixture f;
    fixture_reset_masked(&f);
    memory.lengths[1] = T + 1;
    run_refused(&f, "io.lengths[1]: 5, must be 0 to 4");
    memory.lengths[1] = -1;
    run_refused(&f, "io.lengths[1]: -1");
    memory.lengths[1] = INT32_MIN;
    run_refused(&f, "io.lengths[1]: -2147483648");
    memory.lengths[1] = T;
    memory.lengths[2] = INT32_MAX;
    run_refused(&f, "io.lengths[2]: 2147483647");
}

static void attention_that_is_none(void **state) {
    (void)state;
    fixture f;
    fixture_reset_attention(&f);
    if (!fixture_is_supported(&f))
        skip();
    f.io.attention = NULL;
    run_refused(&f, "io.attention: NULL");
    fixture_reset_attention(&f);
    f.io.attention = (const float *)(const void *)((const char *)memory.attention + 1);
    run_refused(&f, "io.attention: ");
    fixture_reset_attention(&f);
    memory.attention[1 * T + 2] = NAN;
    run_refused(&f, "io.attention: NaN at n 1, t 2");
    fixture_reset_attention(&f);
    f.io.y = memory.attention;
    run_refused(&f, "io.y: overlaps io.attention");
}

static void masking_without_a_masked_plan(void **state) {
    (void)state;
    fixture f;
    fixture_reset_masked(&f);
    f.shape.masked = false;
    run_refused(&f, "io.lengths: given");
    f.io.lengths = NULL;
    run_refused(&f, "io.mask: given");
}

static void outputs_over_inputs(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.io.y = memory.x;
    run_refused(&f, "io.y: overlaps io.x");
    fixture_reset(&f);
    f.io.y = memory.x + X_FLOATS - 1;
    run_refused(&f, "io.y: overlaps io.x");
    fixture_reset(&f);
    f.io.y = memory.initial[5] + STATE_FLOATS - 1;
    f.initial_states[5] = memory.initial[5];
    run_refused(&f, "io.y: overlaps io.initial_states");
    fixture_reset(&f);
    f.final_states[0] = memory.x;
    run_refused(&f, "io.final_states[0]: overlaps io.x");
    fixture_reset_masked(&f);
    f.final_states[2] = (float *)(void *)memory.lengths;
    run_refused(&f, "io.final_states[2]: overlaps io.lengths");
    fixture_reset_masked(&f);
    f.io.y = (float *)(void *)memory.mask;
    run_refused(&f, "io.y: overlaps io.mask");
}

static void outputs_over_outputs(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.final_states[4] = memory.y;
    run_refused(&f, "io.final_states[4]: overlaps io.y");
    fixture_reset(&f);
    f.final_states[4] = memory.final[1] + 1;
    run_refused(&f, "io.final_states[4]: overlaps io.final_states[1]");
    fixture_reset_two_outputs(&f);
    f.io.y_backward = memory.y;
    run_refused(&f, "io.y_backward: overlaps io.y");
    fixture_reset_two_outputs(&f);
    f.io.y_backward = memory.y + M;
    run_refused(&f, "io.y_backward: overlaps io.y");
}

static void final_states_over_initial_ones(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.final_states[1] = memory.initial[0];
    run_refused(&f, "io.final_states[1]: overlaps io.initial_states[0]");
    fixture_reset(&f);
    f.final_states[0] = memory.initial[0] + 1;
    run_refused(&f, "io.final_states[0]: overlaps io.initial_states[0]");
    fixture_reset(&f);
    for (int i = 0; i < STATES; i++) /* carried state is allowed */
        f.final_states[i] = memory.initial[i];
    run_accepted(&f);
}

/* Everything that a run touches is placed so that its first float is the scratch's last one. */
static void anything_over_scratch(void **state) {
    (void)state;
    fixture f;
    rnn_plan *plan;
    rnn_error error;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    assert_int_equal(fixture_create(&f, &plan, &error), RNN_OK);
    float *scratch = test_alloc(rnn_plan_scratch_size(plan) + sizeof memory.y);
    float *end = (float *)(void *)((char *)scratch + rnn_plan_scratch_size(plan));
    memset(end, 0, sizeof memory.y);
    f.io.y = end - 1;
    assert_int_equal(rnn_plan_run(plan, &f.io, scratch, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "io.y: overlaps scratch");
    f.io.y = end;
    assert_int_equal(rnn_plan_run(plan, &f.io, scratch, &error), RNN_OK);
    fixture_reset(&f);
    f.io.x = end - 1;
    assert_int_equal(rnn_plan_run(plan, &f.io, scratch, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "scratch: overlaps io.x");
    f.io.x = end;
    assert_int_equal(rnn_plan_run(plan, &f.io, scratch, &error), RNN_OK);
    fixture_reset(&f);
    f.initial_states[3] = end - 1;
    assert_int_equal(rnn_plan_run(plan, &f.io, scratch, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "scratch: overlaps io.initial_states[3]");
    free(scratch);
    rnn_plan_destroy(plan);
}

/* The two outputs of RNN_NONE may be the halves of one array. */
static void interleaved_outputs(void **state) {
    (void)state;
    fixture f;
    fixture_reset_two_outputs(&f);
    f.shape.y = (rnn_strides){.batch = T * 2 * M, .time = 2 * M};
    f.io.y_backward = memory.y + M;
    run_accepted(&f);
    f.io.y_backward = memory.y + M - 1;
    run_refused(&f, "io.y_backward: overlaps io.y");

    /* The stride of a dimension of one entry means nothing. */
    fixture_reset_two_outputs(&f);
    f.layers[0].return_sequences = false;
    f.shape.y = (rnn_strides){.batch = 2 * M, .time = -1};
    f.io.y_backward = memory.y + M;
    run_accepted(&f);
    fixture_reset_two_outputs(&f);
    f.shape.batch = 1;
    f.shape.y = (rnn_strides){.batch = -1, .time = 2 * M};
    f.io.y_backward = memory.y + M;
    run_accepted(&f);
}

static void more_threads_than_cores(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.threads = 67;
    if (!fixture_backend.threaded || !fixture_is_supported(&f))
        skip();
    run_accepted(&f);
}

int main(int argc, char **argv) {
    fixture_use_backend(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixtures_run),
        cmocka_unit_test(run_null_pointers),
        cmocka_unit_test(second_output),
        cmocka_unit_test(misaligned_buffers),
        cmocka_unit_test(lengths_out_of_range),
        cmocka_unit_test(attention_that_is_none),
        cmocka_unit_test(masking_without_a_masked_plan),
        cmocka_unit_test(outputs_over_inputs),
        cmocka_unit_test(outputs_over_outputs),
        cmocka_unit_test(final_states_over_initial_ones),
        cmocka_unit_test(anything_over_scratch),
        cmocka_unit_test(interleaved_outputs),
        cmocka_unit_test(more_threads_than_cores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
