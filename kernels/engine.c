/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include "merge.h"
#include "pack.h"

#include <stdlib.h>
#include <string.h>

struct rnn_engine {
    const rnn_kernels *kernels;
    const rnn_problem *problem;
    packed_layer *layers;
    packed_dense dense;
    void *packed;
    size_t packed_size;
};

/* ---- Creation ----------------------------------------------------------------------------- */

static void pack_model(rnn_engine *engine, const rnn_model_weights *weights, arena *room) {
    const rnn_model *model = &engine->problem->model;
    const int vector_floats = engine->kernels->vector_floats;
    const rnn_weights *next = weights ? weights->layers : NULL;
    for (int i = 0; i < model->layer_count; i++) {
        pack_layer(&engine->layers[i], &model->layers[i], next, vector_floats, room);
        if (next)
            next += rnn_layer_directions(&model->layers[i]);
    }
    if (model->dense)
        pack_dense(&engine->dense, model->dense,
                   rnn_layer_output_width(&model->layers[model->layer_count - 1]),
                   weights ? weights->dense_kernel : NULL, weights ? weights->dense_bias : NULL,
                   vector_floats, room);
}

rnn_status rnn_engine_create(rnn_engine **out, const rnn_kernels *kernels,
                             const rnn_problem *problem, const rnn_model_weights *weights,
                             rnn_error *error) {
    rnn_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    engine->kernels = kernels;
    engine->problem = problem;
    engine->layers = calloc((size_t)problem->model.layer_count, sizeof *engine->layers);
    if (!engine->layers) {
        rnn_engine_destroy(engine);
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    }
    arena counted = {NULL, 0};
    pack_model(engine, NULL, &counted);
    engine->packed_size = counted.used;
    engine->packed = aligned_alloc(RNN_ALIGNMENT, counted.used);
    if (!engine->packed) {
        rnn_engine_destroy(engine);
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "packed weights: out of memory for %zu bytes",
                        counted.used);
    }
    arena memory = {engine->packed, 0};
    pack_model(engine, weights, &memory);
    *out = engine;
    return RNN_OK;
}

void rnn_engine_destroy(rnn_engine *engine) {
    free(engine->packed);
    free(engine->layers);
    free(engine);
}

size_t rnn_engine_packed_size(const rnn_engine *engine) {
    return engine->packed_size;
}

/* ---- Workspace ---------------------------------------------------------------------------- */

/* Rows of the input projection computed at a time: enough to make good use of each panel of weights
 * that is read, few enough that the result is still in L2 when the steps use it. */
enum { PROJECTED_ROWS = 128 };

typedef struct workspace {
    int rows;
    int chunk_steps; /* steps projected at a time */
    int *every_row, *live_rows;
    const float **x_rows;
    float **z_rows; /* also y rows of the head */
    float *h[2], *c, *update, *reset;
    float *z;
    float *sequence[2]; /* between layers, [T][rows][width] */
    float *half;        /* a backward half to be merged, [T][rows][M] */
} workspace;

/* Whether the halves of a layer are joined element by element. */
static bool merges_halves(const rnn_layer *layer) {
    return layer->direction == RNN_BIDIRECTIONAL && layer->merge != RNN_CONCAT &&
           layer->merge != RNN_NONE;
}

/* Floats of one batch row in each array of a workspace; the most that any layer needs. */
typedef struct row_sizes {
    size_t h, c, gates, z, sequence, half;
} row_sizes;

static void raise_to(size_t *size, bool needed, size_t floats) {
    if (needed && floats > *size)
        *size = floats;
}

static row_sizes most_of_layers(const rnn_engine *engine) {
    const rnn_model *model = &engine->problem->model;
    row_sizes most = {0};
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        const packed_layer *packed = &engine->layers[i];
        bool is_last = i + 1 == model->layer_count && !model->dense;
        raise_to(&most.h, true, packed->state_floats);
        raise_to(&most.c, layer->cell == RNN_LSTM, packed->state_floats);
        raise_to(&most.gates, packed->directions[0].recurrent_candidate != NULL,
                 packed->state_floats);
        raise_to(&most.z, true, packed->z_floats);
        raise_to(&most.sequence, !is_last, (size_t)rnn_layer_output_width(layer));
        raise_to(&most.half, merges_halves(layer), (size_t)layer->units);
    }
    return most;
}

