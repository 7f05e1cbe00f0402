/* SPDX-License-Identifier: MIT
 * What follows from a model's description alone: widths, states, parameter counts, validity. */
#include "kernels/backend.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct cell_row {
    int gates, states;
} cell_row;

static const cell_row cell_rows[RNN_CELL_COUNT] = {
#define CELL(id, name, keras_name, gates, states) [id] = {gates, states},
#include "kernels/cells.inc"
#undef CELL
};

int rnn_cell_gates(rnn_cell cell) {
    return cell_rows[cell].gates;
}

int rnn_cell_states(rnn_cell cell) {
    return cell_rows[cell].states;
}

rnn_layer rnn_layer_defaults(rnn_cell cell, int features, int units) {
    return (rnn_layer){.cell = cell,
                       .features = features,
                       .units = units,
                       .activation = RNN_TANH,
                       .recurrent_activation = RNN_SIGMOID,
                       .direction = RNN_FORWARD,
                       .merge = RNN_CONCAT,
                       .use_bias = true,
                       .reset_after = cell == RNN_GRU};
}

int rnn_layer_directions(const rnn_layer *layer) {
    return layer->direction == RNN_BIDIRECTIONAL ? 2 : 1;
}

/* The one place that knows how wide h and c are. */
int rnn_layer_state_width(const rnn_layer *layer, int state) {
    return state == 0 && layer->projection > 0 ? layer->projection : layer->units;
}

int rnn_layer_direction_width(const rnn_layer *layer) {
    return rnn_layer_state_width(layer, 0);
}

int rnn_layer_output_width(const rnn_layer *layer) {
    bool both_halves = layer->direction == RNN_BIDIRECTIONAL && layer->merge == RNN_CONCAT;
    return (both_halves ? 2 : 1) * rnn_layer_direction_width(layer);
}

static const rnn_layer *last_layer(const rnn_model *model) {
    return &model->layers[model->layer_count - 1];
}

int rnn_model_output_width(const rnn_model *model) {
    return model->dense ? model->dense->units : rnn_layer_output_width(last_layer(model));
}

bool rnn_model_returns_sequences(const rnn_model *model) {
    return last_layer(model)->return_sequences;
}

static int layer_state_count(const rnn_layer *layer) {
    return rnn_layer_directions(layer) * rnn_cell_states(layer->cell);
}

int rnn_model_state_count(const rnn_model *model) {
    int count = 0;
    for (int i = 0; i < model->layer_count; i++)
        count += layer_state_count(&model->layers[i]);
    return count;
}

int rnn_model_state_width(const rnn_model *model, int state) {
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        const int count = layer_state_count(layer);
        if (state < count)
            return rnn_layer_state_width(layer, state % rnn_cell_states(layer->cell));
        state -= count;
    }
    return 0;
}

static size_t gate_units(const rnn_layer *layer) {
    return (size_t)rnn_cell_gates(layer->cell) * (size_t)layer->units;
}

size_t rnn_layer_kernel_length(const rnn_layer *layer) {
    return (size_t)layer->features * gate_units(layer);
}

size_t rnn_layer_recurrent_kernel_length(const rnn_layer *layer) {
    return (size_t)rnn_layer_direction_width(layer) * gate_units(layer);
}

size_t rnn_layer_bias_length(const rnn_layer *layer) {
    return !layer->use_bias ? 0 : (layer->reset_after ? 2 : 1) * gate_units(layer);
}

size_t rnn_layer_peepholes_length(const rnn_layer *layer) {
    return layer->peepholes ? 3 * (size_t)layer->units : 0;
}

size_t rnn_layer_projection_length(const rnn_layer *layer) {
    return (size_t)layer->units * (size_t)layer->projection;
}

size_t rnn_layer_parameter_count(const rnn_layer *layer) {
    return (size_t)rnn_layer_directions(layer) *
           (rnn_layer_kernel_length(layer) + rnn_layer_recurrent_kernel_length(layer) +
            rnn_layer_bias_length(layer) + rnn_layer_peepholes_length(layer) +
            rnn_layer_projection_length(layer));
}

size_t rnn_dense_parameter_count(const rnn_dense *dense, int features) {
    return ((size_t)features + (dense->use_bias ? 1 : 0)) * (size_t)dense->units;
}

