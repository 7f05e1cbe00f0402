/* SPDX-License-Identifier: MIT
 *
 * The honest baseline: textbook loops in f32, one sequence after the other and one step after the
 * other. It shares nothing with the fast kernels, so that it cannot share their mistakes. */
#include "kernels/backend.h"

#include "kernels/naive/cell.h"

#include <stdlib.h>
#include <string.h>

typedef struct naive_state {
    const rnn_problem *problem;
    naive_weights *weights; /* in the order of rnn_model_weights.layers */
    int count;
    float *dense_kernel, *dense_bias;
    size_t weight_floats;
    /* Each is that of the layer that needs most. */
    size_t step_floats, state_floats, sequence_floats;
} naive_state;

/* ---- Creation ----------------------------------------------------------------------------- */

static float *copy_array(naive_state *state, rnn_array array) {
    float *copy = malloc(array.length * sizeof *copy);
    if (copy) {
        memcpy(copy, array.data, array.length * sizeof *copy);
        state->weight_floats += array.length;
    }
    return copy;
}

static bool copy_weights(naive_state *state, const rnn_layer *layer, const rnn_weights *from,
                         naive_weights *to) {
    to->kernel = copy_array(state, from->kernel);
    to->recurrent_kernel = copy_array(state, from->recurrent_kernel);
    if (layer->use_bias)
        to->bias = copy_array(state, from->bias);
    if (layer->peepholes)
        to->peepholes = copy_array(state, from->peepholes);
    if (layer->projection > 0)
        to->projection = copy_array(state, from->projection);
    return to->kernel && to->recurrent_kernel && (!layer->use_bias || to->bias) &&
           (!layer->peepholes || to->peepholes) && (layer->projection == 0 || to->projection);
}

static bool copy_dense(naive_state *state, const rnn_model_weights *weights) {
    const rnn_dense *dense = state->problem->model.dense;
    state->dense_kernel = copy_array(state, weights->dense_kernel);
    if (dense->use_bias)
        state->dense_bias = copy_array(state, weights->dense_bias);
    return state->dense_kernel && (!dense->use_bias || state->dense_bias);
}

static bool copy_model(naive_state *state, const rnn_model_weights *weights) {
    const rnn_model *model = &state->problem->model;
    state->weights = calloc((size_t)weights->count, sizeof *state->weights);
    if (!state->weights)
        return false;
    state->count = weights->count;
    int index = 0;
    for (int i = 0; i < model->layer_count; i++)
        for (int d = 0; d < rnn_layer_directions(&model->layers[i]); d++, index++)
            if (!copy_weights(state, &model->layers[i], &weights->layers[index],
                              &state->weights[index]))
                return false;
    return !model->dense || copy_dense(state, weights);
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static void measure_scratch(naive_state *state) {
    const rnn_model *model = &state->problem->model;
    size_t timesteps = (size_t)state->problem->shape.timesteps;
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        state->step_floats = larger(state->step_floats, rnn_naive_step_scratch(layer));
        for (int s = 0; s < rnn_cell_states(layer->cell); s++)
            state->state_floats =
                larger(state->state_floats, (size_t)rnn_layer_state_width(layer, s));
        if (i + 1 < model->layer_count || model->dense)
            state->sequence_floats =
                larger(state->sequence_floats, timesteps * (size_t)rnn_layer_output_width(layer));
    }
}

static void naive_destroy(void *opaque) {
    naive_state *state = opaque;
    for (int i = 0; i < state->count; i++) {
        free(state->weights[i].kernel);
        free(state->weights[i].recurrent_kernel);
        free(state->weights[i].bias);
        free(state->weights[i].peepholes);
        free(state->weights[i].projection);
    }
    free(state->weights);
    free(state->dense_kernel);
    free(state->dense_bias);
    free(state);
}

