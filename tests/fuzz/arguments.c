/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: calls of rnn.h with anything: NULLs, wild enums, counts and strides, and buffers
 * that are misaligned or overlap, all in one arena. A status that refuses must have left everything
 * as it was. A run that is accepted must have written its outputs and nothing else, none of them
 * over another or an input. */
#include "tests/fuzz/fuzz.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    LAYERS = 3,
    STATES = 12,
    POOL = 1 << 15, /* floats, among which all weights lie */
    ARENA = 1 << 15,
    MOST_UNITS = 24,
    MOST_ROWS = 8
};

typedef struct call {
    rnn_layer layers[LAYERS];
    rnn_dense dense;
    rnn_model model;
    rnn_weights weights[2 * LAYERS]; /* until fit_lengths, lengths say by how much they are wrong */
    rnn_model_weights all_weights;
    rnn_shape shape;
    int threads;
    const char *backend;
    char name[16];
} call;

static float pool[POOL];
static uint8_t *arena, *before;

/* ---- A call, right at first ------------------------------------------------------------------ */

static void make_layer(fuzz_input *in, rnn_layer *layer, int features) {
    const int flags = fuzz_byte(in);
    *layer =
        rnn_layer_defaults((rnn_cell)(flags % RNN_CELL_COUNT), features, fuzz_between(in, 1, 6));
    layer->direction = (rnn_direction)(flags / 3 % RNN_DIRECTION_COUNT);
    if (layer->direction == RNN_BIDIRECTIONAL)
        layer->merge = (rnn_merge)(flags / 9 % RNN_NONE);
    layer->return_sequences = true;
    layer->use_bias = flags < 200;
}

/* Chooses one of the backends of our own, whether this build and this CPU have it or not. */
static const char *choose_backend(fuzz_input *in) {
    enum { MOST_BACKENDS = 256 }; /* as many as a byte tells apart */
    const char *names[MOST_BACKENDS];
    int count = 0;
    rnn_backend_info info;
    for (int i = 0; count < MOST_BACKENDS && rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.kind != RNN_BACKEND_LIBRARY)
            names[count++] = info.name;
    FUZZ_CHECK(count > 0, "no backend of our own");
    return names[fuzz_between(in, 0, count - 1)];
}

static void make_call(fuzz_input *in, call *c) {
    *c = (call){.threads = 1, .backend = choose_backend(in)};
    c->model = (rnn_model){c->layers, fuzz_between(in, 1, LAYERS), NULL};
    for (int i = 0; i < c->model.layer_count; i++)
        make_layer(in, &c->layers[i],
                   i ? rnn_layer_output_width(&c->layers[i - 1]) : fuzz_between(in, 1, 6));
    rnn_layer *last = &c->layers[c->model.layer_count - 1];
    const int flags = fuzz_byte(in);
    last->return_sequences = !(flags & 1);
    c->dense = (rnn_dense){2, RNN_TANH, true};
    if (flags & 2)
        c->model.dense = &c->dense;
    else if (flags & 4 && last->direction == RNN_BIDIRECTIONAL)
        last->merge = RNN_NONE;
    c->shape = (rnn_shape){.batch = fuzz_between(in, 1, 4),
                           .timesteps = fuzz_between(in, 1, 4),
                           .time_major = flags & 8,
                           .masked = flags & 16};
    for (int i = 0; i < c->model.layer_count; i++)
        c->all_weights.count += rnn_layer_directions(&c->layers[i]);
    for (int i = 0; i < 2 * LAYERS; i++)
        c->weights[i] = (rnn_weights){{pool, 0}, {pool, 0}, {pool, 0}, {pool, 0}, {pool, 0}};
    c->all_weights = (rnn_model_weights){c->weights, c->all_weights.count, {pool, 0}, {pool, 0}};
}

/* ---- What is wrong with it ------------------------------------------------------------------- */

static int wild_int(fuzz_input *in) {
    static const int values[] = {0,  -1,   1,    2,       3,       7,           13,    64,
                                 65, 1024, 1025, INT_MAX, INT_MIN, INT_MAX / 2, 46341, 65536};
    return values[fuzz_between(in, 0, sizeof values / sizeof *values - 1)];
}

