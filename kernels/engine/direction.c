/* SPDX-License-Identifier: MIT */
#include "kernels/engine/direction.h"

#include <string.h>

static int rows_that_count(engine_run *run, int t) {
    int count = 0;
    for (int n = 0; n < run->work.rows; n++)
        if (rnn_step_counts(run->io, run->timesteps, run->first_row + n, t))
            run->work.live_rows[count++] = n;
    return count;
}

/* Which rows a step computes: all of them, or those whose step counts. */
static inline int live_rows(engine_run *run, int t, const int **rows) {
    const bool all = !run->io->lengths && !run->io->mask;
    *rows = all ? run->work.every_row : run->work.live_rows;
    return all ? run->work.rows : rows_that_count(run, t);
}

static int time_of(const engine_run *run, const direction_run *direction, int step) {
    return direction->reversed ? run->timesteps - 1 - step : step;
}

/* ---- Input ---------------------------------------------------------------------------------- */

/* Lists the rows of x of some steps and where their projections go; returns how many. */
static int gather_rows(engine_run *run, const direction_run *direction, int first, int count) {
    const workspace *work = &run->work;
    int rows = 0;
    for (int step = first; step < first + count; step++) {
        int t = time_of(run, direction, step);
        const int *live;
        int live_count = live_rows(run, t, &live);
        for (int i = 0; i < live_count; i++, rows++) {
            work->x_rows[rows] = direction->x.data + t * direction->x.strides.time +
                                 live[i] * direction->x.strides.batch;
            work->z_rows[rows] = direction->arrays->z +
                                 ((size_t)(step - first) * (size_t)work->rows + (size_t)live[i]) *
                                     direction->packed->z_floats;
        }
    }
    return rows;
}

static void project_panels(const engine_run *run, const direction_run *direction, int rows,
                           rnn_share panels) {
    const panel_layout *layout = &direction->packed->input;
    run->kernels->project(&(rnn_projection){
        .rows = rows,
        .x = run->work.x_rows,
        .z = run->work.z_rows,
        .features = direction->layer->features,
        .first_panel = panels.begin,
        .end_panel = panels.end,
        .shape = layout->shape,
        .kernel = direction->weights->input.matrix,
        .bias = direction->weights->input.bias,
    });
}

/* The panels of W that have the same blocks as some panels of U. */
static rnn_share panels_of_input(const packed_layer *packed, rnn_share of_u) {
    const panel_layout *input = &packed->input;
    const int each = packed->products[0].shape.blocks_per_panel / input->shape.blocks_per_panel;
    const int end = of_u.end * each;
    return (rnn_share){of_u.begin * each, end < input->panels ? end : input->panels};
}

/* Each member projects those panels that its own steps will use, so nobody has to wait. */
static void project_steps(engine_run *run, const direction_run *direction, int first, int count) {
    const packed_layer *packed = direction->packed;
    const int rows = gather_rows(run, direction, first, count);
    const rnn_share mine = rnn_member_share(&direction->member, packed->products[0].panels);
    project_panels(run, direction, rows, panels_of_input(packed, mine));
}

/* ---- Steps ---------------------------------------------------------------------------------- */

/* Computes some panels of product `index` of the cell's form. */
static void multiply(const engine_run *run, const direction_run *direction, rnn_step *step,
                     int index, rnn_share panels) {
    const cell_product *product = &direction->packed->form.products[index];
    const panel_layout *layout = &direction->packed->products[index];
    const packed_weights *weights = &direction->weights->products[index];
    const bool of_h = product->operand == OPERAND_H;
    step->shape = &layout->shape;
    step->first_panel = panels.begin;
    step->end_panel = panels.end;
    step->operand = of_h ? step->h : step->left;
    step->operand_stride = of_h ? step->h_stride : step->c_stride;
    step->depth = layout->depth;
    step->units = layout->units;
    step->weights = weights->matrix;
    step->bias = weights->bias;
    run->kernels->steps[product->step](step);
}

