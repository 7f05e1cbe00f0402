/* SPDX-License-Identifier: MIT
 *
 * The onednn backend: every layer, and the Dense head, is one primitive of oneDNN, and they run in
 * turn.
 *
 * Layers between the first and the last put their sequences into two buffers by turns, time-major,
 * which is what oneDNN likes. Runs that overlap in time need data handles of their own. The plan
 * keeps one set, and a run that finds it taken makes another. This is the only case in which this
 * backend allocates itself; oneDNN makes a small argument map at every execution. */
#include "kernels/engine/cores.h"
#include "kernels/engine/room.h"
#include "kernels/onednn/calls.h"
#include "kernels/onednn/feature_rows.h"
#include "kernels/onednn/scratch.h"
#include "kernels/onednn/threads.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct onednn_plan {
    const rnn_problem *problem;
    onednn_threads runtime;
    dnnl_engine_t engine;
    onednn_layer *layers;
    onednn_dense head;
    onednn_calls *calls;
    float *zeros;         /* for initial states that are not given */
    size_t sequences[2];  /* offsets into scratch of what passes from layer to layer */
    size_t layer_scratch; /* shared by the layers and the head */
    size_t scratch_size;
    char implementation[96];
} onednn_plan;

/* ---- Support ------------------------------------------------------------------------------ */

/* Of the options that Keras does not have, oneDNN has peepholes, a projection and attention. */
static const char *option_that_it_lacks(const rnn_layer *layer) {
    return layer->coupling != RNN_COUPLING_NONE ? "coupling"
           : layer->cell_clip > 0               ? "cell_clip"
           : layer->projection_clip > 0         ? "projection_clip"
           : layer->gate_clip > 0               ? "gate_clip"
                                                : NULL;
}

static rnn_status layer_supports(const rnn_layer *layer, int index, rnn_error *error) {
    const rnn_activation act = layer->activation;
    const char *lacking = option_that_it_lacks(layer);
    if (lacking)
        return rnn_fail(error, RNN_UNSUPPORTED, "onednn: layers[%d].%s: set, its %s has none",
                        index, lacking, rnn_cell_name(layer->cell));
    if (layer->attention && layer->direction != RNN_FORWARD)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: layers[%d].direction: %s, its AUGRU runs forward only", index,
                        rnn_direction_name(layer->direction));
    if (layer->cell == RNN_SIMPLE) {
        if (act == RNN_TANH || act == RNN_SIGMOID || act == RNN_RELU || act == RNN_LINEAR)
            return RNN_OK;
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: layers[%d].activation: %s, its simple_rnn has tanh, sigmoid, relu "
                        "and linear only",
                        index, rnn_activation_name(act));
    }
    if (act != RNN_TANH)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: layers[%d].activation: %s, its %s has tanh only", index,
                        rnn_activation_name(act), rnn_cell_name(layer->cell));
    if (layer->recurrent_activation != RNN_SIGMOID)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: layers[%d].recurrent_activation: %s, its %s has sigmoid only",
                        index, rnn_activation_name(layer->recurrent_activation),
                        rnn_cell_name(layer->cell));
    return RNN_OK;
}

static rnn_status onednn_supports(const rnn_problem *problem, rnn_error *error) {
    const rnn_model *model = &problem->model;
    onednn_threads runtime = rnn_onednn_threads_find();
    if (!rnn_onednn_threads_can_be(&runtime, problem->threads))
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: threads: %d, this oneDNN does not take its threads from OpenMP",
                        problem->threads);
    if (problem->shape.masked)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: shape.masked: true, it has neither lengths nor masks");
    for (int i = 0; i < model->layer_count; i++) {
        rnn_status status = layer_supports(&model->layers[i], i, error);
        if (status != RNN_OK)
            return status;
    }
    if (model->dense && !rnn_onednn_dense_has_activation(model->dense->activation))
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "onednn: dense.activation: %s is not among its post-ops",
                        rnn_activation_name(model->dense->activation));
    return RNN_OK;
}

