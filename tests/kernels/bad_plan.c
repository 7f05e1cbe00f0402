/* SPDX-License-Identifier: MIT
 *
 * What rnn_plan_create refuses, and that it then names field and value, sets no plan and leaks
 * nothing. The argument is the backend. */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/allocations.h"
#include "tests/support/fixture.h"

static void refused(const fixture *f, rnn_status status, const char *text) {
    rnn_plan *const untouched = (rnn_plan *)&memory;
    rnn_plan *plan = untouched;
    rnn_error error;
    memset(&error, 'x', sizeof error);
    long alive = allocations_alive();
    rnn_status got = fixture_create(f, &plan, &error);
    if (got != status)
        fail_msg("expected \"%s\" with \"%s\", got \"%s\"", rnn_status_text(status), text,
                 rnn_status_text(got));
    assert_error_text(&error, text);
    assert_int_equal(fixture_create(f, &plan, NULL), status);
    assert_ptr_equal(plan, untouched);
    assert_int_equal(allocations_alive(), alive);
}

static void invalid(const fixture *f, const char *text) {
    refused(f, RNN_INVALID_ARGUMENT, text);
}

static void sizes_below_one(void **state) {
    (void)state;
    static const int bad[] = {0, -1, INT_MIN};
    static const char *const text[] = {": 0,", ": -1,", ": -2147483648,"};
    for (int i = 0; i < 3; i++) {
        fixture f;
        fixture_reset(&f);
        f.shape.batch = bad[i];
        invalid(&f, "shape.batch");
        invalid(&f, text[i]);
        fixture_reset(&f);
        f.shape.timesteps = bad[i];
        invalid(&f, "shape.timesteps");
        invalid(&f, text[i]);
        fixture_reset(&f);
        f.layers[0].features = bad[i];
        invalid(&f, "layers[0].features");
        invalid(&f, text[i]);
        fixture_reset(&f);
        f.layers[1].units = bad[i];
        invalid(&f, "layers[1].units");
        invalid(&f, text[i]);
        fixture_reset(&f);
        f.dense.units = bad[i];
        invalid(&f, "dense.units");
        invalid(&f, text[i]);
        fixture_reset(&f);
        f.model.layer_count = bad[i];
        invalid(&f, "model.layer_count");
        invalid(&f, text[i]);
    }
}

static void sizes_that_overflow(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.layers[0].units = INT_MAX;
    invalid(&f, "layers[0].units: 2147483647");
    fixture_reset(&f);
    f.layers[0].units = INT_MAX / 8;
    f.layers[0].features = INT_MAX;
    f.layers[1].features = INT_MAX / 8 * 2;
    f.layers[1].units = INT_MAX / 8;
    f.shape.batch = f.shape.timesteps = INT_MAX;
    invalid(&f, "too large");
    fixture_reset(&f);
    f.dense.units = INT_MAX;
    invalid(&f, "dense.units: 2147483647");
    fixture_reset(&f);
    f.shape.batch = f.shape.timesteps = INT_MAX;
    invalid(&f, "too large");
    fixture_reset(&f);
    f.shape.x = (rnn_strides){.batch = PTRDIFF_MAX / 4, .time = D};
    invalid(&f, "too large for x");
    fixture_reset(&f);
    f.shape.y = (rnn_strides){.batch = HEAD, .time = PTRDIFF_MAX};
    invalid(&f, "too large for y");
    fixture_reset(&f);
    f.model.layer_count = RNN_MAX_LAYERS + 1;
    invalid(&f, "model.layer_count: 65");
}

