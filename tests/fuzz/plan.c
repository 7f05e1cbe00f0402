/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: models, shapes, masks and lengths of any kind, by every backend of our own, against
 * the oracle. The tolerance is that of every other test. */
#include "kernels/backend.h"
#include "reference/cases.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 3, MOST_UNITS = 40, MOST_FEATURES = 20, MOST_BATCH = 9, MOST_STEPS = 8 };

/* ---- The problem ---------------------------------------------------------------------------- */

static rnn_activation read_activation(fuzz_input *in, rnn_activation usual) {
    const int choice = fuzz_byte(in);
    return choice < 2 * RNN_ACTIVATION_COUNT ? (rnn_activation)(choice % RNN_ACTIVATION_COUNT)
                                             : usual;
}

static void read_layer(fuzz_input *in, rnn_layer *layer) {
    *layer = rnn_layer_defaults((rnn_cell)fuzz_between(in, 0, RNN_CELL_COUNT - 1), 1,
                                fuzz_between(in, 1, MOST_UNITS));
    layer->activation = read_activation(in, layer->activation);
    layer->recurrent_activation = read_activation(in, layer->recurrent_activation);
    layer->direction = (rnn_direction)fuzz_between(in, 0, RNN_DIRECTION_COUNT - 1);
    if (layer->direction == RNN_BIDIRECTIONAL)
        layer->merge = (rnn_merge)fuzz_between(in, 0, RNN_MERGE_COUNT - 1);
    const int flags = fuzz_byte(in);
    layer->use_bias = !(flags & 1);
    layer->reset_after = layer->cell == RNN_GRU && flags & 2;
    layer->zero_output_for_mask = flags & 4;
    layer->return_sequences = !(flags & 8);
}

/* Whatever is unbounded multiplies rounding errors, so a search as long as this one finds inputs
 * for which no tolerance would tell anything. Other tests try every number on the functions
 * themselves. */
static bool is_bounded(rnn_activation activation) {
    return activation == RNN_TANH || activation == RNN_SIGMOID || activation == RNN_SOFTSIGN ||
           activation == RNN_HARD_SIGMOID || activation == RNN_HARD_SIGMOID_KERAS2;
}

static void keep_within_range(problem *p) {
    for (int i = 0; i < p->layer_count; i++) {
        rnn_layer *layer = &p->layers[i];
        if (!is_bounded(layer->recurrent_activation))
            layer->recurrent_activation = RNN_SIGMOID;
        if (layer->activation == RNN_EXPONENTIAL)
            layer->activation = RNN_TANH;
    }
    if (p->dense.activation == RNN_EXPONENTIAL)
        p->dense.activation = RNN_LINEAR;
}

/* Small whole numbers stay small and whole over a step or, without gates, over a few. */
static void make_exact(problem *p) {
    for (int i = 0; i < p->layer_count; i++) {
        rnn_layer *layer = &p->layers[i];
        layer->activation = layer->activation == RNN_RELU ? RNN_RELU : RNN_LINEAR;
        layer->recurrent_activation = RNN_LINEAR;
        layer->merge = layer->merge == RNN_AVE || layer->merge == RNN_MUL ? RNN_SUM : layer->merge;
        if (layer->cell != RNN_SIMPLE)
            p->timesteps = 1;
    }
    p->timesteps = p->timesteps > 3 ? 3 : p->timesteps;
    p->dense.activation = RNN_LINEAR;
}

static void read_problem(fuzz_input *in, problem *p) {
    *p = (problem){.batch = fuzz_between(in, 1, MOST_BATCH),
                   .timesteps = fuzz_between(in, 1, MOST_STEPS)};
    p->layer_count = fuzz_between(in, 1, MOST_LAYERS);
    for (int i = 0; i < p->layer_count; i++)
        read_layer(in, &p->layers[i]);
    p->layers[0].features = fuzz_between(in, 1, MOST_FEATURES);
    problem_chain(p);
    const int flags = fuzz_byte(in);
    p->time_major = flags & 1;
    p->padded = flags & 2;
    p->initial_state = flags & 4;
    p->mask = (mask_kind)fuzz_between(in, 0, MASK_KIND_COUNT - 1);
    p->values =
        (values_kind)(flags & 8 ? fuzz_between(in, 0, VALUES_KIND_COUNT - 1) : VALUES_NORMAL);
    p->has_dense = flags & 16 && p->layers[p->layer_count - 1].merge != RNN_NONE;
    if (p->has_dense)
        p->dense = (rnn_dense){fuzz_between(in, 1, MOST_UNITS), read_activation(in, RNN_LINEAR),
                               flags & 32};
    if (p->values == VALUES_EXACT)
        make_exact(p);
    else
        keep_within_range(p);
}

static bool all_are_bounded(const problem *p) {
    for (int i = 0; i < p->layer_count; i++)
        if (!is_bounded(p->layers[i].activation))
            return false;
    return true;
}

