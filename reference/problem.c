/* SPDX-License-Identifier: MIT */
#include "reference/problem.h"

#include "kernels/backend.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values ------------------------------------------------------------------------------- */

problem problem_defaults(rnn_cell cell, int batch, int timesteps, int features, int units) {
    problem p = {.layer_count = 1,
                 .dense = {.activation = RNN_LINEAR, .use_bias = true},
                 .batch = batch,
                 .timesteps = timesteps};
    p.layers[0] = rnn_layer_defaults(cell, features, units);
    p.layers[0].return_sequences = true;
    return p;
}

void problem_chain(problem *p) {
    rnn_layer *last = &p->layers[p->layer_count - 1];
    for (rnn_layer *layer = p->layers; layer < last; layer++) {
        layer->return_sequences = true;
        if (layer->merge == RNN_NONE)
            layer->merge = RNN_CONCAT;
        layer[1].features = rnn_layer_output_width(layer);
    }
}

rnn_model problem_model(const problem *p) {
    return (rnn_model){.layers = p->layers,
                       .layer_count = p->layer_count,
                       .dense = p->has_dense ? &p->dense : NULL};
}

/* Strides that leave room of 3 floats behind each row and of 5 behind each block of rows, so that
 * neither distance is a multiple of a vector. */
static rnn_strides padded_strides(const problem *p, int width, int steps) {
    ptrdiff_t row = (ptrdiff_t)width + 3;
    ptrdiff_t block = row * (p->time_major ? p->batch : steps) + 5;
    return p->time_major ? (rnn_strides){.batch = row, .time = block}
                         : (rnn_strides){.batch = block, .time = row};
}

rnn_shape problem_shape(const problem *p) {
    rnn_shape shape = {.batch = p->batch,
                       .timesteps = p->timesteps,
                       .time_major = p->time_major,
                       .masked = p->mask != MASK_NONE};
    if (p->padded) {
        rnn_model model = problem_model(p);
        int steps = rnn_model_returns_sequences(&model) ? p->timesteps : 1;
        shape.x = padded_strides(p, p->layers[0].features, p->timesteps);
        shape.y = padded_strides(p, rnn_model_output_width(&model), steps);
    }
    return shape;
}

/* ---- Parsing ------------------------------------------------------------------------------ */

/* What the segments set. Options of a layer go to layers[0], and from there to all layers. */
typedef struct parser {
    problem *p;
    rnn_error *error;
    unsigned seen; /* one bit for each segment of the table below */
} parser;

/* Writes the reason and is false. */
#define refuse(in, ...) (rnn_fail((in)->error, RNN_INVALID_ARGUMENT, __VA_ARGS__) == RNN_OK)

/* Reads digits that make 1 to PROBLEM_MAX_SIZE and moves *text behind them. */
static bool read_size(const char **text, int *size) {
    long long value = 0;
    const char *c = *text;
    for (; isdigit((unsigned char)*c); c++) {
        value = 10 * value + (*c - '0');
        if (value > PROBLEM_MAX_SIZE)
            return false;
    }
    if (c == *text || value < 1)
        return false;
    *text = c;
    *size = (int)value;
    return true;
}

static bool parse_size(parser *in, const char *key, const char *value, int *size) {
    const char *end = value;
    if (read_size(&end, size) && *end == '\0')
        return true;
    return refuse(in, "%s:%.40s: expected a whole number from 1 to %d", key, value,
                  PROBLEM_MAX_SIZE);
}

static bool parse_flag(parser *in, const char *key, const char *value, bool *flag) {
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return refuse(in, "%s:%.40s: expected 0 or 1", key, value);
    *flag = value[0] == '1';
    return true;
}

