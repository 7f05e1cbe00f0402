/* SPDX-License-Identifier: MIT */
#include "kernels/engine/engine.h"

#include "kernels/engine/cost.h"
#include "kernels/engine/direction.h"
#include "kernels/engine/merge.h"

#include <stdlib.h>
#include <string.h>

struct rnn_engine {
    const rnn_kernels *kernels;
    const rnn_problem *problem;
    rnn_cost_model cost;
    int rows; /* about how many batch rows a run has; weights and ways suit that number best */
    packed_layer *layers;
    packed_dense dense;
    void *packed;
    size_t packed_size;
    workspace_row row; /* the most that any layer needs */
    int members;       /* of the team that `ways` and panels suit; others take layers one by one */
    int lanes;         /* the most lanes of any way */
    rnn_way *ways;     /* the way from each layer on, by the index of that layer */
    /* The turn of the runs, in a cache line of its own. NULL where no weights exceed a cache. */
    atomic_uint *turn;
};

/* ---- Creation ----------------------------------------------------------------------------- */

static void pack_model(rnn_engine *engine, const rnn_model_weights *weights, arena *room) {
    const rnn_model *model = &engine->problem->model;
    const int timesteps = engine->problem->shape.timesteps;
    weights_reader reader = {.kernels = engine->kernels,
                             .rows = engine->rows,
                             .projected_rows =
                                 engine->rows * rnn_workspace_chunk_steps(engine->rows, timesteps)};
    const rnn_weights *next = weights ? weights->layers : NULL;
    for (int i = 0, end_of_way = 0; i < model->layer_count; i++) {
        if (i == end_of_way) {
            reader.members = engine->members / engine->ways[i].lanes;
            end_of_way += engine->ways[i].layers;
        }
        rnn_pack_layer(&engine->layers[i], &model->layers[i], next, reader, room);
        if (next)
            next += rnn_layer_directions(&model->layers[i]);
    }
    if (model->dense)
        rnn_pack_dense(&engine->dense, model->dense,
                       rnn_layer_output_width(&model->layers[model->layer_count - 1]),
                       weights ? weights->dense_kernel.data : NULL,
                       weights ? weights->dense_bias.data : NULL, engine->kernels->vector_floats,
                       room);
}

/* Whether the halves of a layer are joined element by element. */
static bool merges_halves(const rnn_layer *layer) {
    return layer->direction == RNN_BIDIRECTIONAL && layer->merge != RNN_CONCAT &&
           layer->merge != RNN_NONE;
}

static void raise_to(size_t *size, bool needed, size_t floats) {
    if (needed && floats > *size)
        *size = floats;
}

static workspace_row most_of_layers(const rnn_engine *engine) {
    const rnn_model *model = &engine->problem->model;
    workspace_row most = {0};
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        const packed_layer *packed = &engine->layers[i];
        bool is_last = i + 1 == model->layer_count && !model->dense;
        raise_to(&most.h, true, packed->h_floats);
        raise_to(&most.c, rnn_cell_states(layer->cell) == 2, packed->c_floats);
        raise_to(&most.left, packed->form.product_count > 1, packed->c_floats);
        raise_to(&most.z, true, packed->z_floats);
        raise_to(&most.sequence, !is_last, (size_t)rnn_layer_output_width(layer));
        raise_to(&most.half, merges_halves(layer), (size_t)rnn_layer_direction_width(layer));
    }
    return most;
}

static bool create_turn(rnn_engine *engine) {
    const rnn_model *model = &engine->problem->model;
    bool streams = false;
    for (int i = 0; i < model->layer_count; i++)
        streams |= rnn_streams_weights(&engine->cost, &model->layers[i], 1, 1);
    if (!streams)
        return true;
    engine->turn = aligned_alloc(RNN_ALIGNMENT, RNN_ALIGNMENT);
    if (engine->turn)
        atomic_init(engine->turn, 0);
    return engine->turn != NULL;
}

static void choose_ways(rnn_engine *engine) {
    engine->lanes = 1;
    for (int i = 0; i < engine->problem->model.layer_count; i += engine->ways[i].layers) {
        engine->ways[i] = rnn_quickest_way(&engine->cost, i, engine->rows, engine->members);
        if (engine->ways[i].lanes > engine->lanes)
            engine->lanes = engine->ways[i].lanes;
    }
}

