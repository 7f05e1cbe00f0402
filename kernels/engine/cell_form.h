/* SPDX-License-Identifier: MIT
 *
 * What a cell computes at a timestep, as data. First comes a product of x with W, of many steps at
 * once where their x is known. Then come products with U or with parts of it, one after another,
 * each with gate maths behind it that stand in kernels/isa/cells/. Packing, the time loop and the
 * cost model are loops over these products and know no cell by name.
 */
#ifndef RNN_CELL_FORM_H
#define RNN_CELL_FORM_H

#include "kernels/engine/kernels.h"

/* How panels get narrower for a number of rows that one tile of two vectors can hold, and one of
 * four cannot. */
typedef enum panel_narrowing {
    NARROW_NEVER,
    NARROW_BY_BLOCKS, /* the panel has half of its blocks */
    NARROW_BY_PASSES, /* the panel is stored in two passes */
} panel_narrowing;

typedef enum product_operand {
    OPERAND_H,
    OPERAND_LEFT, /* what the product before this one left, as r h of a GRU without reset_after */
} product_operand;

typedef enum product_matrix {
    MATRIX_U,
    MATRIX_PROJECTION, /* rnn_weights.projection */
} product_matrix;

enum { CELL_MOST_GATES = 4, CELL_MOST_PRODUCTS = 2 };

typedef struct cell_product {
    rnn_step_kernel step; /* not of the product with W, which every cell has by `project` */
    product_operand operand;
    product_matrix matrix;
    int gates;
    int gate[CELL_MOST_GATES]; /* their places in the Keras matrix, which has them side by side */
    bool has_bias;             /* one of its own, beside that of x W + b */
    panel_narrowing narrowing;
} cell_product;

typedef struct cell_form {
    cell_product input; /* x W + b */
    cell_product products[CELL_MOST_PRODUCTS];
    int product_count;
} cell_form;

cell_form rnn_cell_form(const rnn_layer *layer);

/* For a product that is not with W, the rows of its matrix, and the columns of one of its gates. */
int rnn_product_depth(const rnn_layer *layer, const cell_product *product);
int rnn_product_units(const rnn_layer *layer, const cell_product *product);

#endif