size_t rnn_model_parameter_count(const rnn_model *model) {
    size_t count = 0;
    for (int i = 0; i < model->layer_count; i++)
        count += rnn_layer_parameter_count(&model->layers[i]);
    if (model->dense)
        count += rnn_dense_parameter_count(model->dense, rnn_layer_output_width(last_layer(model)));
    return count;
}

/* ---- Validity ----------------------------------------------------------------------------- */

/* Whether an array of rows x columns floats, times `copies`, leaves room for as much in every other
 * layer, and for what packing adds: it rounds the units of each gate up to whole panels. */
static bool size_fits(const rnn_model *model, size_t copies, size_t rows, size_t columns) {
    const size_t most = PTRDIFF_MAX / (4 * (size_t)model->layer_count);
    const size_t most_gates = 4, widest_panel = 64;
    size_t bytes;
    return !__builtin_add_overflow(columns, most_gates * widest_panel, &columns) &&
           !__builtin_mul_overflow(rows, columns, &bytes) &&
           !__builtin_mul_overflow(bytes, copies * sizeof(float), &bytes) && bytes <= most;
}

static rnn_status check_positive(const char *field, int index, int value, rnn_error *error) {
    if (value < 1)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "layers[%d].%s: %d, must be at least 1", index,
                        field, value);
    return RNN_OK;
}

static rnn_status check_enum(const char *field, int index, int value, int count, rnn_error *error) {
    if (value < 0 || value >= count)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "layers[%d].%s: %d is not a known value",
                        index, field, value);
    return RNN_OK;
}

static rnn_status check_sizes(const rnn_model *model, int i, rnn_error *error) {
    const rnn_layer *layer = &model->layers[i];
    rnn_status status = check_positive("features", i, layer->features, error);
    if (status == RNN_OK)
        status = check_positive("units", i, layer->units, error);
    if (status != RNN_OK)
        return status;
    size_t gates = (size_t)rnn_cell_gates(layer->cell);
    /* Two more rows are for the biases, and as many for what else is as wide as a gate. */
    size_t rows = 2 * ((size_t)layer->features + (size_t)layer->units + 2);
    if (layer->units > INT32_MAX / 8 || !size_fits(model, 2 * gates, rows, (size_t)layer->units))
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].units: %d with features %d: the weights are too large", i,
                        layer->units, layer->features);
    return RNN_OK;
}

static rnn_status check_enums(const rnn_layer *layer, int i, rnn_error *error) {
    rnn_status status = check_enum("cell", i, (int)layer->cell, RNN_CELL_COUNT, error);
    if (status == RNN_OK)
        status = check_enum("activation", i, (int)layer->activation, RNN_ACTIVATION_COUNT, error);
    if (status == RNN_OK && layer->cell != RNN_SIMPLE)
        status = check_enum("recurrent_activation", i, (int)layer->recurrent_activation,
                            RNN_ACTIVATION_COUNT, error);
    if (status == RNN_OK)
        status = check_enum("direction", i, (int)layer->direction, RNN_DIRECTION_COUNT, error);
    if (status == RNN_OK)
        status = check_enum("coupling", i, (int)layer->coupling, RNN_COUPLING_COUNT, error);
    if (status == RNN_OK)
        status = check_enum("merge", i, (int)layer->merge, RNN_MERGE_COUNT, error);
    return status;
}

static rnn_status check_options(const rnn_layer *layer, int i, rnn_error *error) {
    if (layer->reset_after && layer->cell != RNN_GRU)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].reset_after: true for %s, only GRU has it", i,
                        rnn_cell_name(layer->cell));
    if (layer->merge != RNN_CONCAT && layer->direction != RNN_BIDIRECTIONAL)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].merge: %s in a %s layer, only a bidirectional one merges", i,
                        rnn_merge_name(layer->merge), rnn_direction_name(layer->direction));
    return RNN_OK;
}

static rnn_status check_clip(const char *field, int i, float clip, rnn_error *error) {
    if (!(clip >= 0) || isinf(clip))
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].%s: %g, must be a number above 0, or 0 for none", i, field,
                        (double)clip);
    return RNN_OK;
}

/* Which of these options is set; NULL where none is. */
static const char *option_of_lstm(const rnn_layer *layer) {
    return layer->peepholes                       ? "peepholes"
           : layer->coupling != RNN_COUPLING_NONE ? "coupling"
           : layer->projection != 0               ? "projection"
           : layer->cell_clip != 0                ? "cell_clip"
           : layer->projection_clip != 0          ? "projection_clip"
                                                  : NULL;
}

