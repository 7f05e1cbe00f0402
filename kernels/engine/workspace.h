/* SPDX-License-Identifier: MIT
 * The scratch of one run of the engine, laid out. */
#ifndef RNN_WORKSPACE_H
#define RNN_WORKSPACE_H

#include "kernels/engine/arena.h"
#include "kernels/engine/team.h"

/* How many rows of the input projection are computed at a time: enough to make good use of each
 * panel of weights that is read, few enough that the result is still in L2 when the steps use
 * it. */
enum { WORKSPACE_PROJECTED_ROWS = 128 };

/* Floats of one batch row in each array of a workspace: the most that any layer needs. */
typedef struct workspace_row {
    size_t h, c, left, z, sequence, half;
} workspace_row;

typedef struct workspace_shape {
    int rows; /* batch rows of the run */
    int timesteps;
    int members; /* threads of the team */
    int lanes;   /* directions or layers under way at the same time, at most */
    int layers;
    workspace_row row;
} workspace_shape;

/* What one direction that is under way needs; each array has [rows] rows. */
typedef struct lane_arrays {
    float *h[2]; /* a step reads one and writes the other */
    float *c;
    float *update, *left; /* what a product of a step leaves for the next one, as in rnn_step */
    float *z;             /* [chunk_steps][rows] */
} lane_arrays;

typedef struct workspace {
    int rows;
    int chunk_steps;           /* steps whose input is projected at a time */
    rnn_barrier *barrier;      /* of the whole team */
    rnn_barrier *lane_barrier; /* [lanes] */
    rnn_progress *steps_done;  /* [layers], used by a wavefront */
    lane_arrays lanes[RNN_MAX_LAYERS];
    float *sequence[2]; /* between layers, [T][rows][row.sequence] */
    float *half;        /* a backward half to be merged, [T][rows][row.half] */

    /* Lists that only this member uses. */
    int *every_row, *live_rows;
    const float **x_rows;
    float **z_rows; /* also the rows of y that the head writes */
} workspace;

/* How many steps have their input projected at a time. */
int rnn_workspace_chunk_steps(int rows, int timesteps);

/* Takes the arrays of all members from the arena, and sets them as `member` sees them. Fewer rows,
 * members or lanes never take more. */
void rnn_workspace_take(workspace *work, const workspace_shape *shape, int member, arena *room);

/* Makes the barriers ready. Called once a run, before any member of a team of more than one enters;
 * a smaller team may use them, too. */
void rnn_workspace_prepare(const workspace_shape *shape, arena *room);

#endif
