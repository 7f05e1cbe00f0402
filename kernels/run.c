/* SPDX-License-Identifier: MIT
 * rnn_plan_run: checks one run's buffers, then hands them to the backend. */
#include "kernels/plan.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes [begin, end) of one buffer; begin == end where the caller did not give it. */
typedef struct span {
    uintptr_t begin, end;
} span;

static span span_of(const void *pointer, size_t bytes) {
    uintptr_t begin = (uintptr_t)pointer;
    return (span){begin, pointer ? begin + bytes : begin};
}

static bool spans_overlap(span a, span b) {
    return a.begin < b.end && b.begin < a.end;
}

/* `index` is the place in a list, or -1. */
static rnn_status check_aligned(const char *field, int index, const void *pointer,
                                rnn_error *error) {
    if ((uintptr_t)pointer % sizeof(float) == 0)
        return RNN_OK;
    if (index < 0)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "%s: %p is not aligned for floats", field,
                        pointer);
    return rnn_fail(error, RNN_INVALID_ARGUMENT, "%s[%d]: %p is not aligned for floats", field,
                    index, pointer);
}

static rnn_status check_buffer(const char *field, const void *pointer, rnn_error *error) {
    if (!pointer)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "%s: NULL", field);
    return check_aligned(field, -1, pointer, error);
}

/* ---- Lengths and mask --------------------------------------------------------------------- */

static rnn_status check_lengths(const rnn_shape *shape, const int32_t *lengths, rnn_error *error) {
    if ((uintptr_t)lengths % sizeof *lengths)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "io.lengths: %p is not aligned",
                        (const void *)lengths);
    for (int n = 0; n < shape->batch; n++)
        if (lengths[n] < 0 || lengths[n] > shape->timesteps)
            return rnn_fail(error, RNN_INVALID_ARGUMENT, "io.lengths[%d]: %d, must be 0 to %d", n,
                            (int)lengths[n], shape->timesteps);
    return RNN_OK;
}

static rnn_status check_masking(const rnn_shape *shape, const rnn_io *io, rnn_error *error) {
    if (!io->lengths && !io->mask)
        return RNN_OK;
    if (!shape->masked)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "io.%s: given, but the plan was created with shape.masked false",
                        io->lengths ? "lengths" : "mask");
    return io->lengths ? check_lengths(shape, io->lengths, error) : RNN_OK;
}

/* ---- Attention ---------------------------------------------------------------------------- */

/* Refuses a NaN, which would go into every unit of the state. */
static rnn_status check_attention(const rnn_plan *plan, const rnn_io *io, rnn_error *error) {
    const int timesteps = plan->problem.shape.timesteps;
    rnn_status status = check_buffer("io.attention", io->attention, error);
    for (int n = 0; n < plan->problem.shape.batch && status == RNN_OK; n++)
        for (int t = 0; t < timesteps && status == RNN_OK; t++)
            if (rnn_step_counts(io, timesteps, n, t) &&
                isnan(io->attention[(size_t)n * (size_t)timesteps + (size_t)t]))
                status =
                    rnn_fail(error, RNN_INVALID_ARGUMENT, "io.attention: NaN at n %d, t %d", n, t);
    return status;
}

/* ---- Overlap ------------------------------------------------------------------------------ */

/* Two outputs with the same strides may interleave in one array, as the halves of a [N, T, 2 M] do.
 */
static bool rows_interleave(const float *a, const float *b, rnn_strides strides, int width) {
    ptrdiff_t inner = strides.batch < strides.time ? strides.batch : strides.time;
    ptrdiff_t outer = strides.batch < strides.time ? strides.time : strides.batch;
    if (inner < 2 * (ptrdiff_t)width || outer % inner)
        return false;
    uintptr_t distance = a < b ? (uintptr_t)b - (uintptr_t)a : (uintptr_t)a - (uintptr_t)b;
    size_t offset = distance / sizeof(float) % (size_t)inner;
    return offset >= (size_t)width && offset <= (size_t)(inner - width);
}