static ptrdiff_t wild_stride(fuzz_input *in) {
    static const ptrdiff_t values[] = {
        0, -1, PTRDIFF_MAX, PTRDIFF_MIN, PTRDIFF_MAX / 4, (ptrdiff_t)UINT32_MAX, INT_MAX};
    const int choice = fuzz_byte(in);
    return choice < 128 ? choice : values[choice % (int)(sizeof values / sizeof *values)];
}

/* Makes an array whose length is counted from the right one, which fit_lengths adds. */
static rnn_array wild_array(fuzz_input *in) {
    const int choice = fuzz_byte(in);
    const float *const misaligned = (const float *)(const void *)((const char *)pool + 1);
    if (choice < 128)
        return (rnn_array){choice & 1 ? NULL : misaligned, 0};
    return (rnn_array){pool, (size_t)(ptrdiff_t)wild_int(in)};
}

static void spoil_layer(fuzz_input *in, rnn_layer *layer) {
    switch (fuzz_between(in, 0, 7)) {
    case 0:
        layer->cell = (rnn_cell)wild_int(in);
        break;
    case 1:
        layer->features = wild_int(in);
        break;
    case 2:
        layer->units = wild_int(in);
        break;
    case 3:
        layer->activation = (rnn_activation)wild_int(in);
        break;
    case 4:
        layer->recurrent_activation = (rnn_activation)wild_int(in);
        break;
    case 5:
        layer->direction = (rnn_direction)wild_int(in);
        break;
    case 6:
        layer->merge = (rnn_merge)wild_int(in);
        break;
    default:
        layer->return_sequences = !layer->return_sequences;
        layer->reset_after = !layer->reset_after;
    }
}

static void spoil_weights(fuzz_input *in, call *c) {
    rnn_weights *w = &c->weights[fuzz_between(in, 0, 2 * LAYERS - 1)];
    switch (fuzz_between(in, 0, 6)) {
    case 0:
        c->all_weights.layers = NULL;
        break;
    case 1:
        c->all_weights.count = wild_int(in);
        break;
    case 2:
        w->kernel = wild_array(in);
        break;
    case 3:
        w->recurrent_kernel = wild_array(in);
        break;
    case 4:
        w->bias = wild_array(in);
        break;
    case 5:
        c->all_weights.dense_kernel = wild_array(in);
        break;
    default:
        c->all_weights.dense_bias = wild_array(in);
    }
}

static void spoil_backend(fuzz_input *in, call *c) {
    const int choice = fuzz_byte(in);
    for (size_t i = 0; i < sizeof c->name - 1; i++)
        c->name[i] = (char)fuzz_byte(in);
    c->backend = choice < 16 ? NULL : c->name;
}

static void spoil(fuzz_input *in, call *c) {
    switch (fuzz_between(in, 0, 11)) {
    case 0:
        c->model.layers = NULL;
        break;
    case 1: /* there may be more only where that alone is refused */
        c->model.layer_count = wild_int(in);
        if (c->model.layer_count > LAYERS && c->model.layer_count <= RNN_MAX_LAYERS)
            c->model.layer_count = LAYERS;
        break;
    case 2:
        c->dense = (rnn_dense){wild_int(in), (rnn_activation)wild_int(in), fuzz_byte(in) & 1};
        c->model.dense = &c->dense;
        break;
    case 3:
        c->shape.batch = wild_int(in);
        break;
    case 4:
        c->shape.timesteps = wild_int(in);
        break;
    case 5:
        c->shape.x = (rnn_strides){wild_stride(in), wild_stride(in)};
        break;
    case 6:
        c->shape.y = (rnn_strides){wild_stride(in), wild_stride(in)};
        break;
    case 7:
        c->threads = wild_int(in);
        break;
    case 8:
        spoil_backend(in, c);
        break;
    case 9:
        spoil_weights(in, c);
        break;
    default:
        spoil_layer(in, &c->layers[fuzz_between(in, 0, LAYERS - 1)]);
    }
}

/* ---- Descriptions ---------------------------------------------------------------------------- */

