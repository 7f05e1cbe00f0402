/* SPDX-License-Identifier: MIT
 * One direction of one layer over all timesteps: projection, steps, masks, states. */
#ifndef RNN_DIRECTION_H
#define RNN_DIRECTION_H

#include "kernels/backend.h"
#include "kernels/engine/pack.h"
#include "kernels/engine/workspace.h"

typedef struct rows_view {
    float *data;
    rnn_strides strides;
} rows_view;

typedef struct const_rows_view {
    const float *data;
    rnn_strides strides;
} const_rows_view;

/* What is common to all directions of a run, as one member of its team sees it. */
typedef struct engine_run {
    const struct rnn_engine *engine;
    const rnn_kernels *kernels;
    const rnn_io *io;
    int first_row; /* batch rows [first_row, first_row + work.rows) */
    int timesteps;
    unsigned turn; /* differs between a run and the next: odd at every other one */
    rnn_member member;
    workspace work;
} engine_run;

/* One direction under way. set_direction() in engine.c fills it. */
typedef struct direction_run {
    const rnn_layer *layer;
    const packed_layer *packed;
    const packed_direction *weights;
    const_rows_view x;
    rows_view y;
    const float *initial[2]; /* h and c; NULL: zeros */
    float *final[2];         /* h and c; NULL: not wanted */
    bool reversed;           /* steps go from T-1 to 0 */
    bool flipped_back;       /* y is in order of time although the steps are reversed */

    const lane_arrays *arrays;
    rnn_member member;        /* of the team of this direction */
    rnn_progress *x_steps;    /* of a wavefront: how many steps of x are there; NULL: all */
    rnn_progress *steps_done; /* where to tell how many steps of y are there; NULL: nobody waits */
    int chunk_steps;          /* steps whose input is projected at a time */
    bool streams;             /* chunks are of one step, and it reads W and U side by side */
} direction_run;

/* All members of the direction's team call it; when it returns, all are done. */
void rnn_run_direction(engine_run *run, const direction_run *direction);

#endif