const char *rnn_layer_option_beyond_keras(const rnn_layer *layer) {
    const char *option = option_of_lstm(layer);
    return option                  ? option
           : layer->attention      ? "attention"
           : layer->gate_clip != 0 ? "gate_clip"
                                   : NULL;
}

/* Its value as text, for a refusal. */
static const char *value_of_option(const rnn_layer *layer, const char *option, char text[16]) {
    const bool is_clip = strcmp(option, "cell_clip") == 0;
    if (strcmp(option, "peepholes") == 0)
        return "true";
    if (strcmp(option, "coupling") == 0)
        return rnn_coupling_name(layer->coupling);
    if (strcmp(option, "projection") == 0)
        snprintf(text, 16, "%d", layer->projection);
    else
        snprintf(text, 16, "%g", (double)(is_clip ? layer->cell_clip : layer->projection_clip));
    return text;
}

static rnn_status check_options_beyond_keras(const rnn_layer *layer, int i, rnn_error *error) {
    const char *of_lstm = option_of_lstm(layer);
    char value[16];
    if (of_lstm && layer->cell != RNN_LSTM)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "layers[%d].%s: %s for %s, only LSTM has it",
                        i, of_lstm, value_of_option(layer, of_lstm, value),
                        rnn_cell_name(layer->cell));
    if (layer->attention && layer->cell != RNN_GRU)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].attention: true for %s, only GRU has it", i,
                        rnn_cell_name(layer->cell));
    if (layer->projection < 0 || layer->projection > layer->units)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].projection: %d, must be 1 to units %d, or 0 for none", i,
                        layer->projection, layer->units);
    rnn_status status = check_clip("gate_clip", i, layer->gate_clip, error);
    if (status == RNN_OK)
        status = check_clip("cell_clip", i, layer->cell_clip, error);
    if (status == RNN_OK)
        status = check_clip("projection_clip", i, layer->projection_clip, error);
    if (status == RNN_OK && layer->projection_clip > 0 && layer->projection == 0)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].projection_clip: %g, but there is no projection", i,
                        (double)layer->projection_clip);
    return status;
}

/* That layer i can stand below layer i + 1. */
static rnn_status check_chain(const rnn_layer *layer, int i, rnn_error *error) {
    if (!layer->return_sequences)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].return_sequences: false below another layer", i);
    if (layer->merge == RNN_NONE)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "layers[%d].merge: none below another layer",
                        i);
    if (layer[1].features != rnn_layer_output_width(layer))
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "layers[%d].features: %d, but the layer below puts out %d", i + 1,
                        layer[1].features, rnn_layer_output_width(layer));
    return RNN_OK;
}

static rnn_status check_dense(const rnn_model *model, rnn_error *error) {
    const rnn_dense *dense = model->dense;
    const rnn_layer *below = last_layer(model);
    if (dense->units < 1)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "dense.units: %d, must be at least 1",
                        dense->units);
    if ((int)dense->activation < 0 || dense->activation >= RNN_ACTIVATION_COUNT)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "dense.activation: %d is not a known value",
                        (int)dense->activation);
    if (below->merge == RNN_NONE)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "layers[%d].merge: none below a Dense head",
                        model->layer_count - 1);
    size_t features = (size_t)rnn_layer_output_width(below);
    if (dense->units > INT32_MAX / 8 || !size_fits(model, 1, features + 1, (size_t)dense->units))
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "dense.units: %d, the weights are too large",
                        dense->units);
    return RNN_OK;
}

rnn_status rnn_model_validate(const rnn_model *model, rnn_error *error) {
    if (!model)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "model: NULL");
    if (!model->layers)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "model.layers: NULL");
    if (model->layer_count < 1 || model->layer_count > RNN_MAX_LAYERS)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "model.layer_count: %d, must be 1 to %d",
                        model->layer_count, RNN_MAX_LAYERS);
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        rnn_status status = check_enums(layer, i, error);
        if (status == RNN_OK)
            status = check_sizes(model, i, error);
        if (status == RNN_OK)
            status = check_options(layer, i, error);
        if (status == RNN_OK)
            status = check_options_beyond_keras(layer, i, error);
        if (status == RNN_OK && i + 1 < model->layer_count)
            status = check_chain(layer, i, error);
        if (status != RNN_OK)
            return status;
    }
    return model->dense ? check_dense(model, error) : RNN_OK;
}
