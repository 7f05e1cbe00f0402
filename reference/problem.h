/* SPDX-License-Identifier: MIT
 *
 * A problem: one point of a sweep or of a test, as a value and as a string. The string of a problem
 * is what a benchmark row is named after and what a failure repeats:
 *
 *   lstm/N:8/T:32/D:64/U:128
 *   gru/N:3/T:5/D:7/U:9/reset_after:0/direction:bidirectional/merge:sum/mask:holes
 *
 * The first segment is the cell; N, T, D and U are required, in that order when printed and in any
 * order when parsed. U:8+16+4 stacks layers. Everything else is printed only where it differs from
 * the default, in the order of this list:
 *   activation:NAME  recurrent_activation:NAME  bias:0|1  reset_after:0|1
 *   direction:NAME   merge:NAME     of every layer; merge:none only of the last
 *   output:sequences|last           whole sequence (default) or last output, of the last layer
 *   zero_masked:0|1                 zero_output_for_mask
 *   peepholes:0|1  coupled:none|input|forget
 *   projection:P  cell_clip:C  projection_clip:C      of LSTM; C is above 0
 *   attention:0|1                   of GRU
 *   gate_clip:C                     where a clip is not given, nothing is clipped
 *   dense:UNITS  dense_activation:NAME  dense_bias:0|1
 *   layout:batch_major|time_major
 *   strides:dense|padded       padded: rows of x and y lie further apart than they are wide
 *   mask:none|lengths|front|holes|both
 *   state:0|1                  non-zero initial states
 *   values:normal|exact|special   real numbers and tolerance; small integers and ==; or rows with
 *                              NaN, infinity, denormal numbers and gates driven into saturation
 */
#ifndef RNN_REFERENCE_PROBLEM_H
#define RNN_REFERENCE_PROBLEM_H

#include "kernels/rnn.h"

#define PROBLEM_MAX_LAYERS 8
#define PROBLEM_TEXT_SIZE  512
#define PROBLEM_MAX_SIZE   (INT32_MAX / 8) /* the units of all gates then fit an int */

typedef enum mask_kind {
    MASK_NONE,
    MASK_LENGTHS, /* lengths [N] that vary, with one row of the full length */
    MASK_FRONT,   /* a mask [N, T] that starts with padding */
    MASK_HOLES,   /* a mask [N, T] with holes anywhere */
    MASK_BOTH,    /* both lengths and holes */
    MASK_KIND_COUNT
} mask_kind;

typedef enum values_kind {
    VALUES_NORMAL,
    VALUES_EXACT,
    VALUES_SPECIAL,
    VALUES_KIND_COUNT
} values_kind;

typedef struct problem {
    rnn_layer layers[PROBLEM_MAX_LAYERS];
    int layer_count;
    bool has_dense;
    rnn_dense dense;
    int batch, timesteps;
    bool time_major;
    bool padded;
    mask_kind mask;
    bool initial_state;
    values_kind values;
} problem;

/* The problem lstm/N:../T:../D:../U:.. with every option at its default. */
problem problem_defaults(rnn_cell cell, int batch, int timesteps, int features, int units);

/* The description for rnn_plan_create. It points into *problem. */
rnn_model problem_model(const problem *problem);
rnn_shape problem_shape(const problem *problem);

/* Reads a problem. Returns false where the text is none; the message then names the segment and
 * what was expected. Otherwise every size is 1 to PROBLEM_MAX_SIZE. Whether sizes and options fit
 * together is left to rnn_model_validate. */
bool problem_parse(problem *problem, const char *text, rnn_error *error);
void problem_print(const problem *problem, char text[PROBLEM_TEXT_SIZE]);

/* To be called after a change of units, direction or merge. It gives every layer the width of the
 * one below as its features, and moves what only the last layer may have (merge:none, the last
 * output alone) to the last. */
void problem_chain(problem *problem);

/* How many steps lengths and mask let count. */
typedef struct problem_steps {
    double counted; /* of all rows together */
    double longest; /* of the row with the most: all recurrent weights are needed as often */
} problem_steps;

/* The steps where nothing leaves any out. */
problem_steps problem_all_steps(const problem *problem);

/* How many numbers of one direction of a layer a step multiplies with: those of W, and those of U
 * and of what follows it. The columns of a gate that coupling replaces are not among them. */
double problem_layer_kernel(const rnn_layer *layer);
double problem_layer_recurrent(const rnn_layer *layer);

/* FLOPs of one run over these steps (a multiply-add is two): matrix products only, as oneDNN's
 * benchdnn counts. A Dense head on the last output has a row for each of the batch, whatever counts
 * of it. */
double problem_flops(const problem *problem, problem_steps steps);
/* Bytes of all weight matrices and biases, in f32. */
double problem_weight_bytes(const problem *problem);
/* Bytes of the recurrent weights alone. */
double problem_recurrent_weight_bytes(const problem *problem);

#endif
