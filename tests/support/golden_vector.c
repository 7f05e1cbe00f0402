/* SPDX-License-Identifier: MIT */
#include "tests/support/golden_vector.h"

#include "tests/support/weights.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    golden_vector *vector;
    rnn_error *error;
} reader;

__attribute__((format(printf, 2, 3))) static bool refuse(reader *in, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(in->error->text, sizeof in->error->text, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- Memory ------------------------------------------------------------------------------- */

typedef union block {
    union block *next;
    max_align_t align;
} block;

/* Allocates what is freed with the vector. Returns NULL where memory ran out. */
static void *allocate(golden_vector *vector, size_t bytes) {
    block *header = malloc(sizeof *header + bytes);
    if (!header)
        return NULL;
    header->next = vector->blocks;
    vector->blocks = header;
    return header + 1;
}

void golden_vector_free(golden_vector *vector) {
    for (block *header = vector->blocks, *next; header; header = next) {
        next = header->next;
        free(header);
    }
    vector->blocks = NULL;
}

/* ---- Arrays ------------------------------------------------------------------------------- */

/* Returns the array `values` if it holds `size` numbers, else NULL. `key` is for the message. */
static const json_t *checked(reader *in, const json_t *values, const char *key, size_t size) {
    if (!json_is_array(values) || json_array_size(values) != size) {
        refuse(in, "%s: %zu numbers, expected %zu", key, json_array_size(values), size);
        return NULL;
    }
    for (size_t i = 0; i < size; i++) {
        if (!json_is_number(json_array_get(values, i))) {
            refuse(in, "%s[%zu]: not a number", key, i);
            return NULL;
        }
    }
    return values;
}

#define DEFINE_READ(type)                                                                          \
    static bool read_##type(reader *in, const json_t *values, const char *key, size_t size,        \
                            type **out) {                                                          \
        if (!checked(in, values, key, size))                                                       \
            return false;                                                                          \
        *out = allocate(in->vector, size * sizeof **out);                                          \
        if (!*out)                                                                                 \
            return refuse(in, "%s: out of memory", key);                                           \
        for (size_t i = 0; i < size; i++)                                                          \
            (*out)[i] = (type)json_number_value(json_array_get(values, i));                        \
        return true;                                                                               \
    }
DEFINE_READ(float)
DEFINE_READ(double)
DEFINE_READ(int32_t)
DEFINE_READ(uint8_t)

/* ---- Weights ------------------------------------------------------------------------------ */

/* `length` is 0 for layers that have no such array. */
static bool read_option(reader *in, const json_t *json, const char *key, size_t length,
                        rnn_array *array) {
    const json_t *values = json_object_get(json, key);
    if (!values && length == 0)
        return true;
    float *data;
    if (!read_float(in, values, key, length, &data))
        return false;
    *array = (rnn_array){data, length};
    return true;
}

static bool read_direction(reader *in, const json_t *json, const rnn_layer *layer,
                           rnn_weights *weights) {
    float *kernel, *recurrent_kernel, *bias = NULL;
    if (!read_float(in, json_object_get(json, "kernel"), "kernel", rnn_layer_kernel_length(layer),
                    &kernel) ||
        !read_float(in, json_object_get(json, "recurrent_kernel"), "recurrent_kernel",
                    rnn_layer_recurrent_kernel_length(layer), &recurrent_kernel))
        return false;
    if (layer->use_bias &&
        !read_float(in, json_object_get(json, "bias"), "bias", rnn_layer_bias_length(layer), &bias))
        return false;
    *weights = weights_of(layer, kernel, recurrent_kernel, bias);
    return read_option(in, json, "peepholes", rnn_layer_peepholes_length(layer),
                       &weights->peepholes) &&
           read_option(in, json, "projection", rnn_layer_projection_length(layer),
                       &weights->projection);
}

static bool read_dense(reader *in, const json_t *json) {
    const rnn_model *model = &in->vector->model;
    if (!model->dense)
        return true;
    size_t units = (size_t)model->dense->units;
    size_t features = (size_t)rnn_layer_output_width(&model->layers[model->layer_count - 1]);
    float *kernel, *bias = NULL;
    if (!read_float(in, json_object_get(json, "dense_kernel"), "dense_kernel", features * units,
                    &kernel))
        return false;
    if (model->dense->use_bias &&
        !read_float(in, json_object_get(json, "dense_bias"), "dense_bias", units, &bias))
        return false;
    in->vector->weights.dense_kernel = (rnn_array){kernel, features * units};
    in->vector->weights.dense_bias = (rnn_array){bias, units};
    return true;
}

static bool read_weights(reader *in, const json_t *json) {
    golden_vector *vector = in->vector;
    const json_t *list = json_object_get(json, "weights");
    int count = 0;
    for (int i = 0; i < vector->model.layer_count; i++) {
        const rnn_layer *layer = &vector->model.layers[i];
        for (int way = 0; way < rnn_layer_directions(layer); way++, count++)
            if (!read_direction(in, json_array_get(list, (size_t)count), layer,
                                &vector->layer_weights[count]))
                return false;
    }
    if (json_array_size(list) != (size_t)count)
        return refuse(in, "weights: %zu entries, expected %d", json_array_size(list), count);
    vector->weights.layers = vector->layer_weights;
    vector->weights.count = count;
    return read_dense(in, json);
}

/* ---- Runs --------------------------------------------------------------------------------- */

static size_t state_size(const golden_vector *vector, int state) {
    return (size_t)vector->problem.batch * (size_t)rnn_model_state_width(&vector->model, state);
}

static bool check_state_list(reader *in, const json_t *list, const char *key) {
    if (json_array_size(list) != (size_t)in->vector->state_count)
        return refuse(in, "%s: %zu states, expected %d", key, json_array_size(list),
                      in->vector->state_count);
    return true;
}

static bool read_states(reader *in, const json_t *json, golden_run *run) {
    const json_t *initial = json_object_get(json, "initial_states");
    const json_t *final = json_object_get(json, "final_states");
    if (!check_state_list(in, final, "final_states") ||
        (initial && !check_state_list(in, initial, "initial_states")))
        return false;
    for (int i = 0; i < in->vector->state_count; i++) {
        size_t size = state_size(in->vector, i), index = (size_t)i;
        if (!read_double(in, json_array_get(final, index), "final_states", size,
                         &run->final_states[i]) ||
            (initial && !read_float(in, json_array_get(initial, index), "initial_states", size,
                                    &run->initial_states[i])))
            return false;
    }
    run->carried = json_is_true(json_object_get(json, "carried"));
    return true;
}

static bool read_mask(reader *in, const json_t *json, golden_run *run) {
    size_t rows = (size_t)in->vector->problem.batch;
    size_t steps = rows * (size_t)in->vector->problem.timesteps;
    const json_t *lengths = json_object_get(json, "lengths"), *mask = json_object_get(json, "mask");
    if ((lengths || mask) != (in->vector->problem.mask != MASK_NONE))
        return refuse(in, "lengths, mask: not what the problem says");
    return (!lengths || read_int32_t(in, lengths, "lengths", rows, &run->lengths)) &&
           (!mask || read_uint8_t(in, mask, "mask", steps, &run->mask));
}

static bool read_attention(reader *in, const json_t *json, golden_run *run) {
    const json_t *attention = json_object_get(json, "attention");
    bool needed = in->vector->model.layers[0].attention; /* as of every layer of a problem */
    size_t steps = (size_t)in->vector->problem.batch * (size_t)in->vector->problem.timesteps;
    if (needed != (attention != NULL))
        return refuse(in, "attention: not what the problem says");
    return !needed || read_float(in, attention, "attention", steps, &run->attention);
}

static bool read_run(reader *in, const json_t *json, golden_run *run) {
    const golden_vector *vector = in->vector;
    bool two_outputs = vector->model.layers[vector->model.layer_count - 1].merge == RNN_NONE;
    return read_float(in, json_object_get(json, "x"), "x", vector->x_size, &run->x) &&
           read_mask(in, json, run) && read_attention(in, json, run) &&
           read_states(in, json, run) &&
           read_double(in, json_object_get(json, "y"), "y", vector->y_size, &run->y) &&
           (!two_outputs || read_double(in, json_object_get(json, "y_backward"), "y_backward",
                                        vector->y_size, &run->y_backward));
}

static bool read_runs(reader *in, const json_t *json) {
    golden_vector *vector = in->vector;
    const json_t *list = json_object_get(json, "runs");
    size_t count = json_array_size(list);
    if (count < 1 || count > GOLDEN_MAX_RUNS)
        return refuse(in, "runs: %zu, expected 1 to %d", count, GOLDEN_MAX_RUNS);
    vector->run_count = (int)count;
    for (size_t i = 0; i < count; i++)
        if (!read_run(in, json_array_get(list, i), &vector->runs[i]))
            return false;
    return true;
}

/* ---- The vector --------------------------------------------------------------------------- */

/* This says "float32", or is absent for double. */
static bool read_precision(reader *in, const json_t *json) {
    const json_t *precision = json_object_get(json, "precision");
    const char *text = json_string_value(precision);
    in->vector->is_single = text && strcmp(text, "float32") == 0;
    return !precision || in->vector->is_single ||
           refuse(in, "precision: expected float32, or none for double");
}

static bool read_head(reader *in, const json_t *json) {
    golden_vector *vector = in->vector;
    const char *text = json_string_value(json_object_get(json, "problem"));
    vector->name = json_string_value(json_object_get(json, "name"));
    vector->made_by = json_string_value(json_object_get(json, "made_by"));
    vector->parameters = (size_t)json_integer_value(json_object_get(json, "parameters"));
    if (!text || !vector->name || !vector->made_by)
        return refuse(in, "name, problem or made_by is missing");
    if (!read_precision(in, json) || !problem_parse(&vector->problem, text, in->error))
        return false;
    vector->model = problem_model(&vector->problem);
    return rnn_model_validate(&vector->model, in->error) == RNN_OK;
}

bool golden_vector_read(golden_vector *vector, const json_t *json, rnn_error *error) {
    *vector = (golden_vector){.name = "?", .made_by = "?"};
    reader in = {vector, error};
    if (!read_head(&in, json))
        return false;
    const problem *p = &vector->problem;
    size_t rows = (size_t)p->batch, steps = (size_t)p->timesteps;
    vector->x_size = rows * steps * (size_t)p->layers[0].features;
    vector->y_size = rows * (rnn_model_returns_sequences(&vector->model) ? steps : 1) *
                     (size_t)rnn_model_output_width(&vector->model);
    vector->state_count = rnn_model_state_count(&vector->model);
    return read_weights(&in, json) && read_runs(&in, json);
}