rnn_status rnn_engine_create(rnn_engine **out, const rnn_cost_model *cost, rnn_split split,
                             const rnn_model_weights *weights, rnn_error *error) {
    const rnn_problem *problem = cost->problem;
    rnn_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    engine->kernels = cost->kernels;
    engine->problem = problem;
    engine->cost = *cost;
    engine->rows = 1 + (problem->shape.batch - 1) / split.slices;
    engine->members = split.members;
    engine->layers = calloc((size_t)problem->model.layer_count, sizeof *engine->layers);
    engine->ways = calloc((size_t)problem->model.layer_count, sizeof *engine->ways);
    if (!engine->layers || !engine->ways || !create_turn(engine)) {
        rnn_engine_destroy(engine);
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    }
    choose_ways(engine);
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
    engine->row = most_of_layers(engine);
    *out = engine;
    return RNN_OK;
}

void rnn_engine_destroy(rnn_engine *engine) {
    free(engine->packed);
    free(engine->layers);
    free(engine->ways);
    free(engine->turn);
    free(engine);
}

size_t rnn_engine_packed_size(const rnn_engine *engine) {
    return engine->packed_size;
}

/* ---- Scratch -------------------------------------------------------------------------------- */

static workspace_shape shape_of(const rnn_engine *engine, int rows, int members) {
    const rnn_problem *problem = engine->problem;
    return (workspace_shape){.rows = rows,
                             .timesteps = problem->shape.timesteps,
                             .members = members,
                             .lanes = members == engine->members ? engine->lanes : 1,
                             .layers = problem->model.layer_count,
                             .row = engine->row};
}

size_t rnn_engine_scratch_size(const rnn_engine *engine, int rows, int members) {
    const workspace_shape shape = shape_of(engine, rows, members);
    arena counted = {NULL, 0};
    workspace work;
    rnn_workspace_take(&work, &shape, 0, &counted);
    return counted.used;
}

void rnn_engine_prepare(const rnn_engine *engine, int members, void *scratch) {
    const workspace_shape shape = shape_of(engine, 1, members);
    arena memory = {scratch, 0};
    rnn_workspace_prepare(&shape, &memory);
}

/* ---- One layer ---------------------------------------------------------------------------- */

/* Where a layer reads, writes and has its states. */
typedef struct layer_run {
    int index;
    int first_state; /* its place in the lists of rnn_io */
    const_rows_view x;
    rows_view y, y_backward;
} layer_run;

/* Finds the states of one direction, by their place in the lists of rnn_io. */
static void set_states(const engine_run *run, direction_run *direction, int first_state) {
    const rnn_io *io = run->io;
    for (int s = 0; s < rnn_cell_states(direction->layer->cell); s++) {
        const size_t width = (size_t)rnn_layer_state_width(direction->layer, s);
        const size_t offset = (size_t)run->first_row * width;
        const float *initial = io->initial_states ? io->initial_states[first_state + s] : NULL;
        float *final = io->final_states ? io->final_states[first_state + s] : NULL;
        direction->initial[s] = initial ? initial + offset : NULL;
        direction->final[s] = final ? final + offset : NULL;
    }
}

/* Strides of rows in the workspace, [T][rows] of so many floats. */
static rnn_strides work_strides(const engine_run *run, size_t floats) {
    return (rnn_strides){.batch = (ptrdiff_t)floats, .time = run->work.rows * (ptrdiff_t)floats};
}

static rows_view half_view(const engine_run *run, const rnn_layer *layer) {
    return (rows_view){run->work.half, work_strides(run, (size_t)rnn_layer_direction_width(layer))};
}

/* Sets direction 0 or 1 of a layer, in a lane of its own team. It fills a struct in place, because
 * a small problem notices the copy that returning one costs. */