/* ---- Creation ----------------------------------------------------------------------------- */

static rnn_status create_layers(onednn_plan *plan, const rnn_weights *weights, rnn_error *error) {
    const rnn_model *model = &plan->problem->model;
    const rnn_shape *shape = &plan->problem->shape;
    rnn_strides x = shape->x;
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        const bool last = i + 1 == model->layer_count;
        onednn_place place = {.batch = shape->batch, .timesteps = shape->timesteps, .x = x};
        if (!last)
            place.y = rnn_onednn_rows_dense(
                (onednn_rows){shape->batch, shape->timesteps, rnn_layer_output_width(layer)});
        else
            place.y = model->dense ? plan->head.x : shape->y;
        rnn_status status =
            rnn_onednn_layer_create(&plan->layers[i], layer, &place, weights, plan->engine, error);
        if (status != RNN_OK)
            return status;
        x = place.y;
        weights += rnn_layer_directions(layer);
    }
    return RNN_OK;
}

/* How many floats layer i hands to what follows it; none where it writes to io.y. */
static size_t handed_on(const onednn_plan *plan, int i) {
    const rnn_model *model = &plan->problem->model;
    const rnn_shape *shape = &plan->problem->shape;
    if (i + 1 == model->layer_count && !model->dense)
        return 0;
    return rnn_onednn_rows_floats(
        (onednn_rows){shape->batch, model->layers[i].return_sequences ? shape->timesteps : 1,
                      rnn_layer_output_width(&model->layers[i])});
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static void reserve_scratch(onednn_plan *plan) {
    size_t sequences[2] = {0, 0}, shared = plan->head.scratch_size;
    for (int i = 0; i < plan->problem->model.layer_count; i++) {
        sequences[i % 2] = larger(sequences[i % 2], handed_on(plan, i));
        shared = larger(shared, plan->layers[i].scratch_size);
    }
    for (int i = 0; i < 2; i++)
        plan->sequences[i] = onednn_scratch_floats(&plan->scratch_size, sequences[i]);
    plan->layer_scratch = onednn_scratch_bytes(&plan->scratch_size, shared);
}

static rnn_status create_zeros(onednn_plan *plan, rnn_error *error) {
    size_t floats = 0;
    for (int i = 0; i < plan->problem->model.layer_count; i++)
        for (int s = 0; s < rnn_cell_states(plan->problem->model.layers[i].cell); s++)
            floats = larger(floats, rnn_onednn_layer_state_floats(&plan->layers[i], s));
    plan->zeros = calloc(floats, sizeof *plan->zeros);
    return plan->zeros ? RNN_OK : rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory");
}

static void name_implementation(onednn_plan *plan) {
    const dnnl_version_t *version = dnnl_version();
    const char *name = "?";
    dnnl_primitive_desc_query(plan->layers[0].operation.description, dnnl_query_impl_info_str, 0,
                              &name);
    snprintf(plan->implementation, sizeof plan->implementation, "%d.%d.%d %s", version->major,
             version->minor, version->patch, name);
}

static const onednn_dense *head_of(const onednn_plan *plan) {
    return plan->problem->model.dense ? &plan->head : NULL;
}

static rnn_status fill_plan(onednn_plan *plan, const rnn_model_weights *weights, rnn_error *error) {
    const rnn_model *model = &plan->problem->model;
    plan->layers = calloc((size_t)model->layer_count, sizeof *plan->layers);
    if (!plan->layers)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory");
    rnn_status status = rnn_onednn_check(dnnl_engine_create(&plan->engine, dnnl_cpu, 0),
                                         "dnnl_engine_create", error);
    /* The head goes first, as it says how the last layer's output must lie. */
    if (status == RNN_OK && model->dense)
        status = rnn_onednn_dense_create(&plan->head, plan->problem, weights, plan->engine, error);
    if (status == RNN_OK)
        status = create_layers(plan, weights->layers, error);
    if (status == RNN_OK)
        status = create_zeros(plan, error);
    if (status == RNN_OK)
        status = rnn_onednn_calls_create(&plan->calls, plan->layers, model->layer_count,
                                         head_of(plan), plan->engine, error);
    if (status != RNN_OK)
        return status;
    reserve_scratch(plan);
    name_implementation(plan);
    return RNN_OK;
}

static void onednn_destroy(void *state) {
    onednn_plan *plan = state;
    rnn_onednn_calls_destroy(plan->calls);
    for (int i = 0; plan->layers && i < plan->problem->model.layer_count; i++)
        rnn_onednn_layer_clear(&plan->layers[i]);
    rnn_onednn_dense_clear(&plan->head);
    if (plan->engine)
        dnnl_engine_destroy(plan->engine);
    free(plan->layers);
    free(plan->zeros);
    free(plan);
}

/* The library cuts its work for as many threads as a plan has. On one thread alone some of it would
 * not be done. */
static rnn_status check_threads(int threads, rnn_error *error) {
    if (threads == 1)
        return RNN_OK;
    if (!rnn_can_start_threads())
        return rnn_fail(error, RNN_BACKEND_FAILED,
                        "onednn: threads: %d, after fork() the calling thread has none of OpenMP's",
                        threads);
    if (!rnn_has_room_for_threads(threads))
        return rnn_fail(error, RNN_OUT_OF_MEMORY,
                        "onednn: threads: %d, out of memory or of threads to start them", threads);
    return RNN_OK;
}

/* Checks that there is room, because oneDNN ends the process where it has no memory for its code.
 * The code of a layer needs less than 1 MB, and what all share 3 MB. While weights are packed, they
 * are there twice. */
static rnn_status check_room(const rnn_problem *problem, rnn_error *error) {
    const size_t shared = 6 << 20, of_layer = 1 << 20;
    const size_t weights = rnn_model_parameter_count(&problem->model) * sizeof(float);
    const size_t layers = (size_t)problem->model.layer_count + 1;
    if (rnn_has_room(shared + layers * of_layer + 2 * weights))
        return RNN_OK;
    return rnn_fail(error, RNN_OUT_OF_MEMORY,
                    "onednn: out of memory for the weights and the library's code");
}

/* oneDNN makes some of its code in the first run only. */
static rnn_status check_room_of_run(const onednn_plan *plan, rnn_error *error) {
    if (atomic_load_explicit(&plan->calls->used, memory_order_relaxed) || rnn_has_room(32 << 20))
        return RNN_OK;
    return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory for the first run");
}

static rnn_status onednn_create(void **state, const rnn_problem *problem,
                                const rnn_model_weights *weights, rnn_error *error) {
    rnn_status status = check_threads(problem->threads, error);
    if (status == RNN_OK)
        status = check_room(problem, error);
    if (status != RNN_OK)
        return status;
    onednn_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory");
    plan->problem = problem;
    plan->runtime = rnn_onednn_threads_find();
    /* A primitive is shaped for the thread count at its creation. */
    int before = rnn_onednn_threads_set(&plan->runtime, problem->threads);
    status = fill_plan(plan, weights, error);
    rnn_onednn_threads_set(&plan->runtime, before);
    if (status == RNN_OK)
        *state = plan;
    else
        onednn_destroy(plan);
    return status;
}

/* ---- Queries ------------------------------------------------------------------------------ */

static size_t onednn_scratch_size(const void *state) {
    const onednn_plan *plan = state;
    return plan->scratch_size;
}

static size_t onednn_packed_size(const void *state) {
    const onednn_plan *plan = state;
    size_t size = plan->head.operation.weights_size;
    for (int i = 0; i < plan->problem->model.layer_count; i++)
        size += plan->layers[i].operation.weights_size;
    return size;
}

static const char *onednn_implementation(const void *state) {
    const onednn_plan *plan = state;
    return plan->implementation;
}

static const char *threading_name(unsigned runtime) {
    switch (runtime) {
    case DNNL_RUNTIME_SEQ:
        return "SEQ";
    case DNNL_RUNTIME_OMP:
        return "OMP";
    case DNNL_RUNTIME_TBB:
        return "TBB";
    case DNNL_RUNTIME_THREADPOOL:
        return "THREADPOOL";
    default:
        return "SYCL";
    }
}

static void onednn_version(char *text, size_t size) {
    const dnnl_version_t *version = dnnl_version();
    snprintf(text, size, "%d.%d.%d (%s)", version->major, version->minor, version->patch,
             threading_name(version->cpu_runtime));
}

/* ---- Run ---------------------------------------------------------------------------------- */

static rnn_status run_model(const onednn_plan *plan, const onednn_calls *calls, const rnn_io *io,
                            char *scratch, rnn_error *error) {
    const rnn_model *model = &plan->problem->model;
    char *layer_scratch = scratch + plan->layer_scratch;
    const float *x = io->x;
    int first_state = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        const bool to_caller = i + 1 == model->layer_count && !model->dense;
        const onednn_layer_io layer_io = {
            .x = x,
            .attention = io->attention,
            .y = to_caller ? io->y : (float *)(scratch + plan->sequences[i % 2]),
            .y_backward = to_caller ? io->y_backward : NULL,
            .initial_states = io->initial_states ? io->initial_states + first_state : NULL,
            .final_states = io->final_states ? io->final_states + first_state : NULL,
            .zeros = plan->zeros,
        };
        rnn_status status = rnn_onednn_layer_run(&plan->layers[i], &calls->layers[i], calls->stream,
                                                 &layer_io, layer_scratch, error);
        if (status != RNN_OK)
            return status;
        x = layer_io.y;
        first_state += rnn_layer_directions(layer) * rnn_cell_states(layer->cell);
    }
    if (!model->dense)
        return RNN_OK;
    return rnn_onednn_dense_run(&plan->head, plan->problem, &calls->head, calls->stream, x, io->y,
                                layer_scratch, error);
}

