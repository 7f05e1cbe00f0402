/* SPDX-License-Identifier: MIT */
#include "kernels/engine/workspace.h"

int rnn_workspace_chunk_steps(int rows, int timesteps) {
    int chunk = WORKSPACE_PROJECTED_ROWS / rows < 1 ? 1 : WORKSPACE_PROJECTED_ROWS / rows;
    return chunk < timesteps ? chunk : timesteps;
}

/* The most rows that a chunk has, for any number of batch rows up to `rows`. */
static size_t most_chunk_rows(int rows, int timesteps) {
    size_t all = (size_t)rows * (size_t)timesteps;
    size_t most = rows > WORKSPACE_PROJECTED_ROWS ? (size_t)rows : WORKSPACE_PROJECTED_ROWS;
    return all < most ? all : most;
}

static lane_arrays take_lane(const workspace_shape *shape, size_t chunk_rows, arena *room) {
    const size_t n = (size_t)shape->rows;
    return (lane_arrays){
        .h = {arena_floats(room, n * shape->row.h), arena_floats(room, n * shape->row.h)},
        .c = arena_floats(room, n * shape->row.c),
        .update = arena_floats(room, n * shape->row.left),
        .left = arena_floats(room, n * shape->row.left),
        .z = arena_floats(room, chunk_rows * shape->row.z),
    };
}

static void *take_own(size_t count, size_t element_size, const workspace_shape *shape, int member,
                      arena *room) {
    void *own = NULL;
    for (int i = 0; i < shape->members; i++) {
        void *list = arena_take(room, count, element_size);
        if (i == member)
            own = list;
    }
    return own;
}

/* The barriers come first, and those whose number differs with the size of the team last. So they
 * lie where they lay for a larger team. */
static void take_barriers(workspace *work, const workspace_shape *shape, arena *room) {
    const bool alone = shape->members == 1;
    work->barrier = arena_take(room, alone ? 0 : 1, sizeof *work->barrier);
    work->steps_done =
        arena_take(room, alone ? 0 : (size_t)shape->layers, sizeof *work->steps_done);
    work->lane_barrier =
        arena_take(room, alone ? 0 : (size_t)shape->lanes, sizeof *work->lane_barrier);
}

void rnn_workspace_prepare(const workspace_shape *shape, arena *room) {
    workspace work;
    take_barriers(&work, shape, room);
    rnn_barrier_reset(work.barrier);
    for (int i = 0; i < shape->layers; i++)
        rnn_progress_reset(&work.steps_done[i]);
    for (int i = 0; i < shape->lanes; i++)
        rnn_barrier_reset(&work.lane_barrier[i]);
}

void rnn_workspace_take(workspace *work, const workspace_shape *shape, int member, arena *room) {
    const size_t n = (size_t)shape->rows, sequence_rows = n * (size_t)shape->timesteps;
    const size_t chunk_rows = most_chunk_rows(shape->rows, shape->timesteps);
    take_barriers(work, shape, room);
    work->rows = shape->rows;
    work->chunk_steps = rnn_workspace_chunk_steps(shape->rows, shape->timesteps);
    for (int i = 0; i < shape->lanes; i++)
        work->lanes[i] = take_lane(shape, chunk_rows, room);
    work->half = arena_floats(room, sequence_rows * shape->row.half);
    work->sequence[0] = arena_floats(room, sequence_rows * shape->row.sequence);
    work->sequence[1] =
        arena_floats(room, shape->layers > 1 ? sequence_rows * shape->row.sequence : 0);
    work->every_row = take_own(n, sizeof *work->every_row, shape, member, room);
    work->live_rows = take_own(n, sizeof *work->live_rows, shape, member, room);
    work->x_rows = take_own(chunk_rows, sizeof *work->x_rows, shape, member, room);
    work->z_rows = take_own(chunk_rows, sizeof *work->z_rows, shape, member, room);
}