static rnn_status check_model(const call *c) {
    rnn_error error = {""};
    const rnn_status status = rnn_model_validate(&c->model, &error);
    FUZZ_CHECK(status == RNN_OK || status == RNN_INVALID_ARGUMENT, "%d", (int)status);
    FUZZ_CHECK(rnn_model_validate(&c->model, NULL) == status, "another status without an error");
    if (status != RNN_OK) {
        fuzz_check_error(&error);
        return status;
    }
    FUZZ_CHECK(rnn_model_parameter_count(&c->model) > 0, "no parameters");
    FUZZ_CHECK(rnn_model_output_width(&c->model) > 0, "no width");
    const int states = rnn_model_state_count(&c->model);
    FUZZ_CHECK(states >= 1 && states <= STATES, "%d states", states);
    for (int i = 0; i < states; i++)
        FUZZ_CHECK(rnn_model_state_width(&c->model, i) >= 1, "state %d", i);
    return status;
}

/* Whether a call is small enough for the pool and the arena. */
static bool is_small(const call *c) {
    if (c->shape.batch > MOST_ROWS || c->shape.timesteps > MOST_ROWS ||
        (c->model.dense && c->dense.units > MOST_UNITS))
        return false;
    for (int i = 0; i < c->model.layer_count; i++)
        if (c->layers[i].units > MOST_UNITS || c->layers[i].features > 2 * MOST_UNITS)
            return false;
    return true;
}

static bool is_right(rnn_array array, size_t length) {
    return array.data && (uintptr_t)array.data % sizeof(float) == 0 && array.length == length;
}

static size_t head_kernel_length(const call *c) {
    return (size_t)rnn_layer_output_width(&c->layers[c->model.layer_count - 1]) *
           (size_t)c->dense.units;
}

/* Makes the lengths those of a valid model, which is known only when everything is spoilt. */
static void fit_lengths(call *c) {
    int index = 0;
    for (int i = 0; i < c->model.layer_count; i++)
        for (int d = 0; d < rnn_layer_directions(&c->layers[i]); d++, index++) {
            c->weights[index].kernel.length += rnn_layer_kernel_length(&c->layers[i]);
            c->weights[index].recurrent_kernel.length +=
                rnn_layer_recurrent_kernel_length(&c->layers[i]);
            c->weights[index].bias.length += rnn_layer_bias_length(&c->layers[i]);
        }
    if (c->model.dense) {
        c->all_weights.dense_kernel.length += head_kernel_length(c);
        c->all_weights.dense_bias.length += (size_t)c->dense.units;
    }
}

static bool weights_are_right(const call *c) {
    int index = 0;
    if (!c->all_weights.layers)
        return false;
    for (int i = 0; i < c->model.layer_count; i++) {
        const rnn_layer *layer = &c->layers[i];
        const size_t row = (size_t)rnn_cell_gates(layer->cell) * (size_t)layer->units;
        for (int d = 0; d < rnn_layer_directions(layer); d++, index++)
            if (!is_right(c->weights[index].kernel, (size_t)layer->features * row) ||
                !is_right(c->weights[index].recurrent_kernel, (size_t)layer->units * row) ||
                (layer->use_bias &&
                 !is_right(c->weights[index].bias, layer->reset_after ? 2 * row : row)))
                return false;
    }
    return c->all_weights.count == index &&
           (!c->model.dense ||
            (is_right(c->all_weights.dense_kernel, head_kernel_length(c)) &&
             (!c->dense.use_bias || is_right(c->all_weights.dense_bias, (size_t)c->dense.units))));
}

/* Returns NULL where the call was refused, as it should be. */
static rnn_plan *create(call *c) {
    rnn_error error = {""};
    rnn_plan *const nothing = (rnn_plan *)pool, *plan = nothing;
    const bool is_model = check_model(c) == RNN_OK;
    const rnn_status supported = rnn_backend_supports(
        c->backend, &c->model, &c->shape, &(rnn_plan_options){.threads = c->threads}, &error);
    FUZZ_CHECK(is_model || supported == RNN_INVALID_ARGUMENT, "%d", (int)supported);
    if (supported != RNN_OK)
        fuzz_check_error(&error);
    if (is_model)
        fit_lengths(c);
    /* The pool has fewer weights than a larger call would read. */
    const bool small = is_model && is_small(c);
    const rnn_model_weights *weights = small || !is_model ? &c->all_weights : NULL;
    const rnn_status status = rnn_plan_create(&plan, c->backend, &c->model, weights, &c->shape,
                                              &(rnn_plan_options){.threads = c->threads}, &error);
    if (status != RNN_OK) {
        fuzz_check_error(&error);
        FUZZ_CHECK(plan == nothing, "a plan that was refused was set");
        FUZZ_CHECK(supported != RNN_OK || !small || !weights_are_right(c) ||
                       status == RNN_OUT_OF_MEMORY,
                   "supported, then %s", error.text);
        return NULL;
    }
    FUZZ_CHECK(supported == RNN_OK && small && weights_are_right(c), "accepted");
    FUZZ_CHECK(*rnn_plan_implementation(plan), "no name");
    return plan;
}

