/* SPDX-License-Identifier: MIT */
#include "reference/arrays.h"

#include <stdio.h>
#include <string.h>

/* A NaN with all bits set is a quiet one, and none that an instruction makes. */
void arrays_poison(run_arrays *arrays, int first, int end) {
    for (int i = first; i < end; i++)
        if (arrays->all[i].size)
            memset(arrays->all[i].data, 0xff, arrays->all[i].size);
}

bool array_is_poison(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == UINT32_MAX;
}

size_t array_row(const problem *p, rnn_strides strides, int width, int steps, size_t n, size_t t) {
    bool dense = strides.batch == 0 && strides.time == 0;
    size_t dense_batch = (size_t)(p->time_major ? 1 : steps) * (size_t)width;
    size_t dense_time = (size_t)(p->time_major ? p->batch : 1) * (size_t)width;
    return n * (dense ? dense_batch : (size_t)strides.batch) +
           t * (dense ? dense_time : (size_t)strides.time);
}

/* How many floats lie between the first and the last one of x or y, both included. Padding behind
 * the last row is not part of it. */
static size_t sequence_floats(const problem *p, rnn_strides strides, int width, int steps) {
    size_t last_row = array_row(p, strides, width, steps, (size_t)p->batch - 1, (size_t)steps - 1);
    return last_row + (size_t)width;
}

static void size_weights(size_t floats[ARRAY_COUNT], const problem *p) {
    int index = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        for (int d = 0; d < rnn_layer_directions(layer); d++, index++) {
            floats[ARRAY_KERNEL + index] = rnn_layer_kernel_length(layer);
            floats[ARRAY_RECURRENT_KERNEL + index] = rnn_layer_recurrent_kernel_length(layer);
            floats[ARRAY_BIAS + index] = rnn_layer_bias_length(layer);
            floats[ARRAY_PEEPHOLES + index] = rnn_layer_peepholes_length(layer);
            floats[ARRAY_PROJECTION + index] = rnn_layer_projection_length(layer);
        }
    }
    if (p->has_dense) {
        const rnn_layer *last = &p->layers[p->layer_count - 1];
        size_t units = (size_t)p->dense.units;
        floats[ARRAY_DENSE_KERNEL] = (size_t)rnn_layer_output_width(last) * units;
        floats[ARRAY_DENSE_BIAS] = p->dense.use_bias ? units : 0;
    }
}

static void size_sequences(size_t floats[ARRAY_COUNT], const problem *p) {
    rnn_model model = problem_model(p);
    rnn_shape shape = problem_shape(p);
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    int width = rnn_model_output_width(&model);
    int steps = last->return_sequences ? p->timesteps : 1;
    floats[ARRAY_X] = sequence_floats(p, shape.x, p->layers[0].features, p->timesteps);
    floats[ARRAY_Y] = sequence_floats(p, shape.y, width, steps);
    for (int i = 0; i < p->layer_count; i++)
        if (p->layers[i].attention)
            floats[ARRAY_ATTENTION] = (size_t)p->batch * (size_t)p->timesteps;
    if (last->merge == RNN_NONE)
        floats[ARRAY_Y_BACKWARD] = floats[ARRAY_Y];
    for (int i = 0; i < rnn_model_state_count(&model); i++) {
        size_t count = (size_t)p->batch * (size_t)rnn_model_state_width(&model, i);
        floats[ARRAY_FINAL_STATE + i] = count;
        floats[ARRAY_INITIAL_STATE + i] = p->initial_state ? count : 0;
    }
}

static rnn_array weights_view(const run_arrays *a, int index) {
    return (rnn_array){array_floats(a, index), array_float_count(a, index)};
}

