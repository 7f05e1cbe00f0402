/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include <string.h>

static panel_layout layout_of(int first_gate, int gates, int blocks, int passes) {
    int blocks_per_panel = gates == 1 ? 2 : 1;
    return (panel_layout){.first_gate = first_gate,
                          .shape = {gates, blocks_per_panel, blocks, passes},
                          .panels = (blocks + blocks_per_panel - 1) / blocks_per_panel};
}

static size_t row_floats(panel_layout layout, int vector_floats) {
    return (size_t)layout.shape.blocks * (size_t)layout.shape.gates * (size_t)vector_floats;
}

/* One vector of a panel row: units [unit, unit + V) of a Keras row, 0 beyond its end. */
static void pack_vector(float *to, const float *gate, int unit, int units, int vector_floats) {
    int count = units - unit < vector_floats ? units - unit : vector_floats;
    for (int lane = 0; lane < vector_floats; lane++)
        to[lane] = lane < count ? gate[unit + lane] : 0.0f;
}

/* One pass of the panel that starts with block `first`; returns where the next one goes. */
static float *pack_pass(float *to, const float *matrix, int rows, size_t row_stride, int units,
                        panel_layout layout, int first, int pass, int vector_floats) {
    const panel_shape shape = layout.shape;
    const int gates = shape.gates / shape.passes, first_gate = layout.first_gate + pass * gates;
    for (int row = 0; row < rows; row++)
        for (int b = first; b < first + shape.blocks_per_panel && b < shape.blocks; b++)
            for (int g = first_gate; g < first_gate + gates; g++, to += vector_floats) {
                const float *gate = matrix + (size_t)row * row_stride + (size_t)g * (size_t)units;
                pack_vector(to, gate, b * vector_floats, units, vector_floats);
            }
    return to;
}

/* A Keras matrix [rows, row_stride] of gates side by side into [panel][pass][row][block][gate][V].
 */
static void pack_matrix(float *to, const float *matrix, int rows, size_t row_stride, int units,
                        panel_layout layout, int vector_floats) {
    const panel_shape shape = layout.shape;
    for (int first = 0; first < shape.blocks; first += shape.blocks_per_panel)
        for (int pass = 0; pass < shape.passes; pass++)
            to = pack_pass(to, matrix, rows, row_stride, units, layout, first, pass, vector_floats);
}

/* Takes room for a matrix and packs it; a NULL matrix packs as 0. */
static float *take_packed(arena *room, const float *matrix, int rows, size_t row_stride, int units,
                          panel_layout layout, int vector_floats) {
    size_t floats = (size_t)rows * row_floats(layout, vector_floats);
    float *to = arena_floats(room, floats);
    if (to && matrix)
        pack_matrix(to, matrix, rows, row_stride, units, layout, vector_floats);
    else if (to)
        memset(to, 0, floats * sizeof *to);
    return to;
}

static void pack_direction(packed_direction *packed, const packed_layer *layouts,
                           const rnn_layer *layer, const rnn_weights *weights, int vector_floats,
                           arena *room) {
    const int units = layer->units;
    const size_t row = (size_t)rnn_cell_gates(layer->cell) * (size_t)units;
    const float *kernel = weights ? weights->kernel : NULL;
    const float *recurrent = weights ? weights->recurrent_kernel : NULL;
    const float *bias = weights && layer->use_bias ? weights->bias : NULL;
    packed->kernel =
        take_packed(room, kernel, layer->features, row, units, layouts->input, vector_floats);
    packed->bias = take_packed(room, bias, 1, row, units, layouts->input, vector_floats);
    packed->recurrent =
        take_packed(room, recurrent, units, row, units, layouts->recurrent, vector_floats);
    if (layer->reset_after)
        packed->recurrent_bias = take_packed(room, bias ? bias + row : NULL, 1, row, units,
                                             layouts->recurrent, vector_floats);
    else if (layer->cell == RNN_GRU)
        packed->recurrent_candidate =
            take_packed(room, recurrent, units, row, units, layouts->candidate, vector_floats);
}

static int passes_for(const rnn_kernels *kernels, rnn_cell cell, int rows) {
    const int *two = kernels->two_pass_rows;
    return cell == RNN_LSTM && two[0] <= rows && rows <= two[1] ? 2 : 1;
}

void pack_layer(packed_layer *packed, const rnn_layer *layer, const rnn_weights *weights,
                weights_reader reader, arena *room) {
    const int vector_floats = reader.kernels->vector_floats;
    const int gates = rnn_cell_gates(layer->cell);
    const int blocks = (layer->units + vector_floats - 1) / vector_floats;
    const bool reset_before = layer->cell == RNN_GRU && !layer->reset_after;
    const int input_passes = passes_for(reader.kernels, layer->cell, reader.projected_rows);
    const int passes = passes_for(reader.kernels, layer->cell, reader.rows);
    *packed = (packed_layer){.blocks = blocks,
                             .input = layout_of(0, gates, blocks, input_passes),
                             .recurrent = layout_of(0, reset_before ? 2 : gates, blocks, passes),
                             .candidate = layout_of(2, 1, blocks, 1),
                             .state_floats = (size_t)blocks * (size_t)vector_floats};
    packed->z_floats = row_floats(packed->input, vector_floats);
    for (int d = 0; d < rnn_layer_directions(layer); d++)
        pack_direction(&packed->directions[d], packed, layer, weights ? &weights[d] : NULL,
                       vector_floats, room);
}

void pack_dense(packed_dense *packed, const rnn_dense *dense, int features, const float *kernel,
                const float *bias, int vector_floats, arena *room) {
    const int blocks = (dense->units + vector_floats - 1) / vector_floats;
    const panel_layout layout = layout_of(0, 1, blocks, 1);
    const size_t row = (size_t)dense->units;
    packed->kernel = take_packed(room, kernel, features, row, dense->units, layout, vector_floats);
    packed->bias = take_packed(room, dense->use_bias ? bias : NULL, 1, row, dense->units, layout,
                               vector_floats);
}