/* ---- The inputs ----------------------------------------------------------------------------- */

static void alter_masking(run_arrays *arrays, const problem *p, fuzz_input *in) {
    int32_t *lengths = arrays->all[ARRAY_LENGTHS].data;
    uint8_t *mask = arrays->all[ARRAY_MASK].data;
    for (int n = 0; lengths && n < p->batch; n++)
        lengths[n] = fuzz_between(in, 0, p->timesteps);
    for (int i = 0; mask && i < p->batch * p->timesteps; i += 8)
        for (int bit = 0, bits = fuzz_byte(in); bit < 8 && i + bit < p->batch * p->timesteps; bit++)
            mask[i + bit] = bits >> bit & 1 ? (uint8_t)(1 + bits % 255) : 0;
}

/* Makes x NaN exactly where a step does not count. */
static void follow_masking(run_arrays *arrays, const problem *p) {
    const int features = p->layers[0].features;
    const rnn_shape shape = problem_shape(p);
    for (int n = 0; n < p->batch; n++)
        for (int t = 0; t < p->timesteps; t++) {
            float *row = array_floats(arrays, ARRAY_X) +
                         array_row(p, shape.x, features, p->timesteps, (size_t)n, (size_t)t);
            const bool counts = rnn_step_counts(&arrays->io, p->timesteps, n, t);
            for (int d = 0; d < features; d++)
                if (!counts)
                    memset(&row[d], 0xff, sizeof row[d]);
                else if (array_is_poison(row[d]))
                    row[d] = (float)((n + 3 * t + 5 * d) % 5 - 2);
        }
}

static void alter_weights(run_arrays *arrays, fuzz_input *in) {
    static const float values[] = {0, -0.0f, 1, -1, 2};
    for (int edits = fuzz_byte(in) % 8; edits > 0; edits--) {
        const int array = fuzz_between(in, 0, ARRAY_WEIGHTS_END - 1);
        const size_t count = array_float_count(arrays, array), at = fuzz_word(in);
        const float value = values[fuzz_between(in, 0, 4)];
        if (count)
            array_floats(arrays, array)[at % count] = value;
    }
}

static void alter(run_arrays *arrays, const problem *p, void *data) {
    fuzz_input in = *(const fuzz_input *)data; /* a copy, as it is the same input each time */
    alter_masking(arrays, p, &in);
    follow_masking(arrays, p);
    if (p->values == VALUES_EXACT || all_are_bounded(p))
        alter_weights(arrays, &in);
}

/* ---- Checks --------------------------------------------------------------------------------- */

static void describe(const problem *p, char *text, size_t size) {
    int used =
        snprintf(text, size, "N:%d/T:%d/D:%d", p->batch, p->timesteps, p->layers[0].features);
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *l = &p->layers[i];
        used += snprintf(text + used, size - (size_t)used,
                         " %s(%d, %s, %s, %s, %s, bias %d, reset_after %d, sequences %d, zero %d)",
                         rnn_cell_name(l->cell), l->units, rnn_activation_name(l->activation),
                         rnn_activation_name(l->recurrent_activation),
                         rnn_direction_name(l->direction), rnn_merge_name(l->merge), l->use_bias,
                         l->reset_after, l->return_sequences, l->zero_output_for_mask);
    }
}

static void check(reference_case *c, const char *backend, int threads, case_guard guard) {
    case_verdict verdict;
    rnn_error error = {""};
    char text[1024];
    describe(&case_run(c)->problem, text, sizeof text);
    const rnn_status status = case_check(c, backend, threads, guard, &verdict, &error);
    if (status == RNN_OUT_OF_MEMORY)
        return;
    FUZZ_CHECK(status == RNN_OK, "%s, %d threads: %s; %s", backend, threads, error.text, text);
    FUZZ_CHECK(verdict.passed, "%s; %s", verdict.text, text);
}

/* Checks all backends on one thread, and one of the others. */
static void check_backends(reference_case *c, int choice, int threads, case_guard guard) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.available && !*info.version &&
            (!info.threaded || i == choice % rnn_backend_count()))
            check(c, info.name, info.threaded ? threads : 1, guard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, data + size};
    problem p;
    reference_case *c;
    rnn_error error = {""};
    const int choice = fuzz_byte(&in), threads = fuzz_between(&in, 1, 3);
    const case_guard guard = (case_guard)fuzz_between(&in, GUARD_NONE, GUARD_BEFORE);
    read_problem(&in, &p);
    const uint64_t seed = fuzz_word(&in) % 1024;
    if (case_create_altered(&c, &p, seed, alter, &in, &error) != RNN_OK) {
        fuzz_check_error(&error);
        return 0;
    }
    check_backends(c, choice, threads, guard);
    case_destroy(c);
    return 0;
}
