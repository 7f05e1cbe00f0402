/* SPDX-License-Identifier: MIT
 * The scratch of one run of the engine, laid out. */
#ifndef RNN_WORKSPACE_H
#define RNN_WORKSPACE_H

#include "kernels/engine/arena.h"
#include "kernels/engine/team.h"

/* Rows of the input projection computed at a time: enough to make good use of each panel of weights
 * that is read, few enough that the result is still in L2 when the steps use it. */
enum { WORKSPACE_PROJECTED_ROWS = 128 };

/* Floats of one batch row in each array of a workspace; the most that any layer needs. */
typedef struct workspace_row {
    size_t h, c, left, z, sequence, half;
} workspace_row;

typedef struct workspace_shape {
    int rows; /* batch rows of this run */
    int timesteps;
    int members; /* threads of its team */
    int lanes;   /* directions or layers under way at the same time, at most */
    int layers;
    workspace_row row;
} workspace_shape;

/* What one direction under way needs; [rows] rows each. */
typedef struct lane_arrays {
    float *h[2]; /* a step reads one and writes the other */
    float *c;
    float *update, *left; /* from one product of a step to the next, as rnn_step has them */
    float *z;             /* [chunk_steps][rows] */
} lane_arrays;

typedef struct workspace {
    int rows;
    int chunk_steps;           /* steps whose input is projected at a time */
    rnn_barrier *barrier;      /* of the whole team */
    rnn_barrier *lane_barrier; /* [lanes] */
    rnn_progress *steps_done;  /* [layers], of a wavefront */
    lane_arrays lanes[RNN_MAX_LAYERS];
    float *sequence[2]; /* between layers, [T][rows][row.sequence] */
    float *half;        /* a backward half to be merged, [T][rows][M] */

    /* This member's own lists. */
    int *every_row, *live_rows;
    const float **x_rows;
    float **z_rows; /* also y rows of the head */
} workspace;

/* Steps whose input is projected at a time. */
int rnn_workspace_chunk_steps(int rows, int timesteps);

/* Takes the arrays of all members from the arena, and sets them as `member` sees them. Fewer rows,
 * members or lanes never take more. */
void rnn_workspace_take(workspace *work, const workspace_shape *shape, int member, arena *room);

/* Makes the barriers ready; once a run, before any member of a team of more than one enters. Good
 * for a smaller team, too. */
void rnn_workspace_prepare(const workspace_shape *shape, arena *room);

#endif
