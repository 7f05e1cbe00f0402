/* SPDX-License-Identifier: MIT
 *
 * Makes plans. Everything that can be wrong is found here, so that backends need not look. */
#include "kernels/plan.h"

#include "kernels/known_faults.h"
#include "kernels/registry.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rnn_status invalid_null(rnn_error *error, const char *field) {
    return rnn_fail(error, RNN_INVALID_ARGUMENT, "%s: NULL", field);
}

/* ---- Shapes ------------------------------------------------------------------------------- */

/* Counts the floats from the first to the last one of an array of rows. Returns false if their
 * bytes exceed PTRDIFF_MAX. */
static bool array_extent(int batch, int timesteps, rnn_strides strides, int width, size_t *floats) {
    size_t along_batch, along_time, bytes;
    if (__builtin_mul_overflow((size_t)batch - 1, (size_t)strides.batch, &along_batch) ||
        __builtin_mul_overflow((size_t)timesteps - 1, (size_t)strides.time, &along_time) ||
        __builtin_add_overflow(along_batch, along_time, floats) ||
        __builtin_add_overflow(*floats, (size_t)width, floats) ||
        __builtin_mul_overflow(*floats, sizeof(float), &bytes))
        return false;
    return bytes <= PTRDIFF_MAX;
}

static bool rows_are_disjoint(int batch, int timesteps, rnn_strides strides, int width) {
    ptrdiff_t inner = strides.batch, outer = strides.time;
    int inner_count = batch;
    if (inner > outer) {
        inner = strides.time, outer = strides.batch;
        inner_count = timesteps;
    }
    return inner >= width && outer / inner >= inner_count - 1 &&
           outer >= inner * (inner_count - 1) + width;
}

/* Makes the strides explicit. Where both are 0 they become those of the dense layout. A dimension
 * of one entry, whose stride means nothing, gets a harmless one. */
static rnn_status resolve_strides(rnn_strides *strides, const char *field, const rnn_shape *shape,
                                  int timesteps, int width, rnn_error *error) {
    if (strides->batch == 0 && strides->time == 0) {
        strides->batch = (shape->time_major ? 1 : (ptrdiff_t)timesteps) * width;
        strides->time = (shape->time_major ? (ptrdiff_t)shape->batch : 1) * width;
    }
    if (timesteps == 1)
        strides->time = 0;
    if (shape->batch == 1)
        strides->batch = 0;
    size_t floats;
    if (strides->batch < 0 || strides->time < 0)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "shape.%s: strides %td, %td, must not be negative", field, strides->batch,
                        strides->time);
    if (!array_extent(shape->batch, timesteps, *strides, width, &floats))
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "shape: batch %d x timesteps %d x %d floats is too large for %s",
                        shape->batch, timesteps, width, field);
    if (shape->batch == 1)
        strides->batch = timesteps == 1 ? width : timesteps * strides->time;
    if (timesteps == 1)
        strides->time = shape->batch * strides->batch;
    return RNN_OK;
}

static rnn_status resolve_shape(const rnn_model *model, rnn_shape *shape, rnn_error *error) {
    if (shape->batch < 1)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "shape.batch: %d, must be at least 1",
                        shape->batch);
    if (shape->timesteps < 1)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "shape.timesteps: %d, must be at least 1",
                        shape->timesteps);
    int width = rnn_model_output_width(model);
    int output_steps = rnn_model_returns_sequences(model) ? shape->timesteps : 1;
    rnn_status status =
        resolve_strides(&shape->x, "x", shape, shape->timesteps, model->layers[0].features, error);
    if (status == RNN_OK)
        status = resolve_strides(&shape->y, "y", shape, output_steps, width, error);
    if (status == RNN_OK && !rows_are_disjoint(shape->batch, output_steps, shape->y, width))
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "shape.y: strides %td, %td let rows of %d floats overlap", shape->y.batch,
                        shape->y.time, width);
    return status;
}

/* Checks what backends compute sizes from without looking for overflow: every layer's sequence of
 * gates, widened to whole vectors. */
