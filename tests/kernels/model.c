/* SPDX-License-Identifier: MIT
 * What follows from a model's description: parameter and state counts, widths, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/rnn.h"
#include "tests/support/weights.h"

/* ---- Parameter counts, as Keras' summary prints them -------------------------------------- */

static void lstm_parameters(void **state) {
    (void)state;
    rnn_layer layer = rnn_layer_defaults(RNN_LSTM, 3, 2);
    assert_int_equal(rnn_layer_parameter_count(&layer), 48);
    layer.direction = RNN_BIDIRECTIONAL;
    assert_int_equal(rnn_layer_parameter_count(&layer), 96);
    layer.use_bias = false;
    assert_int_equal(rnn_layer_parameter_count(&layer), 80);
}

static void parameters_beyond_keras(void **state) {
    (void)state;
    rnn_layer layer = rnn_layer_defaults(RNN_LSTM, 3, 4);
    layer.peepholes = true;
    assert_int_equal(rnn_layer_parameter_count(&layer), (3 + 4 + 1) * 16 + 12);
    layer.projection = 2; /* U is [2, 16], W_p [4, 2] */
    assert_int_equal(rnn_layer_parameter_count(&layer), (3 + 2 + 1) * 16 + 12 + 8);
    assert_int_equal(rnn_layer_state_width(&layer, 0), 2);
    assert_int_equal(rnn_layer_state_width(&layer, 1), 4);
    assert_int_equal(rnn_layer_output_width(&layer), 2);
    layer.direction = RNN_BIDIRECTIONAL;
    assert_int_equal(rnn_layer_output_width(&layer), 4);
    assert_int_equal(rnn_layer_parameter_count(&layer), 2 * ((3 + 2 + 1) * 16 + 12 + 8));
}

static void gru_parameters(void **state) {
    (void)state;
    rnn_layer layer = rnn_layer_defaults(RNN_GRU, 3, 2);
    assert_true(layer.reset_after);
    assert_int_equal(rnn_layer_parameter_count(&layer), 42);
    layer.reset_after = false;
    assert_int_equal(rnn_layer_parameter_count(&layer), 36);
    layer.use_bias = false;
    assert_int_equal(rnn_layer_parameter_count(&layer), 30);
}

static void stacked_parameters(void **state) {
    (void)state;
    rnn_layer layers[3] = {rnn_layer_defaults(RNN_SIMPLE, 4, 2),
                           rnn_layer_defaults(RNN_SIMPLE, 2, 2),
                           rnn_layer_defaults(RNN_SIMPLE, 2, 2)};
    layers[0].return_sequences = layers[1].return_sequences = true;
    rnn_model model = {.layers = layers, .layer_count = 3};
    assert_int_equal(rnn_model_validate(&model, NULL), RNN_OK);
    assert_int_equal(rnn_layer_parameter_count(&layers[0]), 14);
    assert_int_equal(rnn_layer_parameter_count(&layers[1]), 10);
    assert_int_equal(rnn_model_parameter_count(&model), 14 + 10 + 10);
}

static void dense_parameters(void **state) {
    (void)state;
    rnn_layer layer = rnn_layer_defaults(RNN_SIMPLE, 3, 5);
    rnn_dense dense = {.units = 2, .activation = RNN_LINEAR, .use_bias = true};
    rnn_model model = {.layers = &layer, .layer_count = 1, .dense = &dense};
    assert_int_equal(rnn_layer_parameter_count(&layer), 45);
    assert_int_equal(rnn_dense_parameter_count(&dense, 5), 12);
    assert_int_equal(rnn_model_parameter_count(&model), 57);
    dense.use_bias = false;
    assert_int_equal(rnn_dense_parameter_count(&dense, 5), 10);
    layer.direction = RNN_BIDIRECTIONAL; /* the head then sees 10 features */
    assert_int_equal(rnn_model_parameter_count(&model), 2 * 45 + 20);
}

static void parameters_do_not_wrap_at_32_bits(void **state) {
    (void)state;
    rnn_layer layer = rnn_layer_defaults(RNN_LSTM, 100000, 100000);
    assert_true(rnn_layer_parameter_count(&layer) == (size_t)200001 * 400000);
}

/* ---- Widths and states -------------------------------------------------------------------- */