/* One buffer, with the name that an error gives it. */
typedef struct named_span {
    const char *name;
    int index; /* place in a list, or -1 */
    span bytes;
} named_span;

/* Everything but the states, which are listed in io. */
enum {
    SPAN_X,
    SPAN_LENGTHS,
    SPAN_MASK,
    SPAN_ATTENTION,
    SPAN_SCRATCH,
    SPAN_Y,
    SPAN_Y_BACKWARD,
    SPAN_COUNT
};

typedef struct buffers {
    const rnn_plan *plan;
    const rnn_io *io;
    named_span spans[SPAN_COUNT];
} buffers;

static named_span initial_state(const buffers *b, int i) {
    const float *state = b->io->initial_states ? b->io->initial_states[i] : NULL;
    return (named_span){"io.initial_states", i, span_of(state, b->plan->state_bytes[i])};
}

static named_span final_state(const buffers *b, int i) {
    const float *state = b->io->final_states ? b->io->final_states[i] : NULL;
    return (named_span){"io.final_states", i, span_of(state, b->plan->state_bytes[i])};
}

/* Prints a name such as "io.x" or "io.initial_states[2]". */
static void print_name(char text[32], const named_span *s) {
    if (s->index < 0)
        snprintf(text, 32, "%s", s->name);
    else
        snprintf(text, 32, "%s[%d]", s->name, s->index);
}

static rnn_status refuse_overlap(const named_span *a, const named_span *b, rnn_error *error) {
    char first[32], second[32];
    print_name(first, a);
    print_name(second, b);
    return rnn_fail(error, RNN_INVALID_ARGUMENT, "%s: overlaps %s, at %p and %p", first, second,
                    (void *)a->bytes.begin, (void *)b->bytes.begin);
}

static inline rnn_status check_apart(const named_span *a, const named_span *b, rnn_error *error) {
    return spans_overlap(a->bytes, b->bytes) ? refuse_overlap(a, b, error) : RNN_OK;
}

/* Checks the outputs and the scratch against each other and the inputs. Inputs may share memory. */
static rnn_status check_spans(const buffers *b, rnn_error *error) {
    const rnn_problem *problem = &b->plan->problem;
    const bool interleaved =
        b->io->y_backward && rows_interleave(b->io->y, b->io->y_backward, problem->shape.y,
                                             rnn_model_output_width(&problem->model));
    for (int i = SPAN_SCRATCH; i < SPAN_COUNT; i++)
        for (int j = 0; j < i; j++) {
            if (i == SPAN_Y_BACKWARD && j == SPAN_Y && interleaved)
                continue;
            rnn_status status = check_apart(&b->spans[i], &b->spans[j], error);
            if (status != RNN_OK)
                return status;
        }
    return RNN_OK;
}

static rnn_status check_initial_state(const buffers *b, int i, rnn_error *error) {
    const named_span initial = initial_state(b, i);
    rnn_status status = RNN_OK;
    for (int other = SPAN_SCRATCH; other < SPAN_COUNT && status == RNN_OK; other++)
        status = check_apart(&b->spans[other], &initial, error);
    return status;
}

/* A final state may be the same array as its own initial one, and nothing else. */
static rnn_status check_final_state(const buffers *b, int i, rnn_error *error) {
    const named_span final = final_state(b, i);
    rnn_status status = RNN_OK;
    for (int other = 0; other < SPAN_COUNT && status == RNN_OK; other++)
        status = check_apart(&final, &b->spans[other], error);
    for (int other = 0; other < i && status == RNN_OK; other++) {
        const named_span before = final_state(b, other);
        status = check_apart(&final, &before, error);
    }
    for (int other = 0; other < b->plan->state_count && status == RNN_OK; other++) {
        named_span initial = initial_state(b, other);
        bool carried = other == i && initial.bytes.begin == final.bytes.begin;
        if (!carried)
            status = check_apart(&final, &initial, error);
    }
    return status;
}