static rnn_status check_sequence_sizes(const rnn_model *model, const rnn_shape *shape,
                                       rnn_error *error) {
    for (int i = 0; i < model->layer_count; i++) {
        const size_t widest_vector = 64, copies = 16;
        size_t rows, floats, bytes;
        if (__builtin_mul_overflow((size_t)shape->batch, (size_t)shape->timesteps, &rows) ||
            __builtin_mul_overflow(rows, (size_t)model->layers[i].units + widest_vector, &floats) ||
            __builtin_mul_overflow(floats, copies * sizeof(float), &bytes) || bytes > PTRDIFF_MAX)
            return rnn_fail(error, RNN_INVALID_ARGUMENT,
                            "shape: batch %d x timesteps %d x layers[%d].units %d is too large",
                            shape->batch, shape->timesteps, i, model->layers[i].units);
    }
    return RNN_OK;
}

/* ---- Weights ------------------------------------------------------------------------------ */

/* One array as the caller knows it, and what it has to be: a matrix, or a vector of [columns]. */
typedef struct needed_array {
    const char *field;
    int index, layer; /* places in weights.layers and in model.layers; -1 for the head */
    bool is_matrix;
    size_t length, columns;
} needed_array;

static rnn_status refuse_length(const char *name, const needed_array *needed, size_t length,
                                rnn_error *error) {
    char owner[24] = "dense", shape[48];
    if (needed->layer >= 0)
        snprintf(owner, sizeof owner, "layers[%d]", needed->layer);
    if (needed->is_matrix)
        snprintf(shape, sizeof shape, "[%zu, %zu]", needed->length / needed->columns,
                 needed->columns);
    else
        snprintf(shape, sizeof shape, "[%zu]", needed->columns);
    return rnn_fail(error, RNN_INVALID_ARGUMENT, "weights.%s: length %zu, but %s needs %zu, %s",
                    name, length, owner, needed->length, shape);
}

static rnn_status check_array(rnn_array array, const needed_array *needed, rnn_error *error) {
    char name[40];
    if (needed->index >= 0)
        snprintf(name, sizeof name, "layers[%d].%s", needed->index, needed->field);
    else
        snprintf(name, sizeof name, "%s", needed->field);
    if (!array.data)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "weights.%s: NULL", name);
    if ((uintptr_t)array.data % sizeof(float))
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "weights.%s: %p is not aligned for floats",
                        name, (const void *)array.data);
    if (array.length != needed->length)
        return refuse_length(name, needed, array.length, error);
    return RNN_OK;
}

static rnn_status check_dense_weights(const rnn_model *model, const rnn_model_weights *weights,
                                      rnn_error *error) {
    const rnn_layer *below = &model->layers[model->layer_count - 1];
    const size_t columns = (size_t)model->dense->units;
    const size_t length = (size_t)rnn_layer_output_width(below) * columns;
    const needed_array kernel = {"dense_kernel", -1, -1, true, length, columns};
    const needed_array bias = {"dense_bias", -1, -1, false, columns, columns};
    rnn_status status = check_array(weights->dense_kernel, &kernel, error);
    if (status == RNN_OK && model->dense->use_bias)
        status = check_array(weights->dense_bias, &bias, error);
    return status;
}

/* Checks the weights of direction `index` of all layers, which belongs to layer `layer`. */
static rnn_status check_direction_weights(const rnn_model *model, int layer, int index,
                                          const rnn_weights *weights, rnn_error *error) {
    const rnn_layer *l = &model->layers[layer];
    const size_t columns = (size_t)rnn_cell_gates(l->cell) * (size_t)l->units;
    const needed_array kernel = {"kernel", index, layer, true, rnn_layer_kernel_length(l), columns};
    const needed_array recurrent = {
        "recurrent_kernel", index, layer, true, rnn_layer_recurrent_kernel_length(l), columns};
    const needed_array bias = {"bias", index, layer, l->reset_after, rnn_layer_bias_length(l),
                               columns};
    const size_t units = (size_t)l->units, projection = (size_t)l->projection;
    const needed_array peepholes = {"peepholes", index, layer, true, rnn_layer_peepholes_length(l),
                                    units};
    const needed_array projected = {
        "projection", index, layer, true, rnn_layer_projection_length(l), projection};
    rnn_status status = check_array(weights->kernel, &kernel, error);
    if (status == RNN_OK)
        status = check_array(weights->recurrent_kernel, &recurrent, error);
    if (status == RNN_OK && l->use_bias)
        status = check_array(weights->bias, &bias, error);
    if (status == RNN_OK && l->peepholes)
        status = check_array(weights->peepholes, &peepholes, error);
    if (status == RNN_OK && l->projection > 0)
        status = check_array(weights->projection, &projected, error);
    return status;
}