static workspace take_workspace(const rnn_engine *engine, int rows, arena *room) {
    const int timesteps = engine->problem->shape.timesteps;
    const size_t n = (size_t)rows, sequence_rows = n * (size_t)timesteps;
    const row_sizes most = most_of_layers(engine);
    int chunk = PROJECTED_ROWS / rows < 1 ? 1 : PROJECTED_ROWS / rows;
    workspace w = {.rows = rows, .chunk_steps = chunk < timesteps ? chunk : timesteps};
    const size_t chunk_rows = (size_t)w.chunk_steps * n;
    w.every_row = arena_take(room, n, sizeof *w.every_row);
    w.live_rows = arena_take(room, n, sizeof *w.live_rows);
    w.x_rows = arena_take(room, chunk_rows, sizeof *w.x_rows);
    w.z_rows = arena_take(room, chunk_rows, sizeof *w.z_rows);
    w.h[0] = arena_floats(room, n * most.h);
    w.h[1] = arena_floats(room, n * most.h);
    w.c = arena_floats(room, n * most.c);
    w.update = arena_floats(room, n * most.gates);
    w.reset = arena_floats(room, n * most.gates);
    w.z = arena_floats(room, chunk_rows * most.z);
    w.half = arena_floats(room, sequence_rows * most.half);
    w.sequence[0] = arena_floats(room, sequence_rows * most.sequence);
    w.sequence[1] = arena_floats(
        room, engine->problem->model.layer_count > 1 ? sequence_rows * most.sequence : 0);
    return w;
}

size_t rnn_engine_scratch_size(const rnn_engine *engine, int rows) {
    arena counted = {NULL, 0};
    take_workspace(engine, rows, &counted);
    return counted.used;
}

/* ---- One direction ------------------------------------------------------------------------ */

typedef struct rows_view {
    float *data;
    rnn_strides strides;
} rows_view;

typedef struct const_rows_view {
    const float *data;
    rnn_strides strides;
} const_rows_view;

/* One direction of one layer over all steps, for the workspace's batch rows. */
typedef struct direction_run {
    const rnn_layer *layer;
    const packed_layer *packed;
    const packed_direction *weights;
    const_rows_view x;
    rows_view y;
    const float *initial[2]; /* h, c; NULL: zeros */
    float *final[2];         /* NULL: not wanted */
    bool reversed;           /* steps go from T-1 to 0 */
    bool flipped_back;       /* and yet y is in order of time */
} direction_run;

typedef struct engine_run {
    const rnn_engine *engine;
    const rnn_io *io;
    int first_row;
    int timesteps;
    workspace work;
} engine_run;

/* Which rows a step computes: all of them, or those whose step counts. */
static int live_rows(engine_run *run, int t, const int **rows) {
    *rows = run->work.every_row;
    if (!run->io->lengths && !run->io->mask)
        return run->work.rows;
    int count = 0;
    for (int n = 0; n < run->work.rows; n++)
        if (rnn_step_counts(run->io, run->timesteps, run->first_row + n, t))
            run->work.live_rows[count++] = n;
    *rows = run->work.live_rows;
    return count;
}

static int time_of(const engine_run *run, const direction_run *direction, int step) {
    return direction->reversed ? run->timesteps - 1 - step : step;
}

static void project_steps(engine_run *run, const direction_run *direction, int first, int count) {
    const workspace *work = &run->work;
    int rows = 0;
    for (int step = first; step < first + count; step++) {
        int t = time_of(run, direction, step);
        const int *live;
        int live_count = live_rows(run, t, &live);
        for (int i = 0; i < live_count; i++, rows++) {
            work->x_rows[rows] = direction->x.data + t * direction->x.strides.time +
                                 live[i] * direction->x.strides.batch;
            work->z_rows[rows] =
                work->z + ((size_t)(step - first) * (size_t)work->rows + (size_t)live[i]) *
                              direction->packed->z_floats;
        }
    }
    const panel_layout *layout = &direction->packed->input;
    run->engine->kernels->project(&(rnn_projection){
        .rows = rows,
        .x = work->x_rows,
        .z = work->z_rows,
        .features = direction->layer->features,
        .panels = layout->panels,
        .vectors = layout->gates * layout->blocks_per_panel,
        .kernel = direction->weights->kernel,
        .bias = direction->weights->bias,
    });
}

static void compute_step(const rnn_kernels *kernels, const rnn_layer *layer, const rnn_step *step) {
    switch (layer->cell) {
    case RNN_SIMPLE:
        kernels->simple_step(step);
        break;
    case RNN_LSTM:
        kernels->lstm_step(step);
        break;
    case RNN_GRU:
        if (layer->reset_after)
            kernels->gru_step(step);
        else
            kernels->gru_reset_before_step(step);
        break;
    case RNN_CELL_COUNT:
        break;
    }
}