static rnn_status check_states(const buffers *b, rnn_error *error) {
    rnn_status status = RNN_OK;
    for (int i = 0; i < b->plan->state_count && status == RNN_OK; i++) {
        named_span initial = initial_state(b, i), final = final_state(b, i);
        if (initial.bytes.begin)
            status = check_aligned(initial.name, i, (const void *)initial.bytes.begin, error);
        if (status == RNN_OK && initial.bytes.begin)
            status = check_initial_state(b, i, error);
        if (status == RNN_OK && final.bytes.begin)
            status = check_aligned(final.name, i, (const void *) final.bytes.begin, error);
        if (status == RNN_OK && final.bytes.begin)
            status = check_final_state(b, i, error);
    }
    return status;
}

/* Sets a span in place, because a small problem notices the copy that returning one costs. */
static void set_span(buffers *b, int which, const char *name, const void *pointer, size_t bytes) {
    b->spans[which].name = name;
    b->spans[which].index = -1;
    const span all = span_of(pointer, bytes);
    b->spans[which].bytes.begin = all.begin;
    b->spans[which].bytes.end = all.end;
}

static void collect(buffers *b, const rnn_plan *plan, const rnn_io *io, const void *scratch) {
    const rnn_shape *shape = &plan->problem.shape;
    const size_t rows = (size_t)shape->batch;
    b->plan = plan;
    b->io = io;
    set_span(b, SPAN_X, "io.x", io->x, plan->x_bytes);
    set_span(b, SPAN_LENGTHS, "io.lengths", io->lengths, rows * sizeof *io->lengths);
    set_span(b, SPAN_MASK, "io.mask", io->mask, rows * (size_t)shape->timesteps);
    set_span(b, SPAN_ATTENTION, "io.attention", plan->uses_attention ? io->attention : NULL,
             rows * (size_t)shape->timesteps * sizeof *io->attention);
    set_span(b, SPAN_SCRATCH, "scratch", scratch, plan->scratch_size);
    set_span(b, SPAN_Y, "io.y", io->y, plan->y_bytes);
    set_span(b, SPAN_Y_BACKWARD, "io.y_backward", io->y_backward, plan->y_bytes);
}

/* ---- The run ------------------------------------------------------------------------------ */

static rnn_status check_second_output(const rnn_plan *plan, const rnn_io *io, rnn_error *error) {
    const rnn_model *model = &plan->problem.model;
    bool two_outputs = model->layers[model->layer_count - 1].merge == RNN_NONE;
    if (two_outputs)
        return check_buffer("io.y_backward", io->y_backward, error);
    if (io->y_backward)
        return rnn_fail(error, RNN_INVALID_ARGUMENT,
                        "io.y_backward: given, but only merge none has a second output");
    return RNN_OK;
}

rnn_status rnn_plan_run(const rnn_plan *plan, const rnn_io *io, void *scratch, rnn_error *error) {
    if (!plan)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "plan: NULL");
    if (!io)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "io: NULL");
    if (!scratch || (uintptr_t)scratch % RNN_ALIGNMENT)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "scratch: %p, must be aligned to %d bytes",
                        scratch, RNN_ALIGNMENT);
    rnn_status status = check_buffer("io.x", io->x, error);
    if (status == RNN_OK)
        status = check_buffer("io.y", io->y, error);
    if (status == RNN_OK)
        status = check_second_output(plan, io, error);
    if (status == RNN_OK)
        status = check_masking(&plan->problem.shape, io, error);
    if (status == RNN_OK && plan->uses_attention)
        status = check_attention(plan, io, error);
    buffers b;
    collect(&b, plan, io, scratch);
    if (status == RNN_OK)
        status = check_spans(&b, error);
    if (status == RNN_OK && (io->initial_states || io->final_states))
        status = check_states(&b, error);
    return status == RNN_OK ? plan->backend->run(plan->state, io, scratch, error) : status;
}