static void output_widths(void **state) {
    (void)state;
    static const int width_of_merge[RNN_MERGE_COUNT] = {
        [RNN_CONCAT] = 14, [RNN_SUM] = 7, [RNN_MUL] = 7, [RNN_AVE] = 7, [RNN_NONE] = 7};
    rnn_layer layer = rnn_layer_defaults(RNN_GRU, 3, 7);
    rnn_model model = {.layers = &layer, .layer_count = 1};
    assert_int_equal(rnn_model_output_width(&model), 7);
    assert_int_equal(rnn_layer_directions(&layer), 1);
    assert_int_equal(rnn_layer_direction_width(&layer), 7);
    assert_int_equal(rnn_layer_state_width(&layer, 0), 7);
    assert_false(rnn_model_returns_sequences(&model));
    layer.direction = RNN_BIDIRECTIONAL;
    assert_int_equal(rnn_layer_directions(&layer), 2);
    for (int merge = 0; merge < RNN_MERGE_COUNT; merge++) {
        layer.merge = (rnn_merge)merge;
        assert_int_equal(rnn_layer_output_width(&layer), width_of_merge[merge]);
        assert_int_equal(rnn_layer_direction_width(&layer), 7);
    }
    layer.merge = RNN_SUM;
    layer.return_sequences = true;
    rnn_dense dense = {.units = 3};
    model.dense = &dense;
    assert_int_equal(rnn_model_output_width(&model), 3);
    assert_true(rnn_model_returns_sequences(&model));
}

static void states_layer_by_layer(void **state) {
    (void)state;
    rnn_layer layers[3] = {rnn_layer_defaults(RNN_LSTM, 4, 3), rnn_layer_defaults(RNN_GRU, 6, 5),
                           rnn_layer_defaults(RNN_SIMPLE, 5, 2)};
    layers[0].direction = RNN_BIDIRECTIONAL;
    layers[0].return_sequences = layers[1].return_sequences = true;
    rnn_model model = {.layers = layers, .layer_count = 3};
    /* Forward h and c, backward h and c, and then h twice. */
    static const int widths[] = {3, 3, 3, 3, 5, 2};
    assert_int_equal(rnn_model_validate(&model, NULL), RNN_OK);
    assert_int_equal(rnn_model_state_count(&model), 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(rnn_model_state_width(&model, i), widths[i]);
}

static void gates_and_states_of_cells(void **state) {
    (void)state;
    assert_int_equal(rnn_cell_gates(RNN_SIMPLE), 1);
    assert_int_equal(rnn_cell_gates(RNN_LSTM), 4);
    assert_int_equal(rnn_cell_gates(RNN_GRU), 3);
    assert_int_equal(rnn_cell_states(RNN_SIMPLE), 1);
    assert_int_equal(rnn_cell_states(RNN_LSTM), 2);
    assert_int_equal(rnn_cell_states(RNN_GRU), 1);
}

static void defaults_are_those_of_keras(void **state) {
    (void)state;
    for (int cell = 0; cell < RNN_CELL_COUNT; cell++) {
        rnn_layer layer = rnn_layer_defaults((rnn_cell)cell, 3, 2);
        rnn_model model = {.layers = &layer, .layer_count = 1};
        assert_int_equal(rnn_model_validate(&model, NULL), RNN_OK);
        assert_int_equal(layer.activation, RNN_TANH);
        assert_int_equal(layer.recurrent_activation, RNN_SIGMOID);
        assert_int_equal(layer.direction, RNN_FORWARD);
        assert_int_equal(layer.merge, RNN_CONCAT);
        assert_int_equal(layer.reset_after, cell == RNN_GRU);
        assert_true(layer.use_bias);
        assert_false(layer.return_sequences);
        assert_false(layer.zero_output_for_mask);
    }
}

/* ---- Names -------------------------------------------------------------------------------- */

#define ASSERT_ROUND_TRIP(kind, COUNT)                                                             \
    for (int value = 0; value < COUNT; value++) {                                                  \
        rnn_##kind parsed = (rnn_##kind)COUNT;                                                     \
        const char *name = rnn_##kind##_name((rnn_##kind)value);                                   \
        assert_string_not_equal(name, "?");                                                        \
        assert_true(rnn_##kind##_parse(name, &parsed));                                            \
        assert_int_equal(parsed, value);                                                           \
    }

static void names_round_trip(void **state) {
    (void)state;
    ASSERT_ROUND_TRIP(cell, RNN_CELL_COUNT)
    ASSERT_ROUND_TRIP(activation, RNN_ACTIVATION_COUNT)
    ASSERT_ROUND_TRIP(direction, RNN_DIRECTION_COUNT)
    ASSERT_ROUND_TRIP(merge, RNN_MERGE_COUNT)
    assert_string_equal(rnn_cell_name(RNN_SIMPLE), "simple_rnn");
    assert_string_equal(rnn_activation_name(RNN_HARD_SIGMOID_KERAS2), "hard_sigmoid_keras2");
    assert_string_equal(rnn_activation_name(RNN_EXPONENTIAL), "exponential");
    assert_string_equal(rnn_direction_name(RNN_BIDIRECTIONAL), "bidirectional");
    assert_string_equal(rnn_coupling_name(RNN_COUPLING_FORGET), "forget");
    assert_string_equal(rnn_merge_name(RNN_AVE), "ave");
}

static void unknown_names(void **state) {
    (void)state;
    rnn_cell cell = RNN_GRU;
    rnn_activation activation = RNN_SELU;
    assert_false(rnn_cell_parse("LSTM", &cell));
    assert_false(rnn_cell_parse("", &cell));
    assert_false(rnn_cell_parse(NULL, &cell));
    assert_false(rnn_activation_parse("tanh ", &activation));
    assert_int_equal(cell, RNN_GRU);
    assert_int_equal(activation, RNN_SELU);
    assert_string_equal(rnn_cell_name(RNN_CELL_COUNT), "?");
    assert_string_equal(rnn_merge_name((rnn_merge)-1), "?");
}

static void status_texts(void **state) {
    (void)state;
    for (int a = RNN_OK; a <= RNN_BACKEND_FAILED; a++)
        for (int b = RNN_OK; b < a; b++)
            assert_string_not_equal(rnn_status_text((rnn_status)a), rnn_status_text((rnn_status)b));
    assert_non_null(rnn_status_text((rnn_status)99));
}

/* ---- The list of backends ----------------------------------------------------------------- */

static void backends_have_names_and_reasons(void **state) {
    (void)state;
    assert_true(rnn_backend_count() >= 1);
    for (int i = 0; i < rnn_backend_count(); i++) {
        rnn_backend_info info, earlier;
        assert_int_equal(rnn_backend_get(i, &info), RNN_OK);
        assert_true(strlen(info.name) > 0 && strlen(info.summary) > 0);
        assert_int_equal(info.available, info.reason[0] == '\0');
        for (int j = 0; j < i; j++) {
            assert_int_equal(rnn_backend_get(j, &earlier), RNN_OK);
            assert_string_not_equal(info.name, earlier.name);
        }
    }
}

static void naive_is_always_there(void **state) {
    (void)state;
    rnn_backend_info info;
    assert_int_equal(rnn_backend_get(0, &info), RNN_OK);
    assert_string_equal(info.name, "naive");
    assert_true(info.available);
    assert_false(info.threaded);
}

/* ---- Scratch ------------------------------------------------------------------------------ */

static size_t scratch_of(const char *backend, int batch, int threads) {
    static const float zeros[4 * 3 * 9];
    rnn_layer layer = rnn_layer_defaults(RNN_LSTM, 3, 3);
    rnn_model model = {.layers = &layer, .layer_count = 1};
    rnn_weights weights = weights_of(&layer, zeros, zeros, zeros);
    rnn_model_weights all = {.layers = &weights, .count = 1};
    rnn_shape shape = {.batch = batch, .timesteps = 150};
    rnn_plan *plan;
    assert_int_equal(rnn_plan_create(&plan, backend, &model, &all, &shape,
                                     &(rnn_plan_options){.threads = threads}, NULL),
                     RNN_OK);
    size_t size = rnn_plan_scratch_size(plan);
    assert_int_equal(size % RNN_ALIGNMENT, 0);
    rnn_plan_destroy(plan);
    return size;
}

static bool is_available(const char *backend) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, backend) == 0)
            return info.available;
    return false;
}