/* Rows whose step does not count keep their state; `live` is in ascending order. */
static void keep_masked_rows(const engine_run *run, const rnn_layer *layer, const rnn_step *step) {
    const bool zero = rnn_layer_zeroes_masked(layer);
    for (int n = 0, next = 0; n < run->work.rows; n++) {
        if (next < step->row_count && step->rows[next] == n) {
            next++;
            continue;
        }
        const float *h = step->h + (size_t)n * step->state_stride;
        memcpy(step->h_next + (size_t)n * step->state_stride, h, step->state_stride * sizeof *h);
        if (!step->y)
            continue;
        float *y = step->y + n * step->y_stride;
        if (zero)
            memset(y, 0, (size_t)step->units * sizeof *y);
        else
            memcpy(y, h, (size_t)step->units * sizeof *y);
    }
}

/* Where a step's output goes, or NULL. */
static float *output_of_step(const engine_run *run, const direction_run *direction, int step) {
    if (!direction->layer->return_sequences)
        return step == run->timesteps - 1 ? direction->y.data : NULL;
    int at = direction->flipped_back ? time_of(run, direction, step) : step;
    return direction->y.data + at * direction->y.strides.time;
}

static void run_step(engine_run *run, const direction_run *direction, int index, int chunk_first) {
    const workspace *work = &run->work;
    const packed_layer *packed = direction->packed;
    const packed_direction *weights = direction->weights;
    rnn_step step = {
        .units = direction->layer->units,
        .blocks = packed->blocks,
        .state_stride = packed->state_floats,
        .h = work->h[index % 2],
        .h_next = work->h[(index + 1) % 2],
        .c = work->c,
        .update = work->update,
        .reset = work->reset,
        .z = work->z + (size_t)(index - chunk_first) * (size_t)work->rows * packed->z_floats,
        .z_stride = packed->z_floats,
        .y = output_of_step(run, direction, index),
        .y_stride = direction->y.strides.batch,
        .recurrent = weights->recurrent,
        .recurrent_candidate = weights->recurrent_candidate,
        .recurrent_bias = weights->recurrent_bias,
        .activation = direction->layer->activation,
        .recurrent_activation = direction->layer->recurrent_activation,
    };
    step.row_count = live_rows(run, time_of(run, direction, index), &step.rows);
    compute_step(run->engine->kernels, direction->layer, &step);
    if (step.row_count < work->rows)
        keep_masked_rows(run, direction->layer, &step);
}

static void load_state(float *state, size_t stride, const float *initial, int rows, int units) {
    if (!initial) {
        memset(state, 0, (size_t)rows * stride * sizeof *state);
        return;
    }
    for (int n = 0; n < rows; n++) {
        float *row = state + (size_t)n * stride;
        memcpy(row, initial + (size_t)n * (size_t)units, (size_t)units * sizeof *row);
        memset(row + units, 0, (stride - (size_t)units) * sizeof *row);
    }
}

static void store_state(float *final, const float *state, size_t stride, int rows, int units) {
    for (int n = 0; final && n < rows; n++)
        memcpy(final + (size_t)n * (size_t)units, state + (size_t)n * stride,
               (size_t)units * sizeof *state);
}

static void run_direction(engine_run *run, const direction_run *direction) {
    const workspace *work = &run->work;
    const int units = direction->layer->units, steps = run->timesteps;
    const size_t stride = direction->packed->state_floats;
    const bool has_c = rnn_cell_states(direction->layer->cell) == 2;
    load_state(work->h[0], stride, direction->initial[0], work->rows, units);
    if (has_c)
        load_state(work->c, stride, direction->initial[1], work->rows, units);
    for (int first = 0; first < steps; first += work->chunk_steps) {
        int left = steps - first;
        int count = left < work->chunk_steps ? left : work->chunk_steps;
        project_steps(run, direction, first, count);
        for (int index = first; index < first + count; index++)
            run_step(run, direction, index, first);
    }
    store_state(direction->final[0], work->h[steps % 2], stride, work->rows, units);
    if (has_c)
        store_state(direction->final[1], work->c, stride, work->rows, units);
}

/* ---- One layer ---------------------------------------------------------------------------- */

static void merge_half(const engine_run *run, const rnn_layer *layer, rows_view y, rows_view half) {
    const int steps = layer->return_sequences ? run->timesteps : 1;
    for (int t = 0; t < steps; t++)
        for (int n = 0; n < run->work.rows; n++) {
            float *row = y.data + t * y.strides.time + n * y.strides.batch;
            const float *other = half.data + t * half.strides.time + n * half.strides.batch;
            rnn_merge_row(layer->merge, layer->units, row, other, row);
        }
}

