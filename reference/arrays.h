/* SPDX-License-Identifier: MIT
 * The arrays that one run of a problem reads and writes, all of them in one list so that they can
 * be allocated, copied, guarded and compared alike, and the views of them that rnn.h wants. */
#ifndef RNN_REFERENCE_ARRAYS_H
#define RNN_REFERENCE_ARRAYS_H

#include "reference/buffers.h"
#include "reference/problem.h"

enum {
    MAX_DIRECTIONS = 2 * PROBLEM_MAX_LAYERS,
    MAX_STATES = 2 * MAX_DIRECTIONS,

    /* Positions in run_arrays.all: weights come first, then the other inputs, then outputs. */
    ARRAY_KERNEL = 0,
    ARRAY_RECURRENT_KERNEL = ARRAY_KERNEL + MAX_DIRECTIONS,
    ARRAY_BIAS = ARRAY_RECURRENT_KERNEL + MAX_DIRECTIONS,
    ARRAY_PEEPHOLES = ARRAY_BIAS + MAX_DIRECTIONS,
    ARRAY_PROJECTION = ARRAY_PEEPHOLES + MAX_DIRECTIONS,
    ARRAY_DENSE_KERNEL = ARRAY_PROJECTION + MAX_DIRECTIONS,
    ARRAY_DENSE_BIAS,
    ARRAY_X,
    ARRAY_LENGTHS,
    ARRAY_MASK,
    ARRAY_ATTENTION,
    ARRAY_INITIAL_STATE,
    ARRAY_Y = ARRAY_INITIAL_STATE + MAX_STATES,
    ARRAY_Y_BACKWARD,
    ARRAY_FINAL_STATE,
    ARRAY_COUNT = ARRAY_FINAL_STATE + MAX_STATES,

    ARRAY_WEIGHTS_END = ARRAY_X,
    ARRAY_INPUTS_END = ARRAY_Y
};

typedef struct run_arrays {
    buffer all[ARRAY_COUNT]; /* an array that is absent has size 0 */

    rnn_weights layer_weights[MAX_DIRECTIONS];
    rnn_model_weights weights;
    const float *initial_states[MAX_STATES];
    float *final_states[MAX_STATES];
    rnn_io io;
} run_arrays;

/* Makes arrays in the layout of problem_shape, whose contents are undefined. The problem must be
 * valid. The views point into *arrays, which must not move. Returns false where there is no
 * memory. */
bool arrays_create(run_arrays *arrays, const problem *problem, case_guard guard);
/* Arrays that are all zero are accepted. */
void arrays_destroy(run_arrays *arrays);

static inline float *array_floats(const run_arrays *arrays, int index) {
    return arrays->all[index].data;
}

static inline size_t array_float_count(const run_arrays *arrays, int index) {
    return arrays->all[index].size / sizeof(float);
}

/* Where step t of batch row n starts, in floats from the start of x or y. */
size_t array_row(const problem *problem, rnn_strides strides, int width, int steps, size_t n,
                 size_t t);

/* Fills the arrays [first, end) with a NaN that no instruction makes by itself. */
void arrays_poison(run_arrays *arrays, int first, int end);
bool array_is_poison(float value);

/* The name of an array as a user of rnn.h would write it: "weights.layers[0].kernel", "x",
 * "final_states[1]". */
enum { ARRAY_NAME_SIZE = 48 };
void array_name(int array, char text[ARRAY_NAME_SIZE]);

#endif