static void null_pointers(void **state) {
    (void)state;
    fixture f;
    rnn_plan *plan = NULL;
    rnn_error error;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    assert_int_equal(fixture_create(&f, NULL, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "plan: NULL");
    assert_int_equal(rnn_plan_create(&plan, f.backend, NULL, &f.weights, &f.shape, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "model: NULL");
    assert_int_equal(rnn_plan_create(&plan, f.backend, &f.model, NULL, &f.shape, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "weights: NULL");
    assert_int_equal(rnn_plan_create(&plan, f.backend, &f.model, &f.weights, NULL, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "shape: NULL");
    assert_null(plan);
    assert_int_equal(rnn_model_validate(NULL, &error), RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "model: NULL");
    f.model.layers = NULL;
    invalid(&f, "model.layers: NULL");
    rnn_plan_destroy(NULL);
}

static void null_weights(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    f.weights.layers = NULL;
    invalid(&f, "weights.layers: NULL");
    fixture_reset(&f);
    f.layer_weights[1].kernel.data = NULL;
    invalid(&f, "weights.layers[1].kernel: NULL");
    fixture_reset(&f);
    f.layer_weights[2].recurrent_kernel.data = NULL;
    invalid(&f, "weights.layers[2].recurrent_kernel: NULL");
    fixture_reset(&f);
    f.layer_weights[0].bias.data = NULL;
    invalid(&f, "weights.layers[0].bias: NULL");
    fixture_reset(&f);
    f.weights.dense_kernel.data = NULL;
    invalid(&f, "weights.dense_kernel: NULL");
    fixture_reset(&f);
    f.weights.dense_bias.data = NULL;
    invalid(&f, "weights.dense_bias: NULL");
}

static void misaligned_weights(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    f.layer_weights[2].kernel.data = misaligned(fixture_weights);
    invalid(&f, "weights.layers[2].kernel: 0x");
    fixture_reset(&f);
    f.weights.dense_kernel.data = misaligned(fixture_weights);
    invalid(&f, "weights.dense_kernel: 0x");
    fixture_reset(&f);
    f.weights.dense_bias.data = misaligned(fixture_weights);
    invalid(&f, "weights.dense_bias: 0x");
}

/* The array of a fixture with this number. */
static rnn_array *array_at(fixture *f, int which) {
    if (which == 0)
        return &f->weights.dense_kernel;
    if (which == 1)
        return &f->weights.dense_bias;
    rnn_weights *weights = &f->layer_weights[(which - 2) / 3];
    rnn_array *const all[] = {&weights->kernel, &weights->recurrent_kernel, &weights->bias};
    return all[(which - 2) % 3];
}

static void wrong_lengths(void **state) {
    (void)state;
    static const struct {
        size_t right;
        const char *name, *needs;
    } arrays[] = {{M * HEAD, "weights.dense_kernel", "dense needs 12, [6, 2]"},
                  {HEAD, "weights.dense_bias", "dense needs 2, [2]"},
                  {D * 4 * M, "weights.layers[0].kernel", "layers[0] needs 120, [5, 24]"},
                  {M * 4 * M, "weights.layers[0].recurrent_kernel", "layers[0] needs 144, [6, 24]"},
                  {4 * M, "weights.layers[0].bias", "layers[0] needs 24, [24]"},
                  {D * 4 * M, "weights.layers[1].kernel", "layers[0] needs 120, [5, 24]"},
                  {M * 4 * M, "weights.layers[1].recurrent_kernel", "layers[0] needs 144, [6, 24]"},
                  {4 * M, "weights.layers[1].bias", "layers[0] needs 24, [24]"},
                  {2 * M * 4 * M, "weights.layers[2].kernel", "layers[1] needs 288, [12, 24]"},
                  {M * 4 * M, "weights.layers[2].recurrent_kernel", "layers[1] needs 144, [6, 24]"},
                  {4 * M, "weights.layers[2].bias", "layers[1] needs 24, [24]"}};
    fixture f;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    for (int i = 0; i < (int)(sizeof arrays / sizeof *arrays); i++) {
        /* The last row has a length that is right if its bytes are counted in 32 or in 64 bits. */
        const size_t right = arrays[i].right;
        const size_t wrong[] = {
            0, 1, right - 1, right + 1, 2 * right, SIZE_MAX, right + SIZE_MAX / sizeof(float) + 1};
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            char text[64];
            fixture_reset(&f);
            assert_int_equal(array_at(&f, i)->length, right);
            array_at(&f, i)->length = wrong[k];
            snprintf(text, sizeof text, "%s: length %zu, but ", arrays[i].name, wrong[k]);
            invalid(&f, text);
            invalid(&f, arrays[i].needs);
        }
    }
}

/* One bias [3, M] where reset_after has two is refused, and the other way round. */
static void biases_of_the_other_gru(void **state) {
    (void)state;
    for (int reset_after = 0; reset_after <= 1; reset_after++) {
        fixture f;
        fixture_reset(&f);
        f.layers[0] = rnn_layer_defaults(RNN_GRU, D, M);
        f.layers[0].reset_after = reset_after;
        f.model = (rnn_model){.layers = f.layers, .layer_count = 1};
        f.weights.count = 1;
        if (!fixture_is_supported(&f))
            continue;
        f.layer_weights[0] =
            (rnn_weights){.kernel = {fixture_weights, D * 3 * M},
                          .recurrent_kernel = {fixture_weights, M * 3 * M},
                          .bias = {fixture_weights, reset_after ? 3 * M : 2 * 3 * M}};
        invalid(&f, reset_after
                        ? "weights.layers[0].bias: length 18, but layers[0] needs 36, [2, 18]"
                        : "weights.layers[0].bias: length 36, but layers[0] needs 18, [18]");
    }
}

/* An input of one feature has a matrix, though one of a single row. */
static void length_of_one_row(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    f.layers[0].features = 1;
    invalid(&f, "weights.layers[0].kernel: length 120, but layers[0] needs 24, [1, 24]");
}

static void wrong_counts(void **state) {
    (void)state;
    static const int bad[] = {0, 2, 4, -1, INT_MAX};
    fixture f;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    for (int i = 0; i < 5; i++) {
        f.weights.count = bad[i];
        invalid(&f, "weights.count: ");
    }
}

static void options_of_another_cell(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.layers[1].reset_after = true;
    invalid(&f, "layers[1].reset_after: true for lstm");
    f.layers[1].cell = RNN_SIMPLE;
    invalid(&f, "layers[1].reset_after: true for simple_rnn");
    for (int merge = RNN_SUM; merge < RNN_MERGE_COUNT; merge++) {
        fixture_reset(&f);
        f.layers[1].merge = (rnn_merge)merge;
        invalid(&f, "layers[1].merge: ");
        invalid(&f, rnn_merge_name((rnn_merge)merge));
    }
}

static void options_beyond_keras(void **state) {
    (void)state;
    static const float bad_clips[] = {-1, -INFINITY, INFINITY, NAN};
    fixture f;
#define REFUSED(change, text)                                                                      \
    do {                                                                                           \
        fixture_reset(&f);                                                                         \
        change;                                                                                    \
        invalid(&f, text);                                                                         \
    } while (0)
    REFUSED((f.layers[0].cell = RNN_GRU, f.layers[0].peepholes = true),
            "layers[0].peepholes: true for gru, only LSTM has it");
    REFUSED((f.layers[0].cell = RNN_GRU, f.layers[0].coupling = RNN_COUPLING_INPUT),
            "layers[0].coupling: input for gru");
    REFUSED((f.layers[0].cell = RNN_GRU, f.layers[0].projection = 2),
            "layers[0].projection: 2 for gru");
    REFUSED((f.layers[0].cell = RNN_GRU, f.layers[0].cell_clip = 2),
            "layers[0].cell_clip: 2 for gru");
    REFUSED((f.layers[0].cell = RNN_GRU, f.layers[0].projection_clip = 2),
            "layers[0].projection_clip: 2 for gru");
    REFUSED(f.layers[1].attention = true, "layers[1].attention: true for lstm, only GRU has it");
    REFUSED(f.layers[1].coupling = RNN_COUPLING_COUNT, "layers[1].coupling: 3");
    REFUSED(f.layers[1].projection = -1, "layers[1].projection: -1, must be 1 to units");
    REFUSED(f.layers[1].projection = f.layers[1].units + 1, "layers[1].projection: ");
    REFUSED(f.layers[1].projection_clip = 2, "layers[1].projection_clip: 2, but there is no");
    for (int i = 0; i < 4; i++) {
        REFUSED(f.layers[0].gate_clip = bad_clips[i], "layers[0].gate_clip: ");
        REFUSED(f.layers[1].cell_clip = bad_clips[i], "layers[1].cell_clip: ");
        REFUSED((f.layers[1].projection = 1, f.layers[1].projection_clip = bad_clips[i]),
                "layers[1].projection_clip: ");
    }
#undef REFUSED
}

static void unknown_enumerators(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.layers[0].cell = RNN_CELL_COUNT;
    invalid(&f, "layers[0].cell: 3");
    fixture_reset(&f);
    f.layers[0].cell = (rnn_cell)-1;
    invalid(&f, "layers[0].cell: -1");
    fixture_reset(&f);
    f.layers[1].activation = RNN_ACTIVATION_COUNT;
    invalid(&f, "layers[1].activation: 13");
    fixture_reset(&f);
    f.layers[1].recurrent_activation = (rnn_activation)99;
    invalid(&f, "layers[1].recurrent_activation: 99");
    fixture_reset(&f);
    f.layers[0].direction = RNN_DIRECTION_COUNT;
    invalid(&f, "layers[0].direction: 3");
    fixture_reset(&f);
    f.layers[0].merge = RNN_MERGE_COUNT;
    invalid(&f, "layers[0].merge: 5");
    fixture_reset(&f);
    f.dense.activation = (rnn_activation)-2;
    invalid(&f, "dense.activation: -2");
}

static void chains_that_do_not_fit(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.layers[0].return_sequences = false;
    invalid(&f, "layers[0].return_sequences: false");
    fixture_reset(&f);
    f.layers[1].features = M;
    invalid(&f, "layers[1].features: 6, but the layer below puts out 12");
    fixture_reset(&f);
    f.layers[0].merge = RNN_NONE;
    invalid(&f, "layers[0].merge: none below another layer");
    fixture_reset(&f);
    f.layers[0].merge = RNN_NONE;
    f.model.layer_count = 1;
    f.weights.count = 2;
    invalid(&f, "layers[0].merge: none below a Dense head");
}

static void strides(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.shape.x = (rnn_strides){.batch = -1, .time = D};
    invalid(&f, "shape.x: strides -1, 5");
    fixture_reset(&f);
    f.shape.y = (rnn_strides){.batch = T * HEAD, .time = -HEAD};
    invalid(&f, "shape.y: strides 8, -2");
    fixture_reset(&f);
    f.shape.y = (rnn_strides){.batch = T * HEAD, .time = HEAD - 1};
    invalid(&f, "shape.y: strides 8, 1 let rows of 2 floats overlap");
    fixture_reset(&f);
    f.shape.y = (rnn_strides){.batch = (T - 1) * HEAD, .time = HEAD};
    invalid(&f, "shape.y: strides 6, 2 let rows of 2 floats overlap");
    fixture_reset(&f);
    f.shape.y = (rnn_strides){.batch = HEAD, .time = 0};
    invalid(&f, "shape.y: strides 2, 0 let rows of 2 floats overlap");
}

static void unknown_backends(void **state) {
    (void)state;
    char long_name[1000];
    memset(long_name, 'b', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    fixture f;
    fixture_reset(&f);
    f.backend = "fastest";
    invalid(&f, "backend: \"fastest\"");
    f.backend = "";
    invalid(&f, "backend: \"\"");
    f.backend = "two\nlines";
    invalid(&f, "backend: \"two");
    f.backend = long_name;
    invalid(&f, "backend: \"bbb");
    f.backend = NULL;
    invalid(&f, "backend: NULL");
    rnn_backend_info info;
    assert_int_equal(rnn_backend_get(-1, &info), RNN_INVALID_ARGUMENT);
    assert_int_equal(rnn_backend_get(rnn_backend_count(), &info), RNN_INVALID_ARGUMENT);
    assert_int_equal(rnn_backend_get(0, NULL), RNN_INVALID_ARGUMENT);
}

static void thread_counts(void **state) {
    (void)state;
    fixture f;
    fixture_reset(&f);
    f.threads = -1;
    invalid(&f, "options.threads: -1, must be 0 to 1024");
    f.threads = INT_MIN;
    invalid(&f, "options.threads: -2147483648");
    f.threads = RNN_MAX_THREADS + 1;
    invalid(&f, "options.threads: 1025");
    f.threads = 2;
    if (!fixture_backend.threaded)
        refused(&f, RNN_UNSUPPORTED, "options.threads: 2");
}

/* Without options, and with options that leave the threads out, a plan is for one thread. */
static void threads_not_given(void **state) {
    (void)state;
    static const rnn_plan_options one = {.threads = 1}, unset = {.threads = 0};
    static const rnn_plan_options *const same[] = {&one, NULL, &unset};
    fixture f;
    fixture_reset(&f);
    if (!fixture_is_supported(&f))
        skip();
    rnn_plan *plans[3];
    for (int i = 0; i < 3; i++) {
        rnn_error error = {""};
        assert_int_equal(rnn_backend_supports(f.backend, &f.model, &f.shape, same[i], &error),
                         RNN_OK);
        if (rnn_plan_create(&plans[i], f.backend, &f.model, &f.weights, &f.shape, same[i],
                            &error) != RNN_OK)
            fail_msg("%s", error.text);
        assert_string_equal(rnn_plan_implementation(plans[i]), rnn_plan_implementation(plans[0]));
        assert_int_equal(rnn_plan_scratch_size(plans[i]), rnn_plan_scratch_size(plans[0]));
    }
    for (int i = 0; i < 3; i++)
        rnn_plan_destroy(plans[i]);
}

/* rnn_backend_supports and rnn_plan_create must give the same answer. */
static void supports_agrees(void **state) {
    (void)state;
    fixture f;
    rnn_error error;
    fixture_reset(&f);
    f.shape.batch = 0;
    assert_int_equal(rnn_backend_supports(f.backend, &f.model, &f.shape, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "shape.batch: 0");
    fixture_reset(&f);
    assert_int_equal(rnn_backend_supports(f.backend, &f.model, &f.shape,
                                          &(rnn_plan_options){.threads = -1}, &error),
                     RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "options.threads: -1");
    assert_int_equal(rnn_backend_supports(f.backend, NULL, &f.shape, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_int_equal(rnn_backend_supports(f.backend, &f.model, NULL, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_int_equal(rnn_backend_supports("fastest", &f.model, &f.shape, NULL, &error),
                     RNN_INVALID_ARGUMENT);
    assert_error_text(&error, "backend: \"fastest\"");
}

int main(int argc, char **argv) {
    fixture_use_backend(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_below_one),
        cmocka_unit_test(sizes_that_overflow),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(null_weights),
        cmocka_unit_test(misaligned_weights),
        cmocka_unit_test(wrong_lengths),
        cmocka_unit_test(biases_of_the_other_gru),
        cmocka_unit_test(length_of_one_row),
        cmocka_unit_test(wrong_counts),
        cmocka_unit_test(options_of_another_cell),
        cmocka_unit_test(options_beyond_keras),
        cmocka_unit_test(unknown_enumerators),
        cmocka_unit_test(chains_that_do_not_fit),
        cmocka_unit_test(strides),
        cmocka_unit_test(unknown_backends),
        cmocka_unit_test(thread_counts),
        cmocka_unit_test(threads_not_given),
        cmocka_unit_test(supports_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