/* The states of one direction, by their place in io's lists. */
static void set_states(const engine_run *run, direction_run *direction, int first_state) {
    const rnn_io *io = run->io;
    const size_t offset = (size_t)run->first_row * (size_t)direction->layer->units;
    for (int s = 0; s < rnn_cell_states(direction->layer->cell); s++) {
        const float *initial = io->initial_states ? io->initial_states[first_state + s] : NULL;
        float *final = io->final_states ? io->final_states[first_state + s] : NULL;
        direction->initial[s] = initial ? initial + offset : NULL;
        direction->final[s] = final ? final + offset : NULL;
    }
}

/* Rows of `width` floats in the workspace, [T][rows][width]. */
static rnn_strides work_strides(const engine_run *run, int width) {
    return (rnn_strides){.batch = width, .time = (ptrdiff_t)run->work.rows * width};
}

static void run_layer(engine_run *run, int index, int first_state, const_rows_view x, rows_view y,
                      rows_view y_backward) {
    const rnn_layer *layer = &run->engine->problem->model.layers[index];
    const packed_layer *packed = &run->engine->layers[index];
    direction_run direction = {.layer = layer,
                               .packed = packed,
                               .weights = &packed->directions[0],
                               .x = x,
                               .y = y,
                               .reversed = layer->direction == RNN_BACKWARD};
    set_states(run, &direction, first_state);
    run_direction(run, &direction);
    if (layer->direction != RNN_BIDIRECTIONAL)
        return;

    rows_view half = {run->work.half, work_strides(run, layer->units)};
    direction.weights = &packed->directions[1];
    direction.reversed = direction.flipped_back = true;
    direction.y = layer->merge == RNN_CONCAT ? (rows_view){y.data + layer->units, y.strides}
                  : layer->merge == RNN_NONE ? y_backward
                                             : half;
    set_states(run, &direction, first_state + rnn_cell_states(layer->cell));
    run_direction(run, &direction);
    if (merges_halves(layer))
        merge_half(run, layer, y, half);
}

/* ---- The model ---------------------------------------------------------------------------- */

static void run_head(engine_run *run, const_rows_view x, rows_view y) {
    const rnn_model *model = &run->engine->problem->model;
    const workspace *work = &run->work;
    const int steps = rnn_model_returns_sequences(model) ? run->timesteps : 1;
    for (int first = 0; first < steps; first += work->chunk_steps) {
        int end = first + work->chunk_steps < steps ? first + work->chunk_steps : steps;
        int rows = 0;
        for (int t = first; t < end; t++)
            for (int n = 0; n < work->rows; n++, rows++) {
                work->x_rows[rows] = x.data + t * x.strides.time + n * x.strides.batch;
                work->z_rows[rows] = y.data + t * y.strides.time + n * y.strides.batch;
            }
        run->engine->kernels->head(&(rnn_head){
            .rows = rows,
            .x = work->x_rows,
            .y = work->z_rows,
            .features = rnn_layer_output_width(&model->layers[model->layer_count - 1]),
            .units = model->dense->units,
            .kernel = run->engine->dense.kernel,
            .bias = run->engine->dense.bias,
            .activation = model->dense->activation,
        });
    }
}

void rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows,
                    void *scratch) {
    const rnn_model *model = &engine->problem->model;
    const rnn_shape *shape = &engine->problem->shape;
    arena memory = {scratch, 0};
    engine_run run = {.engine = engine,
                      .io = io,
                      .first_row = first_row,
                      .timesteps = shape->timesteps,
                      .work = take_workspace(engine, rows, &memory)};
    for (int n = 0; n < rows; n++)
        run.work.every_row[n] = n;

    const rows_view y = {io->y + first_row * shape->y.batch, shape->y};
    const rows_view y_backward = {
        io->y_backward ? io->y_backward + first_row * shape->y.batch : NULL, shape->y};
    const_rows_view x = {io->x + first_row * shape->x.batch, shape->x};
    int first_state = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        bool last = i + 1 == model->layer_count && !model->dense;
        rows_view to = {run.work.sequence[i % 2],
                        work_strides(&run, rnn_layer_output_width(layer))};
        run_layer(&run, i, first_state, x, last ? y : to, y_backward);
        first_state += rnn_layer_directions(layer) * rnn_cell_states(layer->cell);
        x = (const_rows_view){to.data, to.strides};
    }
    if (model->dense)
        run_head(&run, x, y);
}