/* ---- Buffers --------------------------------------------------------------------------------- */

enum {
    X,
    LENGTHS,
    MASK,
    SCRATCH,
    Y,
    Y_BACKWARD,
    INITIAL,
    FINAL = INITIAL + STATES,
    BUFFERS = FINAL + STATES
};

typedef struct region {
    size_t begin, size; /* bytes of the arena; there is no buffer where size is 0 */
    bool given;
    /* Of a buffer of rows: how many there are, how far apart and how long. Other buffers are 1
     * row. */
    size_t rows, steps, row_stride, step_stride, width;
} region;

typedef struct run {
    const call *c;
    int states, final_count;
    region regions[BUFFERS];
    rnn_io io;
    const float *initial[STATES];
    float *final[STATES];
} run;

static region rows_region(const call *c, rnn_strides strides, int steps, int width) {
    const size_t n = (size_t)c->shape.batch, t = (size_t)steps, w = (size_t)width;
    region r = {.given = true, .rows = n, .steps = t, .width = w * sizeof(float)};
    const bool dense = strides.batch == 0 && strides.time == 0;
    const size_t batch = dense ? (c->shape.time_major ? w : t * w) : (size_t)strides.batch;
    const size_t time = dense ? (c->shape.time_major ? n * w : w) : (size_t)strides.time;
    r.row_stride = n > 1 ? batch * sizeof(float) : 0;
    r.step_stride = t > 1 ? time * sizeof(float) : 0;
    r.size = (n - 1) * r.row_stride + (t - 1) * r.step_stride + r.width;
    return r;
}

static region plain_region(size_t size) {
    return (region){.given = true, .size = size, .rows = 1, .steps = 1, .width = size};
}

static void describe(run *r, const call *c, const rnn_plan *plan) {
    const bool sequences = rnn_model_returns_sequences(&c->model);
    const rnn_layer *last = &c->layers[c->model.layer_count - 1];
    const size_t rows = (size_t)c->shape.batch;
    *r = (run){.c = c, .states = rnn_model_state_count(&c->model)};
    r->regions[X] = rows_region(c, c->shape.x, c->shape.timesteps, c->layers[0].features);
    r->regions[Y] = rows_region(c, c->shape.y, sequences ? c->shape.timesteps : 1,
                                rnn_model_output_width(&c->model));
    r->regions[SCRATCH] = plain_region(rnn_plan_scratch_size(plan));
    if (last->merge == RNN_NONE)
        r->regions[Y_BACKWARD] = r->regions[Y];
    if (c->shape.masked) {
        r->regions[LENGTHS] = plain_region(rows * sizeof(int32_t));
        r->regions[MASK] = plain_region(rows * (size_t)c->shape.timesteps);
    }
    for (int i = 0; i < r->states; i++) {
        const size_t size = rows * (size_t)rnn_model_state_width(&c->model, i) * sizeof(float);
        r->regions[INITIAL + i] = r->regions[FINAL + i] = plain_region(size);
    }
}

/* Places one buffer behind the other. Returns false where the arena is too small. */
static bool place(run *r) {
    size_t at = 0;
    for (int i = 0; i < BUFFERS; i++) {
        region *b = &r->regions[i];
        b->begin = at;
        if (b->given && (b->size > ARENA || at + b->size > ARENA))
            return false;
        at = (at + b->size + RNN_ALIGNMENT - 1) / RNN_ALIGNMENT * RNN_ALIGNMENT;
    }
    return true;
}

/* Chooses one of the buffers that there are. */
static int choose(fuzz_input *in, const run *r) {
    int places[BUFFERS], count = 0;
    for (int i = 0; i < BUFFERS; i++)
        if (r->regions[i].size)
            places[count++] = i;
    return places[fuzz_between(in, 0, count - 1)];
}