static rnn_status naive_create(void **out, const rnn_problem *problem,
                               const rnn_model_weights *weights, rnn_error *error) {
    naive_state *state = calloc(1, sizeof *state);
    if (!state)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "weights: out of memory");
    state->problem = problem;
    if (!copy_model(state, weights)) {
        naive_destroy(state);
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "weights: out of memory");
    }
    measure_scratch(state);
    *out = state;
    return RNN_OK;
}

/* ---- One layer, one sequence -------------------------------------------------------------- */

/* Rows of features, of which row t starts at rows + t * stride. */
typedef struct sequence {
    float *rows;
    ptrdiff_t stride;
} sequence;

typedef struct const_sequence {
    const float *rows;
    ptrdiff_t stride;
} const_sequence;

/* One row of the batch on its way through the layers. */
typedef struct row_run {
    const naive_state *state;
    const rnn_io *io;
    int n;
    float *step;       /* scratch of rnn_naive_step */
    float *h, *c;      /* the running state */
    float *zeros;      /* what a masked step may put out */
    float *between[2]; /* sequences between layers, in turn */
} row_run;

static void load_state(const row_run *run, float *values, int index, int width) {
    const float *initial = run->io->initial_states ? run->io->initial_states[index] : NULL;
    size_t size = (size_t)width * sizeof *values;
    if (initial)
        memcpy(values, initial + (size_t)run->n * (size_t)width, size);
    else
        memset(values, 0, size);
}

static void store_state(const row_run *run, const float *values, int index, int width) {
    float *final = run->io->final_states ? run->io->final_states[index] : NULL;
    if (final)
        memcpy(final + (size_t)run->n * (size_t)width, values, (size_t)width * sizeof *values);
}

/* Sets y to values, or merges them into y where y holds the first half of a bidirectional layer. */
static void put_out(rnn_merge merge, float *restrict y, const float *restrict values, int width) {
    for (int j = 0; j < width; j++) {
        switch (merge) {
        case RNN_SUM:
            y[j] += values[j];
            break;
        case RNN_MUL:
            y[j] *= values[j];
            break;
        case RNN_AVE:
            y[j] = (y[j] + values[j]) / 2;
            break;
        default:
            y[j] = values[j];
        }
    }
}

/* Runs one direction of one layer over all steps. `state` is the index of its h among the
 * model's. */
static void run_one_direction(const row_run *run, const rnn_layer *layer,
                              const naive_weights *weights, const_sequence x, sequence y,
                              bool second_half, int state) {
    int T = run->state->problem->shape.timesteps;
    bool backward = second_half || layer->direction == RNN_BACKWARD;
    rnn_merge merge = second_half ? layer->merge : RNN_CONCAT;
    float *const states[2] = {run->h, run->c};
    const int state_count = rnn_cell_states(layer->cell), width = rnn_layer_direction_width(layer);
    for (int s = 0; s < state_count; s++)
        load_state(run, states[s], state + s, rnn_layer_state_width(layer, s));
    for (int step = 0; step < T; step++) {
        int t = backward ? T - 1 - step : step;
        bool counts = rnn_step_counts(run->io, T, run->n, t);
        const float attention =
            layer->attention ? run->io->attention[(ptrdiff_t)run->n * T + t] : 0;
        if (counts)
            rnn_naive_step(layer, weights, x.rows + t * x.stride, attention, run->h, run->c,
                           run->step);
        const float *output = !counts && rnn_layer_zeroes_masked(layer) ? run->zeros : run->h;
        /* A sequence comes out in processing order, but the second half is flipped back in time to
         * meet the first. */
        int row = second_half ? t : step;
        if (layer->return_sequences)
            put_out(merge, y.rows + row * y.stride, output, width);
        else if (step == T - 1)
            put_out(merge, y.rows, output, width);
    }
    for (int s = 0; s < state_count; s++)
        store_state(run, states[s], state + s, rnn_layer_state_width(layer, s));
}

