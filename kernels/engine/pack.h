/* SPDX-License-Identifier: MIT
 * Weights in the panel layout of kernels.h. */
#ifndef RNN_PACK_H
#define RNN_PACK_H

#include "kernels/engine/arena.h"
#include "kernels/engine/cell_form.h"

/* The panels of one product: which gates of the Keras matrix they hold, and how these share a
 * panel. */
typedef struct panel_layout {
    int depth;                 /* rows of the matrix */
    int units;                 /* columns of a gate */
    int gate[CELL_MOST_GATES]; /* their places in the matrix */
    panel_shape shape;
    int panels;
} panel_layout;

/* The packed matrix of a product, and the bias at which its sums start. */
typedef struct packed_weights {
    float *matrix;
    float *bias; /* NULL: sums start at 0 */
} packed_weights;

typedef struct packed_direction {
    packed_weights input;
    packed_weights products[CELL_MOST_PRODUCTS]; /* in the order of the cell's form */
    float *peepholes;                            /* as rnn_step has them */
} packed_direction;

/* A panel of the first product has as many blocks as one of `input`, or a multiple. */
typedef struct packed_layer {
    cell_form form;
    panel_layout input, products[CELL_MOST_PRODUCTS];
    /* Floats of one row in whole blocks: of x W + b, of h, and of what is as wide as a gate. */
    size_t z_floats, h_floats, c_floats;
    packed_direction directions[2];
} packed_layer;

typedef struct packed_dense {
    float *kernel, *bias;
} packed_dense;

/* For whom a layer's weights are packed: kernels that multiply about so many rows at once, in a
 * team of so many members. */
typedef struct weights_reader {
    const rnn_kernels *kernels;
    int rows, projected_rows; /* batch rows of a step, and rows of x that are projected at once */
    int members;              /* of a lane */
} weights_reader;

/* Takes the arrays of a layer from the arena. Where `weights` is given, which has one entry a
 * direction, it also fills them. */
void rnn_pack_layer(packed_layer *packed, const rnn_layer *layer, const rnn_weights *weights,
                    weights_reader reader, arena *room);

/* As rnn_pack_layer, for the head. kernel and bias may be NULL, which only counts. */
void rnn_pack_dense(packed_dense *packed, const rnn_dense *dense, int features, const float *kernel,
                    const float *bias, int vector_floats, arena *room);

/* The most blocks of a product that a member of a team computes, out of `blocks` in all, where
 * panels are not narrow. */
int rnn_blocks_of_member(const cell_product *product, int blocks, int members);

#endif