/* Puts a buffer on, before or behind another, or takes it away. */
static void move_one(fuzz_input *in, run *r) {
    const int which = choose(in, r), other = choose(in, r);
    region *b = &r->regions[which];
    const int kind = fuzz_byte(in), delta = fuzz_byte(in);
    const size_t target = r->regions[other].begin + (kind & 1 ? r->regions[other].size : 0) +
                          (size_t)(kind & 2         ? 4 * delta
                                   : delta % 4 == 3 ? delta
                                                    : 0);
    const size_t begin = kind & 4 && target >= b->size ? target - b->size : target;
    if (kind >= 224)
        b->given = !b->given && b->size > 0;
    else if (begin + b->size <= ARENA)
        b->begin = begin;
}

static void *pointer_to(const run *r, int which) {
    return r->regions[which].given ? arena + r->regions[which].begin : NULL;
}

static void point(run *r) {
    r->io = (rnn_io){.x = pointer_to(r, X),
                     .y = pointer_to(r, Y),
                     .y_backward = pointer_to(r, Y_BACKWARD),
                     .initial_states = r->initial,
                     .final_states = r->final,
                     .lengths = pointer_to(r, LENGTHS),
                     .mask = pointer_to(r, MASK)};
    for (int i = 0; i < r->states; i++) {
        r->initial[i] = pointer_to(r, INITIAL + i);
        r->final[i] = pointer_to(r, FINAL + i);
    }
}

/* ---- What a run may do ----------------------------------------------------------------------- */

/* For each byte of the arena, one bit for each use of it. */
static uint64_t uses[ARENA];

static void mark(const run *r, int which) {
    const region *b = &r->regions[which];
    for (size_t n = 0; n < b->rows; n++)
        for (size_t t = 0; t < b->steps; t++)
            for (size_t i = 0; i < b->width; i++)
                uses[b->begin + n * b->row_stride + t * b->step_stride + i] |= (uint64_t)1 << which;
}

static uint64_t written_bits(void) {
    uint64_t bits = 0;
    for (int i = SCRATCH; i <= Y_BACKWARD; i++)
        bits |= (uint64_t)1 << i;
    for (int i = FINAL; i < BUFFERS; i++)
        bits |= (uint64_t)1 << i;
    return bits;
}

/* Whether a byte has several uses, one of them to be written, that may not be together. */
static bool is_shared(const run *r, uint64_t bits) {
    for (int i = 0; i < r->states; i++)
        if (bits == ((uint64_t)1 << (INITIAL + i) | (uint64_t)1 << (FINAL + i)))
            return r->regions[INITIAL + i].begin != r->regions[FINAL + i].begin;
    return true;
}

/* Whether any byte is so shared. It also fills `uses`. */
static bool any_is_shared(const run *r) {
    const uint64_t written = written_bits();
    memset(uses, 0, sizeof uses);
    for (int i = 0; i < BUFFERS; i++)
        if (r->regions[i].given)
            mark(r, i);
    for (size_t i = 0; i < ARENA; i++)
        if (uses[i] & (uses[i] - 1) && uses[i] & written && is_shared(r, uses[i]))
            return true;
    return false;
}

/* Whether two buffers, one of which is written, have a byte in common between their first and last
 * ones. */
static bool any_spans_meet(const run *r) {
    for (int i = 0; i < BUFFERS; i++)
        for (int k = 0; k < BUFFERS; k++) {
            const region *a = &r->regions[i], *b = &r->regions[k];
            const bool carried =
                i >= INITIAL && i < FINAL && k == i + STATES && a->begin == b->begin;
            if (i != k && a->given && b->given && !carried && written_bits() >> k & 1 &&
                a->begin < b->begin + b->size && b->begin < a->begin + a->size)
                return true;
        }
    return false;
}

static bool lengths_are_right(const run *r) {
    for (int n = 0; r->io.lengths && n < r->c->shape.batch; n++)
        if (r->io.lengths[n] < 0 || r->io.lengths[n] > r->c->shape.timesteps)
            return false;
    return true;
}

static bool is_misaligned(const run *r) {
    for (int i = 0; i < BUFFERS; i++)
        if (r->regions[i].given && i != MASK &&
            r->regions[i].begin % (i == SCRATCH ? RNN_ALIGNMENT : sizeof(float)))
            return true;
    return false;
}

