/* SPDX-License-Identifier: MIT */
#include "kernels/engine/cell_form.h"

#include "kernels/backend.h"

static const cell_form simple = {
    .input = {.gates = 1},
    .products = {{.step = RNN_SIMPLE_STEP, .gates = 1}},
    .product_count = 1,
};

#define I_F_C_O .gates = 4, .gate = {0, 1, 2, 3}

static const cell_form lstm = {
    .input = {I_F_C_O, .narrowing = NARROW_BY_PASSES},
    .products = {{.step = RNN_LSTM_STEP, I_F_C_O, .narrowing = NARROW_BY_PASSES}},
    .product_count = 1,
};

#define I_C_O .gates = 3, .gate = {0, 2, 3}
#define F_C_O .gates = 3, .gate = {1, 2, 3}

static const cell_form lstm_coupled[RNN_COUPLING_COUNT] = {
    [RNN_COUPLING_INPUT] = {.input = {F_C_O},
                            .products = {{.step = RNN_LSTM_COUPLED_STEP, F_C_O}},
                            .product_count = 1},
    [RNN_COUPLING_FORGET] = {.input = {I_C_O},
                             .products = {{.step = RNN_LSTM_COUPLED_STEP, I_C_O}},
                             .product_count = 1},
};

static const cell_product projection = {
    .step = RNN_LSTM_PROJECTION_STEP,
    .matrix = MATRIX_PROJECTION,
    .operand = OPERAND_LEFT,
    .gates = 1,
    .narrowing = NARROW_BY_BLOCKS,
};

#define Z_R_H .gates = 3, .gate = {0, 1, 2}

static const cell_form gru_reset_after = {
    .input = {Z_R_H},
    .products = {{.step = RNN_GRU_STEP, Z_R_H, .has_bias = true}},
    .product_count = 1,
};

/* The candidate waits for the reset gate of all units. */
static const cell_form gru_reset_before = {
    .input = {Z_R_H},
    .products =
        {{.step = RNN_GRU_RESET_STEP, .gates = 2, .gate = {0, 1}, .narrowing = NARROW_BY_BLOCKS},
         {.step = RNN_GRU_CANDIDATE_STEP,
          .operand = OPERAND_LEFT,
          .gates = 1,
          .gate = {2},
          .narrowing = NARROW_BY_BLOCKS}},
    .product_count = 2,
};

/* The step with the options that Keras does not have, for a step without them. */
static rnn_step_kernel with_options(rnn_step_kernel step) {
    switch (step) {
    case RNN_SIMPLE_STEP:
        return RNN_SIMPLE_ANY_STEP;
    case RNN_LSTM_STEP:
        return RNN_LSTM_ANY_STEP;
    case RNN_GRU_STEP:
        return RNN_GRU_ANY_STEP;
    case RNN_GRU_RESET_STEP:
        return RNN_GRU_RESET_ANY_STEP;
    case RNN_GRU_CANDIDATE_STEP:
        return RNN_GRU_CANDIDATE_ANY_STEP;
    default:
        return step;
    }
}

static cell_form form_without_options(const rnn_layer *layer) {
    switch (layer->cell) {
    case RNN_LSTM:
        return layer->coupling == RNN_COUPLING_NONE ? lstm : lstm_coupled[layer->coupling];
    case RNN_GRU:
        return layer->reset_after ? gru_reset_after : gru_reset_before;
    case RNN_SIMPLE:
    case RNN_CELL_COUNT:
        break;
    }
    return simple;
}

cell_form rnn_cell_form(const rnn_layer *layer) {
    cell_form form = form_without_options(layer);
    if (!rnn_layer_option_beyond_keras(layer))
        return form;
    for (int p = 0; p < form.product_count; p++)
        form.products[p].step = with_options(form.products[p].step);
    if (layer->projection > 0)
        form.products[form.product_count++] = projection;
    return form;
}

int rnn_product_depth(const rnn_layer *layer, const cell_product *product) {
    return product->operand == OPERAND_H ? rnn_layer_direction_width(layer) : layer->units;
}

int rnn_product_units(const rnn_layer *layer, const cell_product *product) {
    return product->matrix == MATRIX_PROJECTION ? layer->projection : layer->units;
}
