/* SPDX-License-Identifier: MIT
 * Weights in the panel layout of kernels.h. */
#ifndef RNN_PACK_H
#define RNN_PACK_H

#include "kernels/engine/arena.h"
#include "kernels/engine/kernels.h"

/* One product's panels: which gates of the Keras matrix, and how they share a panel. */
typedef struct panel_layout {
    int first_gate; /* the others follow */
    panel_shape shape;
    int panels;
} panel_layout;

typedef struct packed_direction {
    float *kernel, *bias;
    float *recurrent;
    float *recurrent_candidate; /* GRU without reset_after, else NULL */
    float *recurrent_bias;      /* GRU with reset_after, else NULL */
} packed_direction;

/* A panel of `recurrent` has as many blocks as one of `input`, or a multiple. */
typedef struct packed_layer {
    panel_layout input, recurrent, candidate;
    size_t z_floats;     /* one row of the projection */
    size_t state_floats; /* one row of state */
    packed_direction directions[2];
} packed_layer;

typedef struct packed_dense {
    float *kernel, *bias;
} packed_dense;

/* Who reads a layer's weights: kernels that multiply them with about so many rows at once, in a
 * team of so many members. */
typedef struct weights_reader {
    const rnn_kernels *kernels;
    int rows, projected_rows; /* of h and of x */
    int members;              /* of a lane */
} weights_reader;

/* Takes the arrays of a layer from the arena and, where `weights` is given, fills them. `weights`
 * has one entry a direction. */
void rnn_pack_layer(packed_layer *packed, const rnn_layer *layer, const rnn_weights *weights,
                    weights_reader reader, arena *room);

/* The same for the head; kernel and bias may be NULL to count only. */
void rnn_pack_dense(packed_dense *packed, const rnn_dense *dense, int features, const float *kernel,
                    const float *bias, int vector_floats, arena *room);

#endif