static rnn_status run_with_own_calls(const onednn_plan *plan, const rnn_io *io, char *scratch,
                                     rnn_error *error) {
    onednn_calls *calls = NULL;
    rnn_status status = rnn_onednn_calls_create(
        &calls, plan->layers, plan->problem->model.layer_count, head_of(plan), plan->engine, error);
    if (status == RNN_OK)
        status = run_model(plan, calls, io, scratch, error);
    rnn_onednn_calls_destroy(calls);
    return status;
}

static rnn_status onednn_run(const void *state, const rnn_io *io, void *scratch, rnn_error *error) {
    const onednn_plan *plan = state;
    rnn_status status = check_threads(plan->problem->threads, error);
    if (status == RNN_OK)
        status = check_room_of_run(plan, error);
    if (status != RNN_OK)
        return status;
    int before = rnn_onednn_threads_set(&plan->runtime, plan->problem->threads);
    if (atomic_flag_test_and_set_explicit(&plan->calls->taken, memory_order_acquire)) {
        status = run_with_own_calls(plan, io, scratch, error);
    } else {
        status = run_model(plan, plan->calls, io, scratch, error);
        atomic_flag_clear_explicit(&plan->calls->taken, memory_order_release);
    }
    rnn_onednn_threads_set(&plan->runtime, before);
    if (status == RNN_OK)
        atomic_store_explicit(&plan->calls->used, true, memory_order_relaxed);
    return status;
}

const rnn_backend rnn_backend_onednn = {
    .supports = onednn_supports,
    .create = onednn_create,
    .destroy = onednn_destroy,
    .scratch_size = onednn_scratch_size,
    .packed_size = onednn_packed_size,
    .implementation = onednn_implementation,
    .run = onednn_run,
    .version = onednn_version,
};