static rnn_status check_weights(const rnn_model *model, const rnn_model_weights *weights,
                                rnn_error *error) {
    if (!weights)
        return invalid_null(error, "weights");
    if (!weights->layers)
        return invalid_null(error, "weights.layers");
    int expected = 0;
    for (int i = 0; i < model->layer_count; i++)
        expected += rnn_layer_directions(&model->layers[i]);
    if (weights->count != expected)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "weights.count: %d, the model has %d",
                        weights->count, expected);
    int index = 0;
    for (int i = 0; i < model->layer_count; i++)
        for (int d = 0; d < rnn_layer_directions(&model->layers[i]); d++, index++) {
            rnn_status status =
                check_direction_weights(model, i, index, &weights->layers[index], error);
            if (status != RNN_OK)
                return status;
        }
    return model->dense ? check_dense_weights(model, weights, error) : RNN_OK;
}

/* ---- Options ------------------------------------------------------------------------------ */

static int threads_of(const rnn_plan_options *options) {
    return options && options->threads ? options->threads : 1;
}

static rnn_status check_options(const rnn_plan_options *options, rnn_error *error) {
    if (options && (options->threads < 0 || options->threads > RNN_MAX_THREADS))
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "options.threads: %d, must be 0 to %d",
                        options->threads, RNN_MAX_THREADS);
    return RNN_OK;
}

/* ---- Creation ----------------------------------------------------------------------------- */

/* Fills *problem and finds its backend's row, or says why it cannot. */
static rnn_status make_problem(rnn_problem *problem, const rnn_backend_row **row,
                               const char *backend_name, const rnn_model *model,
                               const rnn_shape *shape, const rnn_plan_options *options,
                               rnn_error *error) {
    if (!model)
        return invalid_null(error, "model");
    if (!shape)
        return invalid_null(error, "shape");
    *problem = (rnn_problem){.model = *model, .shape = *shape, .threads = threads_of(options)};
    rnn_status status = rnn_model_validate(model, error);
    if (status == RNN_OK)
        status = resolve_shape(&problem->model, &problem->shape, error);
    if (status == RNN_OK)
        status = check_sequence_sizes(&problem->model, &problem->shape, error);
    if (status == RNN_OK)
        status = check_options(options, error);
    if (status == RNN_OK)
        status = rnn_backend_find(backend_name, row, error);
    if (status == RNN_OK && problem->threads > 1 && !(*row)->threaded)
        status = rnn_fail(error, RNN_UNSUPPORTED,
                          "options.threads: %d, backend \"%s\" runs on one thread",
                          problem->threads, backend_name);
    if (status == RNN_OK && (*row)->backend->supports)
        status = (*row)->backend->supports(problem, error);
    if (status == RNN_OK)
        problem->kernels = (*row)->kernels;
    return status;
}

static rnn_status refuse_known_faults(const rnn_problem *problem, const rnn_backend_row *row,
                                      rnn_error *error) {
    char version[64];
    if (!row->backend->version)
        return RNN_OK;
    row->backend->version(version, sizeof version);
    return rnn_known_faults_refuse(row->name, version, rnn_cpu_detected(), problem, error);
}

rnn_status rnn_backend_supports(const char *backend_name, const rnn_model *model,
                                const rnn_shape *shape, const rnn_plan_options *options,
                                rnn_error *error) {
    rnn_problem problem;
    const rnn_backend_row *row = NULL;
    rnn_status status = make_problem(&problem, &row, backend_name, model, shape, options, error);
    return status == RNN_OK ? refuse_known_faults(&problem, row, error) : status;
}

/* A layer as the backends see it: SimpleRNN's recurrent activation, which it ignores, is at its
 * default. */
static rnn_layer canonical_layer(const rnn_layer *layer) {
    rnn_layer canonical = *layer;
    if (layer->cell == RNN_SIMPLE)
        canonical.recurrent_activation = RNN_SIGMOID;
    return canonical;
}

/* How many bytes rows take that array_extent() has found small enough. */
static size_t bytes_of_rows(const rnn_shape *shape, rnn_strides strides, int timesteps, int width) {
    size_t floats;
    return array_extent(shape->batch, timesteps, strides, width, &floats) ? floats * sizeof(float)
                                                                          : 0;
}

