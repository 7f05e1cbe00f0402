/* SPDX-License-Identifier: MIT
 *
 * What one instruction set offers to the engine: matrix products on packed panels with the gate
 * maths of a cell fused behind them. Kernels know nothing of time, direction, masks or threads.
 *
 * V floats make a vector, V units a block. Weights are packed into panels: for each k the vectors
 * of one panel side by side, so one pass over k leaves every sum of a panel in registers.
 *
 *   LSTM              panel = one block, 4 vectors: i f c o
 *   GRU, input and    panel = one block, 3 vectors: z r h
 *     reset_after
 *   GRU otherwise     gates: two blocks, 2 vectors each: z r;  candidate: four blocks, 1 each: h
 *   LSTM, coupled     panel = one block, 3 vectors: f c o, or i c o
 *   a projection      panel = four blocks, 1 vector each
 *   SimpleRNN, Dense  panel = four blocks, 1 vector each
 *
 * A panel of several blocks has half of them where the work of a team is more even so, one of GRU
 * or of a projection also where a tile of two vectors holds all rows and one of four does not. The
 * last panel has what is left. A panel of LSTM may be stored in two passes, i f of all k before c o
 * of all k: more rows fit the registers beside two vectors.
 *
 * Rows of state (h, c, ...) hold whole blocks; no result depends on lanes beyond M.
 */
#ifndef RNN_KERNELS_H
#define RNN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/rnn.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* How the columns of a product lie in panels. */
typedef struct panel_shape {
    int gates;            /* vectors of a block */
    int blocks_per_panel; /* the last panel has fewer where `blocks` is no multiple of it */
    int blocks;
    int full_panels; /* how many panels have blocks_per_panel */
    int passes;      /* one, or two with half of a block's vectors each */
} panel_shape;

/* z[r] = bias + x[r] kernel, for the input of any number of steps and batch rows at once. */
typedef struct rnn_projection {
    int rows;
    const float *const *x; /* [rows] pointers to `features` floats */
    float *const *z;       /* [rows] pointers to all blocks x gates x V floats */
    int features;
    int first_panel, end_panel; /* the panels to compute, of all that the arrays have */
    panel_shape shape;
    const float *kernel; /* packed [panel][pass][features][block][gate][V] */
    const float *bias;   /* packed [panel][block][gate][V] */
} rnn_projection;

/* One product of a timestep of one direction and the gate maths behind it. It works on the batch
 * rows in `rows` and leaves other rows alone. direction.c fills it in place: what is the same for
 * all steps once, and the rest for each step. */
typedef struct rnn_step {
    const int *rows;
    int row_count;
    const panel_shape *shape;   /* of the product's panels */
    int first_panel, end_panel; /* the panels to compute */
    bool descending;            /* last panel first, as the step before has left it in the cache */
    const float *operand;       /* rows to multiply: h, or what the product before this one left */
    size_t operand_stride;      /* floats between batch rows, as every stride here */
    int depth;                  /* length of such a row, and so the rows of the weights */
    int units;                  /* columns of a gate */
    const float *weights;       /* packed U, or the part of it that the product needs */
    const float *bias;          /* packed second row of reset_after's bias, else NULL */
    const float *h;
    float *h_next;
    size_t h_stride;
    float *c;      /* LSTM, in place */
    float *update; /* GRU without reset_after: z, for the product that follows */
    /* Operand of the product that follows: r h of a GRU without reset_after, o act(c) of an LSTM
     * that is projected. */
    float *left;
    bool projected;
    size_t c_stride; /* of c, update and left, which are as wide as a gate */
    const float *z;  /* the projection of this step */
    size_t z_stride;
    float *y; /* this step's output, unpadded, or NULL */
    ptrdiff_t y_stride;
    rnn_activation activation, recurrent_activation;
    float gate_clip, cell_clip, projection_clip; /* 0: none */
    /* The peepholes of an LSTM; NULL where it has none. These are rows of i, f and o, c_stride
     * floats apart, without that of a gate that coupling replaces. */
    const float *peepholes;
    rnn_coupling coupling;
    const float *attention; /* of GRU: this step's, one number a batch row; NULL: none */
    ptrdiff_t attention_stride;
} rnn_step;

/* A product of a step with its gate maths. One called "any" has the options of rnn_layer that Keras
 * does not have, so that they cost the others nothing. */
typedef enum rnn_step_kernel {
    RNN_SIMPLE_STEP,
    RNN_SIMPLE_ANY_STEP,
    RNN_LSTM_STEP,
    RNN_LSTM_ANY_STEP,
    RNN_LSTM_COUPLED_STEP,    /* the same of three gates */
    RNN_LSTM_PROJECTION_STEP, /* what follows them, where h is projected */
    RNN_GRU_STEP,             /* with reset_after */
    RNN_GRU_ANY_STEP,
    RNN_GRU_RESET_STEP, /* without it: update gate and reset h of all units */
    RNN_GRU_RESET_ANY_STEP,
    RNN_GRU_CANDIDATE_STEP, /* and then the new h */
    RNN_GRU_CANDIDATE_ANY_STEP,
    RNN_STEP_KERNEL_COUNT
} rnn_step_kernel;

/* y[r] = activation(bias + x[r] kernel): the Dense head. */
typedef struct rnn_head {
    int rows;
    const float *const *x;
    float *const *y; /* [rows] pointers to `units` floats */
    int features, units;
    const float *kernel, *bias; /* packed as a projection of one gate */
    rnn_activation activation;
} rnn_head;

typedef struct rnn_kernels {
    const char *name;
    int vector_floats; /* V */
    /* The numbers of rows for which panels of two vectors are better than those of four, because
     * one tile then holds all rows. Such panels of LSTM have two passes, those of GRU without
     * reset_after and of a projection half the blocks. There is no such number where most < least.
     */
    struct {
        int least, most;
    } narrow_rows;
    void (*project)(const rnn_projection *projection);
    void (*steps[RNN_STEP_KERNEL_COUNT])(const rnn_step *step);
    void (*head)(const rnn_head *head);
    /* y[i] = activation(x[i]), where count is a multiple of V. This is for measuring the
     * activations alone. */
    void (*activate)(rnn_activation activation, const float *x, float *y, size_t count);
    /* Loops to be timed, whose speed is the limit that these instructions set: see isa/peak.h. NULL
     * where another row has the same instructions. */
    const struct rnn_peak *peak;
} rnn_kernels;

#define KERNELS(name, ...) extern const rnn_kernels rnn_kernels_##name;
#include "kernels/backends.inc"

#endif
