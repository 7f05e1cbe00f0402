/* SPDX-License-Identifier: MIT
 * One recurrent layer as one oneDNN primitive. */
#ifndef RNN_ONEDNN_LAYER_H
#define RNN_ONEDNN_LAYER_H

#include "kernels/onednn/operation.h"

/* Where a layer stands in the model. Its arrays are the caller's or, between layers, in scratch. */
typedef struct onednn_place {
    int batch, timesteps;
    rnn_strides x, y;
} onednn_place;

typedef struct onednn_layer {
    const rnn_layer *layer;
    onednn_place place;
    onednn_operation operation;

    /* Operands that oneDNN finds in x and y themselves; the others are copied through scratch. */
    bool reads_x, writes_sequence_to_y, writes_state_to_y;

    /* Offsets into the layer's scratch, in bytes; each is aligned to RNN_ALIGNMENT. */
    size_t x_copy, attention, sequence, initial_states, final_states, scratchpad;
    size_t scratch_size;
} onednn_layer;

/* Makes a layer in a structure that is all zero. `weights` has one entry a direction. */
rnn_status rnn_onednn_layer_create(onednn_layer *layer, const rnn_layer *description,
                                   const onednn_place *place, const rnn_weights *weights,
                                   dnnl_engine_t engine, rnn_error *error);
void rnn_onednn_layer_clear(onednn_layer *layer);

rnn_status rnn_onednn_layer_call_create(onednn_call *call, const onednn_layer *layer,
                                        dnnl_engine_t engine, rnn_error *error);

/* The arrays of a layer's run. Its lists of states are those of rnn_io from this layer's first
 * state on, or NULL. */
typedef struct onednn_layer_io {
    const float *x;
    const float *attention; /* [N, T] */
    float *y, *y_backward;
    const float *const *initial_states;
    float *const *final_states;
    const float *zeros; /* as many as the wider state has */
} onednn_layer_io;

/* How many floats state h (0) or c (1) of all directions has. */
size_t rnn_onednn_layer_state_floats(const onednn_layer *layer, int state);

rnn_status rnn_onednn_layer_run(const onednn_layer *layer, const onednn_call *call,
                                dnnl_stream_t stream, const onednn_layer_io *io, char *scratch,
                                rnn_error *error);

#endif