/* The input projection of one step and its first product, taken some panels of either at a time.
 * The next step, or the next run, goes through them the other way and so finds the last panels of
 * both in the cache. */
static void project_and_multiply(const engine_run *run, const direction_run *direction, int rows,
                                 rnn_step *step, rnn_share panels) {
    /* of U: enough that even a single row has tiles of several panels */
    const int vectors_at_once = 16;
    const packed_layer *packed = direction->packed;
    const panel_shape *shape = &packed->products[0].shape;
    const int at_once = 1 + (vectors_at_once - 1) / (shape->gates * shape->blocks_per_panel);
    while (panels.begin < panels.end) {
        const int left = panels.end - panels.begin, count = left < at_once ? left : at_once;
        rnn_share group = {panels.begin, panels.begin + count};
        if (step->descending)
            group = (rnn_share){panels.end - count, panels.end};
        project_panels(run, direction, rows, panels_of_input(packed, group));
        multiply(run, direction, step, 0, group);
        if (step->descending)
            panels.end -= count;
        else
            panels.begin += count;
    }
}

/* Computes a step. `rows` are those to project first, where the direction streams its weights. */
static void compute_step(engine_run *run, const direction_run *direction, rnn_step *step,
                         int rows) {
    const packed_layer *packed = direction->packed;
    const rnn_member *member = &direction->member;
    const rnn_share first = rnn_member_share(member, packed->products[0].panels);
    if (direction->streams)
        project_and_multiply(run, direction, rows, step, first);
    else
        multiply(run, direction, step, 0, first);
    for (int p = 1; p < packed->form.product_count; p++) {
        rnn_member_meet(member);
        multiply(run, direction, step, p, rnn_member_share(member, packed->products[p].panels));
    }
}

/* Rows whose step does not count keep their state, in the units of this member; `live` is in
 * ascending order. */
static void keep_masked_rows(const engine_run *run, const direction_run *direction,
                             const rnn_step *step) {
    const bool zero = rnn_layer_zeroes_masked(direction->layer);
    const rnn_share units = rnn_member_share(&direction->member, (int)step->h_stride);
    const int width = rnn_layer_direction_width(direction->layer);
    const int y_end = units.end < width ? units.end : width;
    const size_t y_bytes = units.begin < y_end ? (size_t)(y_end - units.begin) * sizeof(float) : 0;
    for (int n = 0, next = 0; n < run->work.rows; n++) {
        if (next < step->row_count && step->rows[next] == n) {
            next++;
            continue;
        }
        const size_t at = (size_t)n * step->h_stride + (size_t)units.begin;
        memcpy(step->h_next + at, step->h + at, (size_t)(units.end - units.begin) * sizeof(float));
        if (!step->y || y_bytes == 0)
            continue;
        float *y = step->y + n * step->y_stride + units.begin;
        if (zero)
            memset(y, 0, y_bytes);
        else
            memcpy(y, step->h + at, y_bytes);
    }
}

/* Where a step's output goes, or NULL. */
static float *output_of_step(const engine_run *run, const direction_run *direction, int step) {
    if (!direction->layer->return_sequences)
        return step == run->timesteps - 1 ? direction->y.data : NULL;
    int at = direction->flipped_back ? time_of(run, direction, step) : step;
    return direction->y.data + at * direction->y.strides.time;
}

/* Sets what is the same for all steps. */
static void prepare_steps(rnn_step *step, const direction_run *direction) {
    const packed_layer *packed = direction->packed;
    step->h_stride = packed->h_floats;
    step->c = direction->arrays->c;
    step->update = direction->arrays->update;
    step->left = direction->arrays->left;
    step->projected = direction->layer->projection > 0;
    step->c_stride = packed->c_floats;
    step->z_stride = packed->z_floats;
    step->y_stride = direction->y.strides.batch;
    step->activation = direction->layer->activation;
    step->recurrent_activation = direction->layer->recurrent_activation;
    step->gate_clip = direction->layer->gate_clip;
    step->cell_clip = direction->layer->cell_clip;
    step->projection_clip = direction->layer->projection_clip;
    step->peepholes = direction->weights->peepholes;
    step->coupling = direction->layer->coupling;
    step->attention = NULL;
}