/* Runs one layer. y_backward is used by RNN_NONE only. */
static void run_layer(const row_run *run, const rnn_layer *layer, const naive_weights *weights,
                      const_sequence x, sequence y, sequence y_backward, int state) {
    run_one_direction(run, layer, weights, x, y, false, state);
    if (layer->direction != RNN_BIDIRECTIONAL)
        return;
    if (layer->merge == RNN_NONE)
        y = y_backward;
    else if (layer->merge == RNN_CONCAT)
        y.rows += rnn_layer_direction_width(layer);
    run_one_direction(run, layer, weights + 1, x, y, true, state + rnn_cell_states(layer->cell));
}

/* ---- One model, one sequence -------------------------------------------------------------- */

static void run_dense(const naive_state *state, const_sequence x, sequence y) {
    const rnn_model *model = &state->problem->model;
    const rnn_dense *dense = model->dense;
    int features = rnn_layer_output_width(&model->layers[model->layer_count - 1]);
    int rows = rnn_model_returns_sequences(model) ? state->problem->shape.timesteps : 1;
    for (int t = 0; t < rows; t++) {
        float *row = y.rows + t * y.stride;
        for (int j = 0; j < dense->units; j++)
            row[j] = dense->use_bias ? state->dense_bias[j] : 0;
        rnn_naive_add_product(row, x.rows + t * x.stride, state->dense_kernel, features,
                              dense->units, dense->units);
        rnn_naive_activate(dense->activation, row, dense->units);
    }
}

/* Row n of x, whose steps lie strides.time apart. */
static const_sequence input_row(const float *x, rnn_strides strides, int n) {
    return (const_sequence){x + n * strides.batch, strides.time};
}

static sequence output_row(float *y, rnn_strides strides, int n) {
    return y ? (sequence){y + n * strides.batch, strides.time} : (sequence){NULL, 0};
}

static void run_row(const row_run *run) {
    const rnn_model *model = &run->state->problem->model;
    const rnn_shape *shape = &run->state->problem->shape;
    sequence y = output_row(run->io->y, shape->y, run->n);
    sequence y_backward = output_row(run->io->y_backward, shape->y, run->n);
    const_sequence x = input_row(run->io->x, shape->x, run->n);
    const naive_weights *weights = run->state->weights;
    int state = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        bool is_output = i + 1 == model->layer_count && !model->dense;
        sequence out = {run->between[i % 2], rnn_layer_output_width(layer)};
        if (is_output)
            out = y;
        run_layer(run, layer, weights, x, out, y_backward, state);
        weights += rnn_layer_directions(layer);
        state += rnn_layer_directions(layer) * rnn_cell_states(layer->cell);
        x = (const_sequence){out.rows, out.stride};
    }
    if (model->dense)
        run_dense(run->state, x, y);
}

/* ---- Interface ---------------------------------------------------------------------------- */

static size_t naive_scratch_size(const void *opaque) {
    const naive_state *state = opaque;
    return (state->step_floats + 3 * state->state_floats + 2 * state->sequence_floats) *
           sizeof(float);
}

static rnn_status naive_run(const void *opaque, const rnn_io *io, void *scratch, rnn_error *error) {
    (void)error;
    const naive_state *state = opaque;
    row_run run = {.state = state, .io = io, .step = scratch};
    run.h = run.step + state->step_floats;
    run.c = run.h + state->state_floats;
    run.zeros = run.c + state->state_floats;
    run.between[0] = run.zeros + state->state_floats;
    run.between[1] = run.between[0] + state->sequence_floats;
    memset(run.zeros, 0, state->state_floats * sizeof *run.zeros);
    for (run.n = 0; run.n < state->problem->shape.batch; run.n++)
        run_row(&run);
    return RNN_OK;
}

static size_t naive_packed_size(const void *opaque) {
    const naive_state *state = opaque;
    return state->weight_floats * sizeof(float);
}

static const char *naive_implementation(const void *opaque) {
    (void)opaque;
    return "naive";
}

const rnn_backend rnn_backend_naive = {
    .create = naive_create,
    .destroy = naive_destroy,
    .scratch_size = naive_scratch_size,
    .packed_size = naive_packed_size,
    .implementation = naive_implementation,
    .run = naive_run,
};
