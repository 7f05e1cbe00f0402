/* SPDX-License-Identifier: MIT
 *
 * What a backend is, inside librnn. plan.c checks everything before a backend sees it. */
#ifndef RNN_BACKEND_H
#define RNN_BACKEND_H

#include "kernels/rnn.h"

/* A validated model and shape, which the plan owns. `model` points to the plan's own copies, and
 * the strides in `shape` are resolved, so that none is the 0 of "dense". */
typedef struct rnn_problem {
    rnn_model model;
    rnn_shape shape;
    int threads;
    const struct rnn_kernels *kernels; /* of the backend's row, or NULL */
} rnn_problem;

/* Every backend is one constant of this type, named rnn_backend_<name>. */
typedef struct rnn_backend {
    /* Returns RNN_OK, or RNN_UNSUPPORTED with a text that names the option. NULL where the backend
     * supports everything. */
    rnn_status (*supports)(const rnn_problem *problem, rnn_error *error);

    /* Packs the weights. `problem` outlives *state, but `weights` does not. */
    rnn_status (*create)(void **state, const rnn_problem *problem, const rnn_model_weights *weights,
                         rnn_error *error);
    void (*destroy)(void *state);
    size_t (*scratch_size)(const void *state);
    size_t (*packed_size)(const void *state);
    const char *(*implementation)(const void *state);

    /* Runs the plan. It is re-entrant, and `scratch` is aligned to RNN_ALIGNMENT. */
    rnn_status (*run)(const void *state, const rnn_io *io, void *scratch, rnn_error *error);

    /* Writes the version of the library behind the backend. NULL where there is no library. */
    void (*version)(char *text, size_t size);
} rnn_backend;

/* Writes printf-style into error (which may be NULL) and returns status. */
__attribute__((format(printf, 3, 4))) rnn_status rnn_fail(rnn_error *error, rnn_status status,
                                                          const char *format, ...);

/* The name of the first option that is set and that Keras does not have, for a library that refuses
 * it; NULL where there is none. */
const char *rnn_layer_option_beyond_keras(const rnn_layer *layer);

/* Whether step t of batch row n counts, by io->lengths and io->mask. */
static inline bool rnn_step_counts(const rnn_io *io, int timesteps, int n, int t) {
    if (io->lengths && t >= io->lengths[n])
        return false;
    return !io->mask || io->mask[(size_t)n * (size_t)timesteps + (size_t)t] != 0;
}

/* zero_output_for_mask as it takes effect. Keras' Bidirectional sets it to return_sequences. */
static inline bool rnn_layer_zeroes_masked(const rnn_layer *layer) {
    return layer->direction == RNN_BIDIRECTIONAL ? layer->return_sequences
                                                 : layer->zero_output_for_mask;
}

#endif