static void set_direction(direction_run *direction, const engine_run *run, const layer_run *at,
                          int which, int lane, const rnn_member *member) {
    const rnn_layer *layer = &run->engine->problem->model.layers[at->index];
    const packed_layer *packed = &run->engine->layers[at->index];
    direction->layer = layer;
    direction->packed = packed;
    direction->weights = &packed->directions[which];
    direction->x = at->x;
    direction->y = at->y;
    if (which == 1)
        direction->y =
            layer->merge == RNN_CONCAT
                ? (rows_view){at->y.data + rnn_layer_direction_width(layer), at->y.strides}
            : layer->merge == RNN_NONE ? at->y_backward
                                       : half_view(run, layer);
    direction->reversed = layer->direction == RNN_BACKWARD || which == 1;
    direction->flipped_back = which == 1;
    direction->arrays = &run->work.lanes[lane];
    direction->member = *member;
    direction->x_steps = NULL;
    direction->steps_done = NULL;
    direction->chunk_steps = run->work.chunk_steps;
    direction->streams =
        run->engine->turn && direction->chunk_steps == 1 &&
        rnn_streams_weights(&run->engine->cost, layer, run->work.rows, member->count);
    set_states(run, direction, at->first_state + which * rnn_cell_states(layer->cell));
}

static void merge_half(const engine_run *run, const layer_run *at) {
    const rnn_layer *layer = &run->engine->problem->model.layers[at->index];
    const rows_view half = half_view(run, layer);
    const int steps = layer->return_sequences ? run->timesteps : 1;
    const rnn_share mine = rnn_member_share(&run->member, run->work.rows);
    for (int t = 0; t < steps; t++)
        for (int n = mine.begin; n < mine.end; n++) {
            float *row = at->y.data + t * at->y.strides.time + n * at->y.strides.batch;
            const float *other = half.data + t * half.strides.time + n * half.strides.batch;
            rnn_merge_row(layer->merge, rnn_layer_direction_width(layer), row, other, row);
        }
}

/* The team of lane `lane_of(member)`, where all members are divided evenly into lanes. */
static rnn_member member_of_lane(const engine_run *run, int lanes, int *lane) {
    const int each = run->member.count / lanes;
    *lane = run->member.index / each;
    return (rnn_member){run->member.index % each, each, &run->work.lane_barrier[*lane],
                        run->member.spins};
}

static void run_layer(engine_run *run, const layer_run *at, int lanes) {
    const rnn_layer *layer = &run->engine->problem->model.layers[at->index];
    const int directions = rnn_layer_directions(layer);
    int lane = 0;
    rnn_member member = lanes > 1 ? member_of_lane(run, lanes, &lane) : run->member;
    for (int which = 0; which < directions; which++) {
        if (lanes > 1 && which != lane)
            continue;
        direction_run direction;
        set_direction(&direction, run, at, which, lane, &member);
        rnn_run_direction(run, &direction);
    }
    if (lanes > 1)
        rnn_member_meet(&run->member);
    if (merges_halves(layer)) {
        merge_half(run, at);
        rnn_member_meet(&run->member);
    }
}

/* ---- Several layers at once ----------------------------------------------------------------- */

/* Each member runs the layer of its lane, and begins when the layer below has finished some
 * steps. */
static void run_wavefront(engine_run *run, const layer_run *layers, const rnn_way *way) {
    int lane;
    rnn_member member = member_of_lane(run, way->lanes, &lane);
    direction_run direction;
    set_direction(&direction, run, &layers[lane], 0, lane, &member);
    if (way->chunk_steps < direction.chunk_steps)
        direction.chunk_steps = way->chunk_steps;
    direction.steps_done = &run->work.steps_done[layers[lane].index];
    if (lane > 0)
        direction.x_steps = &run->work.steps_done[layers[lane - 1].index];
    rnn_run_direction(run, &direction);
    rnn_member_meet(&run->member);
}

/* ---- The model ---------------------------------------------------------------------------- */