/* Slices of the batch must not share scratch, whichever of them needs the most. */
static void openmp_slices_have_their_own_scratch(void **state) {
    (void)state;
    if (!is_available("openmp_batch"))
        skip();
    for (int threads = 1; threads <= 5; threads++)
        for (int batch = threads; batch <= 70; batch++) {
            size_t all = scratch_of("openmp_batch", batch, threads);
            size_t small = scratch_of(rnn_isa_name(), batch / threads, 1);
            size_t large = scratch_of(rnn_isa_name(), (batch + threads - 1) / threads, 1);
            assert_true(all >= (size_t)threads * small);
            assert_true(all >= (size_t)threads * large);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lstm_parameters),
        cmocka_unit_test(parameters_beyond_keras),
        cmocka_unit_test(gru_parameters),
        cmocka_unit_test(stacked_parameters),
        cmocka_unit_test(dense_parameters),
        cmocka_unit_test(parameters_do_not_wrap_at_32_bits),
        cmocka_unit_test(output_widths),
        cmocka_unit_test(states_layer_by_layer),
        cmocka_unit_test(gates_and_states_of_cells),
        cmocka_unit_test(defaults_are_those_of_keras),
        cmocka_unit_test(names_round_trip),
        cmocka_unit_test(unknown_names),
        cmocka_unit_test(status_texts),
        cmocka_unit_test(backends_have_names_and_reasons),
        cmocka_unit_test(naive_is_always_there),
        cmocka_unit_test(openmp_slices_have_their_own_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
