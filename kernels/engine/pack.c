/* SPDX-License-Identifier: MIT */
#include "kernels/engine/pack.h"

#include "kernels/backend.h"

#include <string.h>

/* The most blocks that a member of a team computes, where a panel has `together` of them. */
static int most_blocks(int blocks, int together, int members) {
    const int panels = 1 + (blocks - 1) / together;
    const int most = together * (1 + (panels - 1) / members);
    return most < blocks ? most : blocks;
}

/* How many blocks share a panel. Four vectors are usual, or the three of one block: the tiles of
 * AVX-512 then have at most six rows. Tiles of two vectors would have twelve, and the pointers to
 * twelve rows do not fit into registers. Two vectors are better where they divide the work of a
 * team more evenly, or where `narrow`. */
static int blocks_together(int gates, int blocks, int members, bool narrow) {
    const int wide = 4 / gates, half = wide > 1 ? wide / 2 : 1;
    const bool uneven = most_blocks(blocks, half, members) < most_blocks(blocks, wide, members);
    return narrow || uneven ? half : wide;
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

/* A matrix as Keras has it, with its gates side by side; `data` may be NULL. */
typedef struct keras_matrix {
    const float *data;
    int rows;
    size_t row_stride;
    int units;
} keras_matrix;

/* Packs one pass of the panel that starts with block `first`, and returns where the next one
 * goes. */
static float *pack_pass(float *to, const keras_matrix *from, panel_layout layout, int first,
                        int pass, int vector_floats) {
    const panel_shape shape = layout.shape;
    const int gates = shape.gates / shape.passes;
    for (int row = 0; row < from->rows; row++)
        for (int b = first; b < first + shape.blocks_per_panel && b < shape.blocks; b++)
            for (int g = 0; g < gates; g++, to += vector_floats) {
                const size_t place = (size_t)layout.gate[pass * gates + g];
                const float *gate =
                    from->data + (size_t)row * from->row_stride + place * (size_t)from->units;
                pack_vector(to, gate, b * vector_floats, from->units, vector_floats);
            }
    return to;
}

/* Packs a matrix into [panel][pass][row][block][gate][V]. */
static void pack_matrix(float *to, const keras_matrix *from, panel_layout layout,
                        int vector_floats) {
    const panel_shape shape = layout.shape;
    for (int first = 0; first < shape.blocks; first += shape.blocks_per_panel)
        for (int pass = 0; pass < shape.passes; pass++)
            to = pack_pass(to, from, layout, first, pass, vector_floats);
}

/* Takes room for a matrix and packs it; without data it is all 0. */
static float *take_packed(arena *room, keras_matrix from, panel_layout layout, int vector_floats) {
    size_t floats = (size_t)from.rows * row_floats(layout, vector_floats);
    float *to = arena_floats(room, floats);
    if (to && from.data)
        pack_matrix(to, &from, layout, vector_floats);
    else if (to)
        memset(to, 0, floats * sizeof *to);
    return to;
}

/* Packs the peepholes of those gates that are computed. Of the gates i f c o, c has none. */
static float *pack_peepholes(const packed_layer *layouts, const rnn_layer *layer,
                             const rnn_weights *weights, arena *room) {
    const cell_product *gates = &layouts->form.products[0];
    const size_t row = layouts->c_floats, units = (size_t)layer->units;
    float *to = arena_floats(room, (size_t)(gates->gates - 1) * row);
    for (int g = 0, rows = 0; to && g < gates->gates; g++) {
        const int place = gates->gate[g];
        if (place == 2)
            continue;
        float *packed = to + (size_t)rows++ * row;
        memset(packed, 0, row * sizeof *packed);
        memcpy(packed, weights->peepholes.data + (place == 3 ? 2 * units : (size_t)place * units),
               units * sizeof *packed);
    }
    return to;
}

static void pack_direction(packed_direction *packed, const packed_layer *layouts,
                           const rnn_layer *layer, const rnn_weights *weights, int vector_floats,
                           arena *room) {
    const int units = layer->units;
    const size_t row = (size_t)rnn_cell_gates(layer->cell) * (size_t)units;
    const float *bias = weights && layer->use_bias ? weights->bias.data : NULL;
    const keras_matrix kernel = {weights ? weights->kernel.data : NULL, layer->features, row,
                                 units};
    const keras_matrix recurrent = {weights ? weights->recurrent_kernel.data : NULL,
                                    layouts->products[0].depth, row, units};
    const keras_matrix projection = {weights ? weights->projection.data : NULL, units,
                                     (size_t)layer->projection, layer->projection};
    const keras_matrix input_bias = {bias, 1, row, units};
    const keras_matrix recurrent_bias = {bias ? bias + row : NULL, 1, row, units};
    packed->input.matrix = take_packed(room, kernel, layouts->input, vector_floats);
    packed->input.bias = take_packed(room, input_bias, layouts->input, vector_floats);
    for (int p = 0; p < layouts->form.product_count; p++) {
        const panel_layout layout = layouts->products[p];
        const bool projects = layouts->form.products[p].matrix == MATRIX_PROJECTION;
        packed->products[p].matrix =
            take_packed(room, projects ? projection : recurrent, layout, vector_floats);
        if (layouts->form.products[p].has_bias)
            packed->products[p].bias = take_packed(room, recurrent_bias, layout, vector_floats);
    }
    if (layer->peepholes)
        packed->peepholes = pack_peepholes(layouts, layer, weights, room);
}

/* Whether so many rows are better multiplied by two vectors at a time. */
static bool narrow_suits(const rnn_kernels *kernels, int rows) {
    return kernels->narrow_rows.least <= rows && rows <= kernels->narrow_rows.most;
}

/* The panels of a product that multiplies about so many rows at once. */
static panel_layout layout_of(const cell_product *product, int depth, int units,
                              weights_reader reader, int rows) {
    const bool narrow = narrow_suits(reader.kernels, rows);
    const int blocks = 1 + (units - 1) / reader.kernels->vector_floats;
    const int together = blocks_together(product->gates, blocks, reader.members,
                                         narrow && product->narrowing == NARROW_BY_BLOCKS);
    return (panel_layout){
        .depth = depth,
        .units = units,
        .gate = {product->gate[0], product->gate[1], product->gate[2], product->gate[3]},
        .shape = {.gates = product->gates,
                  .blocks_per_panel = together,
                  .blocks = blocks,
                  .full_panels = blocks / together,
                  .passes = narrow && product->narrowing == NARROW_BY_PASSES ? 2 : 1},
        .panels = 1 + (blocks - 1) / together};
}

static size_t whole_blocks(int floats, int vector_floats) {
    return (size_t)(1 + (floats - 1) / vector_floats) * (size_t)vector_floats;
}

void rnn_pack_layer(packed_layer *packed, const rnn_layer *layer, const rnn_weights *weights,
                    weights_reader reader, arena *room) {
    const int vector_floats = reader.kernels->vector_floats;
    const cell_form form = rnn_cell_form(layer);
    *packed =
        (packed_layer){.form = form,
                       .input = layout_of(&form.input, layer->features, layer->units, reader,
                                          reader.projected_rows),
                       .h_floats = whole_blocks(rnn_layer_state_width(layer, 0), vector_floats),
                       .c_floats = whole_blocks(layer->units, vector_floats)};
    for (int p = 0; p < form.product_count; p++) {
        const cell_product *product = &form.products[p];
        packed->products[p] = layout_of(product, rnn_product_depth(layer, product),
                                        rnn_product_units(layer, product), reader, reader.rows);
    }
    packed->z_floats = row_floats(packed->input, vector_floats);
    for (int d = 0; d < rnn_layer_directions(layer); d++)
        pack_direction(&packed->directions[d], packed, layer, weights ? &weights[d] : NULL,
                       vector_floats, room);
}

int rnn_blocks_of_member(const cell_product *product, int blocks, int members) {
    return most_blocks(blocks, blocks_together(product->gates, blocks, members, false), members);
}

void rnn_pack_dense(packed_dense *packed, const rnn_dense *dense, int features, const float *kernel,
                    const float *bias, int vector_floats, arena *room) {
    const int blocks = 1 + (dense->units - 1) / vector_floats, together = 4;
    const panel_layout layout = {.shape = {.gates = 1,
                                           .blocks_per_panel = together,
                                           .blocks = blocks,
                                           .full_panels = blocks / together,
                                           .passes = 1}};
    const size_t row = (size_t)dense->units;
    const keras_matrix kernel_matrix = {kernel, features, row, dense->units};
    const keras_matrix bias_matrix = {dense->use_bias ? bias : NULL, 1, row, dense->units};
    packed->kernel = take_packed(room, kernel_matrix, layout, vector_floats);
    packed->bias = take_packed(room, bias_matrix, layout, vector_floats);
}