/* Runs a step. `z` is its projection, and `rows` are as for compute_step. */
static void run_step(engine_run *run, const direction_run *direction, rnn_step *step, int index,
                     const float *z, int rows) {
    step->descending = (index + run->turn) % 2 != 0;
    step->h = direction->arrays->h[index % 2];
    step->h_next = direction->arrays->h[(index + 1) % 2];
    step->z = z;
    if (direction->layer->attention) {
        step->attention = run->io->attention + (ptrdiff_t)run->first_row * run->timesteps +
                          time_of(run, direction, index);
        step->attention_stride = run->timesteps;
    }
    step->y = output_of_step(run, direction, index);
    step->row_count = live_rows(run, time_of(run, direction, index), &step->rows);
    compute_step(run, direction, step, rows);
    if (step->row_count < run->work.rows)
        keep_masked_rows(run, direction, step);
    rnn_member_meet(&direction->member);
}

/* ---- States --------------------------------------------------------------------------------- */

static void load_state(float *state, size_t stride, const float *initial, rnn_share rows,
                       int units) {
    for (int n = rows.begin; n < rows.end; n++) {
        float *row = state + (size_t)n * stride;
        size_t given = initial ? (size_t)units : 0;
        if (initial)
            memcpy(row, initial + (size_t)n * (size_t)units, given * sizeof *row);
        memset(row + given, 0, (stride - given) * sizeof *row);
    }
}

static void store_state(float *final, const float *state, size_t stride, rnn_share rows,
                        int units) {
    for (int n = rows.begin; final && n < rows.end; n++)
        memcpy(final + (size_t)n * (size_t)units, state + (size_t)n * stride,
               (size_t)units * sizeof *state);
}

/* ---- All steps ------------------------------------------------------------------------------ */

static void announce(const direction_run *direction, int steps) {
    if (direction->steps_done && direction->member.index == 0)
        rnn_progress_advance(direction->steps_done, (unsigned)steps);
}

void rnn_run_direction(engine_run *run, const direction_run *direction) {
    const lane_arrays *arrays = direction->arrays;
    const packed_layer *packed = direction->packed;
    const int steps = run->timesteps, h_width = rnn_layer_state_width(direction->layer, 0);
    const bool has_c = rnn_cell_states(direction->layer->cell) == 2;
    const int c_width = has_c ? rnn_layer_state_width(direction->layer, 1) : 0;
    const rnn_share rows = rnn_member_share(&direction->member, run->work.rows);
    load_state(arrays->h[0], packed->h_floats, direction->initial[0], rows, h_width);
    if (has_c)
        load_state(arrays->c, packed->c_floats, direction->initial[1], rows, c_width);
    rnn_member_meet(&direction->member);
    rnn_step step;
    prepare_steps(&step, direction);
    const size_t z_step = (size_t)run->work.rows * packed->z_floats;
    int count;
    for (int first = 0; first < steps; first += count) {
        const int left = steps - first;
        count = left < direction->chunk_steps ? left : direction->chunk_steps;
        if (direction->x_steps)
            rnn_progress_wait(direction->x_steps, (unsigned)(first + count),
                              direction->member.spins);
        if (direction->streams) {
            run_step(run, direction, &step, first, arrays->z,
                     gather_rows(run, direction, first, 1));
        } else {
            project_steps(run, direction, first, count);
            for (int i = 0; i < count; i++)
                run_step(run, direction, &step, first + i, arrays->z + (size_t)i * z_step, 0);
        }
        announce(direction, first + count);
    }
    store_state(direction->final[0], arrays->h[steps % 2], packed->h_floats, rows, h_width);
    if (has_c)
        store_state(direction->final[1], arrays->c, packed->c_floats, rows, c_width);
    rnn_member_meet(&direction->member);
}