/* Makes a plan with copies of what the caller described, and with no backend yet. */
static rnn_plan *plan_allocate(const rnn_problem *problem) {
    const rnn_model *model = &problem->model;
    const size_t layer_count = model->layer_count > 0 ? (size_t)model->layer_count : 0;
    const int states = rnn_model_state_count(model);
    rnn_plan *plan = calloc(1, sizeof *plan);
    rnn_layer *layers = calloc(layer_count, sizeof *layers);
    size_t *state_bytes = calloc((size_t)states, sizeof *state_bytes);
    if (!plan || !layers || !state_bytes) {
        free(plan);
        free(layers);
        free(state_bytes);
        return NULL;
    }
    for (size_t i = 0; i < layer_count; i++)
        layers[i] = canonical_layer(&model->layers[i]);
    for (int i = 0; i < states; i++)
        state_bytes[i] =
            (size_t)problem->shape.batch * (size_t)rnn_model_state_width(model, i) * sizeof(float);
    plan->problem = *problem;
    plan->layers = layers;
    plan->problem.model.layers = layers;
    if (model->dense) {
        plan->dense = *model->dense;
        plan->problem.model.dense = &plan->dense;
    }
    const rnn_shape *shape = &problem->shape;
    const int output_steps = rnn_model_returns_sequences(model) ? shape->timesteps : 1;
    for (int i = 0; i < model->layer_count; i++)
        plan->uses_attention |= model->layers[i].attention;
    plan->x_bytes = bytes_of_rows(shape, shape->x, shape->timesteps, model->layers[0].features);
    plan->y_bytes = bytes_of_rows(shape, shape->y, output_steps, rnn_model_output_width(model));
    plan->state_count = states;
    plan->state_bytes = state_bytes;
    return plan;
}

static rnn_status create_plan(rnn_plan **out, const rnn_problem *problem,
                              const rnn_backend *backend, const rnn_model_weights *weights,
                              rnn_error *error) {
    rnn_status status = check_weights(&problem->model, weights, error);
    if (status != RNN_OK)
        return status;

    rnn_plan *plan = plan_allocate(problem);
    if (!plan)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    plan->backend = backend;
    status = backend->create(&plan->state, &plan->problem, weights, error);
    if (status != RNN_OK) {
        rnn_plan_destroy(plan);
        return status;
    }
    size_t size = backend->scratch_size(plan->state);
    size_t aligned = (size + RNN_ALIGNMENT - 1) / RNN_ALIGNMENT * RNN_ALIGNMENT;
    plan->scratch_size = aligned ? aligned : RNN_ALIGNMENT;
    *out = plan;
    return RNN_OK;
}

rnn_status rnn_plan_create_despite_faults(rnn_plan **out, const char *backend_name,
                                          const rnn_model *model, const rnn_model_weights *weights,
                                          const rnn_shape *shape, const rnn_plan_options *options,
                                          rnn_error *error) {
    rnn_problem problem;
    const rnn_backend_row *row = NULL;
    rnn_status status = make_problem(&problem, &row, backend_name, model, shape, options, error);
    return status == RNN_OK ? create_plan(out, &problem, row->backend, weights, error) : status;
}

rnn_status rnn_plan_create(rnn_plan **out, const char *backend_name, const rnn_model *model,
                           const rnn_model_weights *weights, const rnn_shape *shape,
                           const rnn_plan_options *options, rnn_error *error) {
    if (!out)
        return invalid_null(error, "plan");
    rnn_problem problem;
    const rnn_backend_row *row = NULL;
    rnn_status status = make_problem(&problem, &row, backend_name, model, shape, options, error);
    if (status == RNN_OK)
        status = refuse_known_faults(&problem, row, error);
    return status == RNN_OK ? create_plan(out, &problem, row->backend, weights, error) : status;
}

void rnn_plan_destroy(rnn_plan *plan) {
    if (!plan)
        return;
    if (plan->state)
        plan->backend->destroy(plan->state);
    free(plan->layers);
    free(plan->state_bytes);
    free(plan);
}

size_t rnn_plan_scratch_size(const rnn_plan *plan) {
    return plan->scratch_size;
}

size_t rnn_plan_packed_size(const rnn_plan *plan) {
    return plan->backend->packed_size(plan->state);
}

const char *rnn_plan_implementation(const rnn_plan *plan) {
    return plan->backend->implementation(plan->state);
}