static void bind_views(run_arrays *a, const problem *p) {
    rnn_model model = problem_model(p);
    int directions = 0;
    for (int i = 0; i < p->layer_count; i++)
        directions += rnn_layer_directions(&p->layers[i]);
    for (int i = 0; i < directions; i++)
        a->layer_weights[i] =
            (rnn_weights){.kernel = weights_view(a, ARRAY_KERNEL + i),
                          .recurrent_kernel = weights_view(a, ARRAY_RECURRENT_KERNEL + i),
                          .bias = weights_view(a, ARRAY_BIAS + i),
                          .peepholes = weights_view(a, ARRAY_PEEPHOLES + i),
                          .projection = weights_view(a, ARRAY_PROJECTION + i)};
    a->weights = (rnn_model_weights){.layers = a->layer_weights,
                                     .count = directions,
                                     .dense_kernel = weights_view(a, ARRAY_DENSE_KERNEL),
                                     .dense_bias = weights_view(a, ARRAY_DENSE_BIAS)};
    for (int i = 0; i < rnn_model_state_count(&model); i++) {
        a->initial_states[i] = array_floats(a, ARRAY_INITIAL_STATE + i);
        a->final_states[i] = array_floats(a, ARRAY_FINAL_STATE + i);
    }
    a->io = (rnn_io){.x = array_floats(a, ARRAY_X),
                     .y = array_floats(a, ARRAY_Y),
                     .y_backward = array_floats(a, ARRAY_Y_BACKWARD),
                     .initial_states = p->initial_state ? a->initial_states : NULL,
                     .final_states = a->final_states,
                     .lengths = a->all[ARRAY_LENGTHS].data,
                     .mask = a->all[ARRAY_MASK].data,
                     .attention = array_floats(a, ARRAY_ATTENTION)};
}

bool arrays_create(run_arrays *a, const problem *p, case_guard guard) {
    *a = (run_arrays){0};
    size_t floats[ARRAY_COUNT] = {0};
    size_weights(floats, p);
    size_sequences(floats, p);
    size_t rows = (size_t)p->batch;
    bool has_lengths = p->mask == MASK_LENGTHS || p->mask == MASK_BOTH;
    bool has_mask = p->mask != MASK_NONE && p->mask != MASK_LENGTHS;
    for (int i = 0; i < ARRAY_COUNT; i++) {
        size_t bytes = floats[i] * sizeof(float);
        if (i == ARRAY_LENGTHS)
            bytes = has_lengths ? rows * sizeof(int32_t) : 0;
        if (i == ARRAY_MASK)
            bytes = has_mask ? rows * (size_t)p->timesteps : 0;
        if (!buffer_create(&a->all[i], bytes, guard)) {
            arrays_destroy(a);
            return false;
        }
    }
    bind_views(a, p);
    return true;
}

void arrays_destroy(run_arrays *a) {
    for (int i = 0; i < ARRAY_COUNT; i++)
        buffer_destroy(&a->all[i]);
}

void array_name(int array, char text[ARRAY_NAME_SIZE]) {
    const size_t size = ARRAY_NAME_SIZE;
    if (array < ARRAY_RECURRENT_KERNEL)
        snprintf(text, size, "weights.layers[%d].kernel", array - ARRAY_KERNEL);
    else if (array < ARRAY_BIAS)
        snprintf(text, size, "weights.layers[%d].recurrent_kernel", array - ARRAY_RECURRENT_KERNEL);
    else if (array < ARRAY_PEEPHOLES)
        snprintf(text, size, "weights.layers[%d].bias", array - ARRAY_BIAS);
    else if (array < ARRAY_PROJECTION)
        snprintf(text, size, "weights.layers[%d].peepholes", array - ARRAY_PEEPHOLES);
    else if (array < ARRAY_DENSE_KERNEL)
        snprintf(text, size, "weights.layers[%d].projection", array - ARRAY_PROJECTION);
    else if (array < ARRAY_X)
        snprintf(text, size, "weights.dense_%s", array == ARRAY_DENSE_BIAS ? "bias" : "kernel");
    else if (array < ARRAY_INITIAL_STATE)
        snprintf(text, size, "%s",
                 array == ARRAY_X         ? "x"
                 : array == ARRAY_LENGTHS ? "lengths"
                 : array == ARRAY_MASK    ? "mask"
                                          : "attention");
    else if (array < ARRAY_Y)
        snprintf(text, size, "initial_states[%d]", array - ARRAY_INITIAL_STATE);
    else if (array < ARRAY_FINAL_STATE)
        snprintf(text, size, "%s", array == ARRAY_Y ? "y" : "y_backward");
    else
        snprintf(text, size, "final_states[%d]", array - ARRAY_FINAL_STATE);
}