static bool parse_choice(parser *in, const char *key, const char *value, const char *const *names,
                         int count, int *choice) {
    for (*choice = 0; *choice < count; ++*choice)
        if (strcmp(value, names[*choice]) == 0)
            return true;
    char list[128] = "";
    for (int i = 0; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    return refuse(in, "%s:%.40s: expected one of %s", key, value, list);
}

static bool parse_clip(parser *in, const char *key, const char *value, float *clip) {
    char *end;
    *clip = strtof(value, &end);
    if (end != value && *end == '\0' && isfinite(*clip) && *clip > 0 &&
        !isspace((unsigned char)*value))
        return true;
    return refuse(in, "%s:%.40s: expected a number above 0", key, value);
}

static bool parse_activation(parser *in, const char *key, const char *value,
                             rnn_activation *activation) {
    return rnn_activation_parse(value, activation) ||
           refuse(in, "%s:%.40s: not a known activation", key, value);
}

static bool parse_units(parser *in, const char *key, const char *value) {
    const char *c = value;
    for (int i = 0; i < PROBLEM_MAX_LAYERS; i++) {
        if (!read_size(&c, &in->p->layers[i].units))
            break;
        in->p->layer_count = i + 1;
        if (*c == '\0')
            return true;
        if (*c++ != '+')
            break;
    }
    return refuse(in, "%s:%.40s: expected 1 to %d whole numbers from 1 to %d, joined by +", key,
                  value, PROBLEM_MAX_LAYERS, PROBLEM_MAX_SIZE);
}

static const char *const output_names[] = {"last", "sequences"};
static const char *const layout_names[] = {"batch_major", "time_major"};
static const char *const strides_names[] = {"dense", "padded"};
static const char *const mask_names[MASK_KIND_COUNT] = {"none", "lengths", "front", "holes",
                                                        "both"};
static const char *const values_names[VALUES_KIND_COUNT] = {"normal", "exact", "special"};

typedef enum segment_id {
    SEGMENT_N,
    SEGMENT_T,
    SEGMENT_D,
    SEGMENT_U,
    SEGMENT_ACTIVATION,
    SEGMENT_RECURRENT_ACTIVATION,
    SEGMENT_BIAS,
    SEGMENT_RESET_AFTER,
    SEGMENT_DIRECTION,
    SEGMENT_MERGE,
    SEGMENT_OUTPUT,
    SEGMENT_ZERO_MASKED,
    SEGMENT_PEEPHOLES,
    SEGMENT_COUPLED,
    SEGMENT_PROJECTION,
    SEGMENT_CELL_CLIP,
    SEGMENT_PROJECTION_CLIP,
    SEGMENT_ATTENTION,
    SEGMENT_GATE_CLIP,
    SEGMENT_DENSE,
    SEGMENT_DENSE_ACTIVATION,
    SEGMENT_DENSE_BIAS,
    SEGMENT_LAYOUT,
    SEGMENT_STRIDES,
    SEGMENT_MASK,
    SEGMENT_STATE,
    SEGMENT_VALUES,
    SEGMENT_COUNT
} segment_id;

static const char *const segment_keys[SEGMENT_COUNT] = {
    [SEGMENT_N] = "N",
    [SEGMENT_T] = "T",
    [SEGMENT_D] = "D",
    [SEGMENT_U] = "U",
    [SEGMENT_ACTIVATION] = "activation",
    [SEGMENT_RECURRENT_ACTIVATION] = "recurrent_activation",
    [SEGMENT_BIAS] = "bias",
    [SEGMENT_RESET_AFTER] = "reset_after",
    [SEGMENT_DIRECTION] = "direction",
    [SEGMENT_MERGE] = "merge",
    [SEGMENT_OUTPUT] = "output",
    [SEGMENT_ZERO_MASKED] = "zero_masked",
    [SEGMENT_PEEPHOLES] = "peepholes",
    [SEGMENT_COUPLED] = "coupled",
    [SEGMENT_PROJECTION] = "projection",
    [SEGMENT_CELL_CLIP] = "cell_clip",
    [SEGMENT_PROJECTION_CLIP] = "projection_clip",
    [SEGMENT_ATTENTION] = "attention",
    [SEGMENT_GATE_CLIP] = "gate_clip",
    [SEGMENT_DENSE] = "dense",
    [SEGMENT_DENSE_ACTIVATION] = "dense_activation",
    [SEGMENT_DENSE_BIAS] = "dense_bias",
    [SEGMENT_LAYOUT] = "layout",
    [SEGMENT_STRIDES] = "strides",
    [SEGMENT_MASK] = "mask",
    [SEGMENT_STATE] = "state",
    [SEGMENT_VALUES] = "values",
};

/* Options that Keras does not have. */
static bool parse_further_option(parser *in, segment_id segment, const char *key,
                                 const char *value) {
    rnn_layer *layer = &in->p->layers[0];
    switch (segment) {
    case SEGMENT_PEEPHOLES:
        return parse_flag(in, key, value, &layer->peepholes);
    case SEGMENT_COUPLED:
        return rnn_coupling_parse(value, &layer->coupling) ||
               refuse(in, "%s:%.40s: expected none, input or forget", key, value);
    case SEGMENT_PROJECTION:
        return parse_size(in, key, value, &layer->projection);
    case SEGMENT_CELL_CLIP:
        return parse_clip(in, key, value, &layer->cell_clip);
    case SEGMENT_PROJECTION_CLIP:
        return parse_clip(in, key, value, &layer->projection_clip);
    case SEGMENT_ATTENTION:
        return parse_flag(in, key, value, &layer->attention);
    default: /* SEGMENT_GATE_CLIP */
        return parse_clip(in, key, value, &layer->gate_clip);
    }
}

static bool parse_layer_option(parser *in, segment_id segment, const char *key, const char *value) {
    rnn_layer *layer = &in->p->layers[0];
    int choice;
    switch (segment) {
    case SEGMENT_ACTIVATION:
        return parse_activation(in, key, value, &layer->activation);
    case SEGMENT_RECURRENT_ACTIVATION:
        if (layer->cell == RNN_SIMPLE)
            return refuse(in, "%s:%.40s: simple_rnn has no gates", key, value);
        return parse_activation(in, key, value, &layer->recurrent_activation);
    case SEGMENT_BIAS:
        return parse_flag(in, key, value, &layer->use_bias);
    case SEGMENT_RESET_AFTER:
        return parse_flag(in, key, value, &layer->reset_after);
    case SEGMENT_DIRECTION:
        return rnn_direction_parse(value, &layer->direction) ||
               refuse(in, "%s:%.40s: expected forward, backward or bidirectional", key, value);
    case SEGMENT_MERGE:
        return rnn_merge_parse(value, &layer->merge) ||
               refuse(in, "%s:%.40s: expected concat, sum, mul, ave or none", key, value);
    case SEGMENT_OUTPUT:
        if (!parse_choice(in, key, value, output_names, 2, &choice))
            return false;
        layer->return_sequences = choice == 1;
        return true;
    case SEGMENT_ZERO_MASKED:
        return parse_flag(in, key, value, &layer->zero_output_for_mask);
    default:
        return parse_further_option(in, segment, key, value);
    }
}

static bool parse_value(parser *in, segment_id segment, const char *key, const char *value) {
    problem *p = in->p;
    int choice;
    switch (segment) {
    case SEGMENT_N:
        return parse_size(in, key, value, &p->batch);
    case SEGMENT_T:
        return parse_size(in, key, value, &p->timesteps);
    case SEGMENT_D:
        return parse_size(in, key, value, &p->layers[0].features);
    case SEGMENT_U:
        return parse_units(in, key, value);
    case SEGMENT_DENSE:
        p->has_dense = true;
        return parse_size(in, key, value, &p->dense.units);
    case SEGMENT_DENSE_ACTIVATION:
        return parse_activation(in, key, value, &p->dense.activation);
    case SEGMENT_DENSE_BIAS:
        return parse_flag(in, key, value, &p->dense.use_bias);
    case SEGMENT_LAYOUT:
        if (!parse_choice(in, key, value, layout_names, 2, &choice))
            return false;
        p->time_major = choice == 1;
        return true;
    case SEGMENT_STRIDES:
        if (!parse_choice(in, key, value, strides_names, 2, &choice))
            return false;
        p->padded = choice == 1;
        return true;
    case SEGMENT_MASK:
        if (!parse_choice(in, key, value, mask_names, MASK_KIND_COUNT, &choice))
            return false;
        p->mask = (mask_kind)choice;
        return true;
    case SEGMENT_STATE:
        return parse_flag(in, key, value, &p->initial_state);
    case SEGMENT_VALUES:
        if (!parse_choice(in, key, value, values_names, VALUES_KIND_COUNT, &choice))
            return false;
        p->values = (values_kind)choice;
        return true;
    default:
        return parse_layer_option(in, segment, key, value);
    }
}

/* Parses `text`, which is key:value. The colon is overwritten. */
static bool parse_segment(parser *in, char *text) {
    char *colon = strchr(text, ':');
    if (!colon)
        return refuse(in, "\"%.40s\": expected key:value", text);
    *colon = '\0';
    for (int i = 0; i < SEGMENT_COUNT; i++) {
        if (strcmp(text, segment_keys[i]) != 0)
            continue;
        if (in->seen & 1u << i)
            return refuse(in, "%s: given twice", text);
        in->seen |= 1u << i;
        return parse_value(in, (segment_id)i, text, colon + 1);
    }
    return refuse(in, "%.40s: not a known key", text);
}

static bool check_required(parser *in) {
    for (int i = SEGMENT_N; i <= SEGMENT_U; i++)
        if (!(in->seen & 1u << i))
            return refuse(in, "%s: missing", segment_keys[i]);
    bool dense_options = in->seen & (1u << SEGMENT_DENSE_ACTIVATION | 1u << SEGMENT_DENSE_BIAS);
    if (dense_options && !in->p->has_dense)
        return refuse(in, "dense_activation and dense_bias need dense:UNITS");
    return true;
}

/* Makes every layer like the first one but for its sizes. Only the last layer may put out its last
 * output alone. */
static void spread_options(problem *p) {
    for (int i = 1; i < p->layer_count; i++) {
        int units = p->layers[i].units;
        p->layers[i] = p->layers[0];
        p->layers[i].units = units;
    }
    problem_chain(p);
}

bool problem_parse(problem *out, const char *text, rnn_error *error) {
    problem p = {0};
    parser in = {.p = &p, .error = error};
    char copy[PROBLEM_TEXT_SIZE];
    size_t length = strlen(text);
    if (length >= sizeof copy)
        return refuse(&in, "problem: %zu characters, at most %zu", length, sizeof copy - 1);
    memcpy(copy, text, length + 1);

    char *rest = strchr(copy, '/');
    if (rest)
        *rest++ = '\0';
    rnn_cell cell;
    if (!rnn_cell_parse(copy, &cell))
        return refuse(&in, "cell \"%.40s\": expected simple_rnn, lstm or gru", copy);
    p = problem_defaults(cell, 0, 0, 0, 0);
    while (rest) {
        char *segment_text = rest;
        rest = strchr(rest, '/');
        if (rest)
            *rest++ = '\0';
        if (!parse_segment(&in, segment_text))
            return false;
    }
    if (!check_required(&in))
        return false;
    spread_options(&p);
    *out = p;
    return true;
}

/* ---- Printing ----------------------------------------------------------------------------- */

typedef struct printer {
    char *text;
    size_t used;
} printer;

__attribute__((format(printf, 2, 3))) static void append(printer *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(out->text + out->used, PROBLEM_TEXT_SIZE - out->used, format, arguments);
    va_end(arguments);
    if (length > 0 && out->used + (size_t)length < PROBLEM_TEXT_SIZE)
        out->used += (size_t)length;
}

static void append_name(printer *out, segment_id segment, const char *value, const char *usual) {
    if (strcmp(value, usual) != 0)
        append(out, "/%s:%s", segment_keys[segment], value);
}

static void append_flag(printer *out, segment_id segment, bool value, bool usual) {
    if (value != usual)
        append(out, "/%s:%d", segment_keys[segment], value);
}

/* Prints as many digits as it takes to read the same number again. */
static void append_clip(printer *out, segment_id segment, float clip) {
    char text[32];
    int digits = 1;
    do
        snprintf(text, sizeof text, "%.*g", digits, (double)clip);
    while (digits++ < FLT_DECIMAL_DIG && strtof(text, NULL) != clip);
    if (clip > 0)
        append(out, "/%s:%s", segment_keys[segment], text);
}

static void print_layer_options(printer *out, const rnn_layer *layer, const rnn_layer *usual) {
    append_name(out, SEGMENT_ACTIVATION, rnn_activation_name(layer->activation),
                rnn_activation_name(usual->activation));
    if (layer->cell != RNN_SIMPLE)
        append_name(out, SEGMENT_RECURRENT_ACTIVATION,
                    rnn_activation_name(layer->recurrent_activation),
                    rnn_activation_name(usual->recurrent_activation));
    append_flag(out, SEGMENT_BIAS, layer->use_bias, usual->use_bias);
    append_flag(out, SEGMENT_RESET_AFTER, layer->reset_after, usual->reset_after);
    append_name(out, SEGMENT_DIRECTION, rnn_direction_name(layer->direction),
                rnn_direction_name(usual->direction));
    append_name(out, SEGMENT_MERGE, rnn_merge_name(layer->merge), rnn_merge_name(usual->merge));
    append_name(out, SEGMENT_OUTPUT, output_names[layer->return_sequences],
                output_names[usual->return_sequences]);
    append_flag(out, SEGMENT_ZERO_MASKED, layer->zero_output_for_mask, usual->zero_output_for_mask);
    append_flag(out, SEGMENT_PEEPHOLES, layer->peepholes, false);
    append_name(out, SEGMENT_COUPLED, rnn_coupling_name(layer->coupling),
                rnn_coupling_name(RNN_COUPLING_NONE));
    if (layer->projection > 0)
        append(out, "/%s:%d", segment_keys[SEGMENT_PROJECTION], layer->projection);
    append_clip(out, SEGMENT_CELL_CLIP, layer->cell_clip);
    append_clip(out, SEGMENT_PROJECTION_CLIP, layer->projection_clip);
    append_flag(out, SEGMENT_ATTENTION, layer->attention, false);
    append_clip(out, SEGMENT_GATE_CLIP, layer->gate_clip);
}

void problem_print(const problem *p, char text[PROBLEM_TEXT_SIZE]) {
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    problem usual = problem_defaults(last->cell, 1, 1, 1, 1);
    printer out = {.text = text};
    append(&out, "%s/N:%d/T:%d/D:%d/U:%d", rnn_cell_name(last->cell), p->batch, p->timesteps,
           p->layers[0].features, p->layers[0].units);
    for (int i = 1; i < p->layer_count; i++)
        append(&out, "+%d", p->layers[i].units);
    print_layer_options(&out, last, &usual.layers[0]);
    if (p->has_dense) {
        append(&out, "/dense:%d", p->dense.units);
        append_name(&out, SEGMENT_DENSE_ACTIVATION, rnn_activation_name(p->dense.activation),
                    rnn_activation_name(usual.dense.activation));
        append_flag(&out, SEGMENT_DENSE_BIAS, p->dense.use_bias, usual.dense.use_bias);
    }
    append_name(&out, SEGMENT_LAYOUT, layout_names[p->time_major], layout_names[0]);
    append_name(&out, SEGMENT_STRIDES, strides_names[p->padded], strides_names[0]);
    append_name(&out, SEGMENT_MASK, mask_names[p->mask], mask_names[MASK_NONE]);
    append_flag(&out, SEGMENT_STATE, p->initial_state, false);
    append_name(&out, SEGMENT_VALUES, values_names[p->values], values_names[VALUES_NORMAL]);
}

/* ---- Counts ------------------------------------------------------------------------------- */

/* How many columns those gates of a direction have that are computed. */
static double gate_units(const rnn_layer *layer) {
    const int gates = rnn_cell_gates(layer->cell) - (layer->coupling != RNN_COUPLING_NONE);
    return (double)gates * layer->units;
}

double problem_layer_kernel(const rnn_layer *layer) {
    return gate_units(layer) * layer->features;
}

double problem_layer_recurrent(const rnn_layer *layer) {
    return gate_units(layer) * rnn_layer_direction_width(layer) +
           (double)layer->units * layer->projection;
}

problem_steps problem_all_steps(const problem *p) {
    return (problem_steps){(double)p->batch * p->timesteps, p->timesteps};
}

double problem_flops(const problem *p, problem_steps steps) {
    double products = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        products += steps.counted * rnn_layer_directions(layer) *
                    (problem_layer_kernel(layer) + problem_layer_recurrent(layer));
    }
    if (p->has_dense) {
        const rnn_layer *last = &p->layers[p->layer_count - 1];
        double dense_rows = last->return_sequences ? steps.counted : p->batch;
        products += dense_rows * rnn_layer_output_width(last) * p->dense.units;
    }
    return 2 * products;
}

double problem_weight_bytes(const problem *p) {
    rnn_model model = problem_model(p);
    return sizeof(float) * (double)rnn_model_parameter_count(&model);
}

double problem_recurrent_weight_bytes(const problem *p) {
    double count = 0;
    for (int i = 0; i < p->layer_count; i++)
        count += rnn_layer_directions(&p->layers[i]) * problem_layer_recurrent(&p->layers[i]);
    return sizeof(float) * count;
}
