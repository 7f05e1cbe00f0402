/* SPDX-License-Identifier: MIT
 * rnn_plan_run: checks one run's buffers, then hands them to the backend. */
#include "plan.h"

#include <stdint.h>

/* Bytes [begin, end) of one buffer; begin == end where it is not given. */
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

static span rows_span(const float *rows, rnn_strides strides, int batch, int timesteps, int width) {
    size_t floats = (size_t)(batch - 1) * (size_t)strides.batch +
                    (size_t)(timesteps - 1) * (size_t)strides.time + (size_t)width;
    return span_of(rows, floats * sizeof(float));
}

static rnn_status check_buffer(const void *pointer, const char *field, rnn_error *error) {
    if (!pointer)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "io.%s: NULL", field);
    if ((uintptr_t)pointer % sizeof(float))
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "io.%s: %p is not aligned for floats", field,
                        pointer);
    return RNN_OK;
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

typedef struct buffers {
    const rnn_plan *plan;
    const rnn_io *io;
    span x, y, y_backward, lengths, mask, scratch;
} buffers;

static span state_span(const buffers *b, const float *state, int index) {
    const rnn_problem *problem = &b->plan->problem;
    size_t units = (size_t)rnn_model_state_units(&problem->model, index);
    return span_of(state, (size_t)problem->shape.batch * units * sizeof(float));
}

static rnn_status overlap(rnn_error *error, const char *output, const char *other) {
    return rnn_fail(error, RNN_INVALID_ARGUMENT, "io.%s: overlaps %s", output, other);
}

/* That an output is apart from x, lengths, mask, scratch and every initial state but `except`. */
static rnn_status check_apart_from_inputs(const buffers *b, span output, const char *name,
                                          int except, rnn_error *error) {
    if (spans_overlap(output, b->x))
        return overlap(error, name, "io.x");
    if (spans_overlap(output, b->lengths))
        return overlap(error, name, "io.lengths");
    if (spans_overlap(output, b->mask))
        return overlap(error, name, "io.mask");
    if (spans_overlap(output, b->scratch))
        return overlap(error, name, "scratch");
    for (int i = 0; b->io->initial_states && i < b->plan->state_count; i++) {
        span initial = state_span(b, b->io->initial_states[i], i);
        bool carried = i == except && initial.begin == output.begin;
        if (!carried && spans_overlap(output, initial))
            return overlap(error, name, "io.initial_states");
    }
    return RNN_OK;
}

static rnn_status check_final_states(const buffers *b, rnn_error *error) {
    for (int i = 0; b->io->final_states && i < b->plan->state_count; i++) {
        span final = state_span(b, b->io->final_states[i], i);
        rnn_status status = check_apart_from_inputs(b, final, "final_states", i, error);
        if (status != RNN_OK)
            return status;
        if (spans_overlap(final, b->y) || spans_overlap(final, b->y_backward))
            return overlap(error, "final_states", "io.y");
        for (int j = 0; j < i; j++)
            if (spans_overlap(final, state_span(b, b->io->final_states[j], j)))
                return overlap(error, "final_states", "another final state");
    }
    return RNN_OK;
}

static rnn_status check_states_aligned(const buffers *b, rnn_error *error) {
    for (int i = 0; i < b->plan->state_count; i++) {
        const float *initial = b->io->initial_states ? b->io->initial_states[i] : NULL;
        const float *final = b->io->final_states ? b->io->final_states[i] : NULL;
        rnn_status status = initial ? check_buffer(initial, "initial_states", error) : RNN_OK;
        if (status == RNN_OK && final)
            status = check_buffer(final, "final_states", error);
        if (status != RNN_OK)
            return status;
    }
    return RNN_OK;
}

static buffers collect(const rnn_plan *plan, const rnn_io *io, const void *scratch) {
    const rnn_shape *shape = &plan->problem.shape;
    size_t rows = (size_t)shape->batch;
    int width = rnn_model_output_width(&plan->problem.model);
    int steps = rnn_model_returns_sequences(&plan->problem.model) ? shape->timesteps : 1;
    buffers b = {
        .plan = plan,
        .io = io,
        .x = rows_span(io->x, shape->x, shape->batch, shape->timesteps,
                       plan->problem.model.layers[0].features),
        .y = rows_span(io->y, shape->y, shape->batch, steps, width),
        .lengths = span_of(io->lengths, rows * sizeof *io->lengths),
        .mask = span_of(io->mask, rows * (size_t)shape->timesteps),
        .scratch = span_of(scratch, plan->scratch_size),
    };
    if (io->y_backward)
        b.y_backward = rows_span(io->y_backward, shape->y, shape->batch, steps, width);
    return b;
}

static rnn_status check_outputs_apart(const buffers *b, rnn_error *error) {
    const rnn_io *io = b->io;
    rnn_status status = check_apart_from_inputs(b, b->y, "y", -1, error);
    if (status == RNN_OK && io->y_backward)
        status = check_apart_from_inputs(b, b->y_backward, "y_backward", -1, error);
    if (status == RNN_OK && spans_overlap(b->y, b->y_backward) &&
        !rows_interleave(io->y, io->y_backward, b->plan->problem.shape.y,
                         rnn_model_output_width(&b->plan->problem.model)))
        status = overlap(error, "y", "io.y_backward");
    return status == RNN_OK ? check_final_states(b, error) : status;
}

static rnn_status check_second_output(const rnn_plan *plan, const rnn_io *io, rnn_error *error) {
    const rnn_model *model = &plan->problem.model;
    bool two_outputs = model->layers[model->layer_count - 1].merge == RNN_NONE;
    if (two_outputs)
        return check_buffer(io->y_backward, "y_backward", error);
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
    rnn_status status = check_buffer(io->x, "x", error);
    if (status == RNN_OK)
        status = check_buffer(io->y, "y", error);
    if (status == RNN_OK)
        status = check_second_output(plan, io, error);
    if (status == RNN_OK)
        status = check_masking(&plan->problem.shape, io, error);
    buffers b = collect(plan, io, scratch);
    if (status == RNN_OK)
        status = check_states_aligned(&b, error);
    if (status == RNN_OK)
        status = check_outputs_apart(&b, error);
    return status == RNN_OK ? plan->backend->run(plan->state, io, scratch, error) : status;
}