static bool is_missing(const run *r) {
    const bool two = r->c->layers[r->c->model.layer_count - 1].merge == RNN_NONE;
    return !r->regions[X].given || !r->regions[Y].given || !r->regions[SCRATCH].given ||
           (two && !r->regions[Y_BACKWARD].given);
}

static void check_written(rnn_status status) {
    const uint64_t written = written_bits();
    for (size_t i = 0; i < ARENA; i++)
        FUZZ_CHECK(arena[i] == before[i] || (status == RNN_OK && uses[i] & written),
                   "byte %zu of the arena was %d and is %d; status %d", i, before[i], arena[i],
                   (int)status);
}

static void run_plan(fuzz_input *in, const call *c, const rnn_plan *plan) {
    run r;
    rnn_error error = {""};
    describe(&r, c, plan);
    if (!place(&r))
        return;
    for (int moves = fuzz_between(in, 0, 3); moves > 0; moves--)
        move_one(in, &r);
    point(&r);
    memset(arena, 0, ARENA);
    if (r.io.lengths && !is_misaligned(&r))
        for (int n = 0; n < c->shape.batch; n++)
            ((int32_t *)pointer_to(&r, LENGTHS))[n] =
                fuzz_byte(in) & 1 ? wild_int(in) : c->shape.timesteps;
    memcpy(before, arena, ARENA);
    const bool wrong = is_missing(&r) || is_misaligned(&r) || !lengths_are_right(&r);
    const bool shared = any_is_shared(&r);
    const rnn_status status = rnn_plan_run(plan, &r.io, pointer_to(&r, SCRATCH), &error);
    if (status != RNN_OK)
        fuzz_check_error(&error);
    FUZZ_CHECK(status == RNN_OK || status == RNN_INVALID_ARGUMENT, "%s", error.text);
    FUZZ_CHECK(status != RNN_OK || (!wrong && !shared), "accepted: wrong %d, shared %d", wrong,
               shared);
    FUZZ_CHECK(status == RNN_OK || wrong || any_spans_meet(&r), "refused: %s", error.text);
    check_written(status);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void try_names(fuzz_input *in) {
    const int value = wild_int(in);
    rnn_backend_info info;
    FUZZ_CHECK((rnn_backend_get(value, &info) == RNN_OK) ==
                   (value >= 0 && value < rnn_backend_count()),
               "%d", value);
    FUZZ_CHECK(*rnn_status_text((rnn_status)value), "status %d has no text", value);
    FUZZ_CHECK(*rnn_cell_name((rnn_cell)value) && *rnn_activation_name((rnn_activation)value) &&
                   *rnn_direction_name((rnn_direction)value) && *rnn_merge_name((rnn_merge)value),
               "%d has no name", value);
    char *name = fuzz_text(in);
    rnn_cell cell;
    rnn_activation activation;
    rnn_direction direction;
    rnn_merge merge;
    FUZZ_CHECK(!rnn_cell_parse(name, &cell) || strcmp(rnn_cell_name(cell), name) == 0, "%s", name);
    FUZZ_CHECK(!rnn_activation_parse(name, &activation) ||
                   strcmp(rnn_activation_name(activation), name) == 0,
               "%s", name);
    FUZZ_CHECK(!rnn_direction_parse(name, &direction) ||
                   strcmp(rnn_direction_name(direction), name) == 0,
               "%s", name);
    FUZZ_CHECK(!rnn_merge_parse(name, &merge) || strcmp(rnn_merge_name(merge), name) == 0, "%s",
               name);
    free(name);
}

static void make_arena(void) {
    if (arena)
        return;
    void *memory = NULL;
    FUZZ_CHECK(posix_memalign(&memory, RNN_ALIGNMENT, ARENA) == 0, "no memory");
    arena = memory;
    before = malloc(ARENA);
    FUZZ_CHECK(before, "no memory");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, data + size};
    call c;
    make_arena();
    const int what = fuzz_byte(&in);
    if (what == 255) {
        try_names(&in);
        return 0;
    }
    make_call(&in, &c);
    for (int i = what % 4; i > 0; i--)
        spoil(&in, &c);
    rnn_plan *plan = create(&c);
    if (plan)
        run_plan(&in, &c, plan);
    rnn_plan_destroy(plan);
    return 0;
}