/* Each member takes some of the batch rows, or some of the steps where there is one row. */
static void run_head(engine_run *run, const_rows_view x, rows_view y) {
    const rnn_model *model = &run->engine->problem->model;
    const workspace *work = &run->work;
    const int steps = rnn_model_returns_sequences(model) ? run->timesteps : 1;
    const bool by_rows = work->rows > 1;
    const rnn_share all_steps = {0, steps}, all_rows = {0, work->rows};
    const rnn_share mine_of_steps = by_rows ? all_steps : rnn_member_share(&run->member, steps);
    const rnn_share mine = by_rows ? rnn_member_share(&run->member, work->rows) : all_rows;
    int count;
    for (int first = mine_of_steps.begin; first < mine_of_steps.end; first += count) {
        const int left = mine_of_steps.end - first;
        count = left < work->chunk_steps ? left : work->chunk_steps;
        int rows = 0;
        for (int t = first; t < first + count; t++)
            for (int n = mine.begin; n < mine.end; n++, rows++) {
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

/* What layer `index` writes: y if it is the last, or a sequence for the next one. */
static rows_view output_of_layer(const engine_run *run, int index, rows_view y) {
    const rnn_model *model = &run->engine->problem->model;
    const bool last = index + 1 == model->layer_count && !model->dense;
    return last ? y
                : (rows_view){run->work.sequence[index % 2],
                              work_strides(run, run->engine->row.sequence)};
}

/* Sets all layers of the model. Each reads what the one before it wrote, and the first reads x. */
static void set_layers(layer_run *layers, const engine_run *run, rows_view y) {
    const rnn_io *io = run->io;
    const rnn_model *model = &run->engine->problem->model;
    const rnn_shape *shape = &run->engine->problem->shape;
    const_rows_view x = {io->x + run->first_row * shape->x.batch, shape->x};
    float *y_backward = io->y_backward ? io->y_backward + run->first_row * shape->y.batch : NULL;
    int states = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        layers[i].index = i;
        layers[i].first_state = states;
        layers[i].x = x;
        layers[i].y = output_of_layer(run, i, y);
        layers[i].y_backward = (rows_view){y_backward, shape->y};
        states += rnn_layer_directions(layer) * rnn_cell_states(layer->cell);
        x = (const_rows_view){layers[i].y.data, layers[i].y.strides};
    }
}

/* By how much the steps of a team's members differ, as a share of a step: how long one may have to
 * wait for another. */
static const double UNEVENNESS = 0.25;

static void run_model(engine_run *run) {
    const rnn_engine *engine = run->engine;
    const rnn_model *model = &engine->problem->model;
    const rnn_shape *shape = &engine->problem->shape;
    const rows_view y = {run->io->y + run->first_row * shape->y.batch, shape->y};
    layer_run layers[RNN_MAX_LAYERS];
    set_layers(layers, run, y);
    const rnn_way one_at_a_time = {.lanes = 1, .layers = 1};
    const rnn_way *way;
    for (int i = 0; i < model->layer_count; i += way->layers) {
        way = run->member.count == engine->members ? &engine->ways[i] : &one_at_a_time;
        run->member.spins = rnn_spins_within(UNEVENNESS * way->seconds_of_step);
        if (way->layers > 1)
            run_wavefront(run, &layers[i], way);
        else
            run_layer(run, &layers[i], way->lanes);
    }
    const rows_view top = layers[model->layer_count - 1].y;
    if (model->dense)
        run_head(run, (const_rows_view){top.data, top.strides}, y);
}

void rnn_engine_take_turn(const rnn_engine *engine) {
    if (!engine->turn)
        return;
    const unsigned turn = atomic_load_explicit(engine->turn, memory_order_relaxed);
    atomic_store_explicit(engine->turn, turn + 1, memory_order_relaxed);
}

void rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows, int index,
                    int members, void *scratch) {
    const workspace_shape shape = shape_of(engine, rows, members);
    arena memory = {scratch, 0};
    engine_run run;
    run.engine = engine;
    run.kernels = engine->kernels;
    run.io = io;
    run.first_row = first_row;
    run.timesteps = shape.timesteps;
    run.turn = engine->turn ? atomic_load_explicit(engine->turn, memory_order_relaxed) : 0;
    rnn_workspace_take(&run.work, &shape, index, &memory);
    run.member = (rnn_member){index, members, run.work.barrier, 0};
    for (int n = 0; n < rows; n++)
        run.work.every_row[n] = n;
    run_model(&run);
}
