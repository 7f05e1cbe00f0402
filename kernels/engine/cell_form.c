/* SPDX-License-Identifier: MIT */
#include "kernels/engine/cell_form.h"

#include "kernels/backend.h"

static const cell_form simple = {
    .input = {.gates = 1},
    .products = {{.step = RNN_SIMPLE_STEP, .gates = 1}},
    .product_count = 1,
};

static const cell_form lstm = {
    .input = {.gates = 4, .narrowing = NARROW_BY_PASSES},
    .products = {{.step = RNN_LSTM_STEP, .gates = 4, .narrowing = NARROW_BY_PASSES}},
    .product_count = 1,
};

static const cell_form gru_reset_after = {
    .input = {.gates = 3},
    .products = {{.step = RNN_GRU_STEP, .gates = 3, .has_bias = true}},
    .product_count = 1,
};

/* The candidate waits for the reset gate of all units. */
static const cell_form gru_reset_before = {
    .input = {.gates = 3},
    .products = {{.step = RNN_GRU_RESET_STEP, .gates = 2, .narrowing = NARROW_BY_BLOCKS},
                 {.step = RNN_GRU_CANDIDATE_STEP,
                  .operand = OPERAND_LEFT,
                  .first_gate = 2,
                  .gates = 1,
                  .narrowing = NARROW_BY_BLOCKS}},
    .product_count = 2,
};

const cell_form *rnn_cell_form(const rnn_layer *layer) {
    switch (layer->cell) {
    case RNN_LSTM:
        return &lstm;
    case RNN_GRU:
        return layer->reset_after ? &gru_reset_after : &gru_reset_before;
    case RNN_SIMPLE:
    case RNN_CELL_COUNT:
        break;
    }
    return &simple;
}

int rnn_product_depth(const rnn_layer *layer, const cell_product *product) {
    return product->operand == OPERAND_H ? rnn_layer_state_width(layer, 0) : layer->units;
}

int rnn_product_units(const rnn_layer *layer, const cell_product *product) {
    (void)product;
    return layer->units;
}
