/* SPDX-License-Identifier: MIT
 *
 * The loops over panels and rows, compiled once an instruction set: an isa_*.c includes its vf, its
 * tile, then this file with RNN_KERNELS set to the name of the table to export, and
 * RNN_KERNELS_PEAK to what peak.inc.h has made, or NULL.
 */

/* ---- Products ----------------------------------------------------------------------------- */

/* The most rows of a tile, for which TILE_FUNCTION has cases. */
enum { MOST_ROWS = 12 };
#define TILE_ROWS(vectors) (VF_TILE / (vectors) < MOST_ROWS ? VF_TILE / (vectors) : MOST_ROWS)
enum { NEVER_TWO_PASSES = VF_NARROW_TO <= TILE_ROWS(4) };
/* How many panels are taken at once where there are but a few rows in all, to have enough sums in
 * flight. A panel of one vector is always the last one. */
#define PANELS_OF_ROWS(rows, vectors)                                                              \
    ((vectors) == 1 ? 1 : (VF_IN_FLIGHT + (rows) * (vectors)-1) / ((rows) * (vectors)))

_Static_assert(PANELS_OF_ROWS(2, 3) * 2 * 3 <= VF_TILE && PANELS_OF_ROWS(3, 2) * 3 * 2 <= VF_TILE,
               "a tile of several panels has no more sums than any other");

/* What tile number `tile` of `tiles` fetches of the panel to come. Together the tiles fetch all of
 * it, where there are as many of them as a row of a panel has lines. Where a panel is soon done,
 * the hardware's own fetching is better, and ours would be in its way. */
static inline fetched_lines part_to_fetch(const float *next, int tile, int tiles, int vectors,
                                          int depth) {
    /* How many rounds of k a panel must take, see
     * results/LOG.md#no-fetch-where-a-panel-is-soon-done */
    const int worthwhile = 1536;
    const int lines = (vectors * VF_FLOATS + LINE_FLOATS - 1) / LINE_FLOATS;
    if (tiles < 2 || (long long)tiles * depth < worthwhile)
        return (fetched_lines){next, 0};
    return (fetched_lines){next + (size_t)(tile % lines) * (size_t)depth * LINE_FLOATS,
                           LINE_FLOATS};
}

/* A function that computes a tile of `rows`, at most TILE_ROWS, and `panels`: PANELS_OF_ROWS, 1, or
 * 2 where PANELS_OF_ROWS is more. A pass of a panel is a panel, too. */
typedef void tile_function(int rows, int panels, int depth, const float *const *x,
                           const float *weights, fetched_lines ahead, const float *start,
                           float *const *out);

/* A tile that cannot occur stands for one that can, so that it costs nothing. */
#define CASE_OF_ROWS(r, vectors)                                                                   \
    case r: {                                                                                      \
        enum { ROWS_##r = r <= TILE_ROWS(vectors) ? r : 1 };                                       \
        enum { PANELS_##r = PANELS_OF_ROWS(ROWS_##r, vectors) };                                   \
        if (panels > 2 && PANELS_##r > 2)                                                          \
            tile(ROWS_##r, vectors, PANELS_##r, depth, x, weights, ahead, start, out);             \
        else if (panels == 2 && PANELS_##r > 1)                                                    \
            tile(ROWS_##r, vectors, 2, depth, x, weights, ahead, start, out);                      \
        else                                                                                       \
            tile(ROWS_##r, vectors, 1, depth, x, weights, ahead, start, out);                      \
        break;                                                                                     \
    }

/* Builds the function of one panel width, with unrolled tiles for each number of rows. */
#define TILE_FUNCTION(vectors)                                                                     \
    static __attribute__((noinline)) void tile_##vectors(                                          \
        int rows, int panels, int depth, const float *const *x, const float *weights,              \
        fetched_lines ahead, const float *start, float *const *out) {                              \
        switch (rows) {                                                                            \
            CASE_OF_ROWS(1, vectors)                                                               \
            CASE_OF_ROWS(2, vectors)                                                               \
            CASE_OF_ROWS(3, vectors)                                                               \
            CASE_OF_ROWS(4, vectors)                                                               \
            CASE_OF_ROWS(5, vectors)                                                               \
            CASE_OF_ROWS(6, vectors)                                                               \
            CASE_OF_ROWS(7, vectors)                                                               \
            CASE_OF_ROWS(8, vectors)                                                               \
            CASE_OF_ROWS(9, vectors)                                                               \
            CASE_OF_ROWS(10, vectors)                                                              \
            CASE_OF_ROWS(11, vectors)                                                              \
            CASE_OF_ROWS(12, vectors)                                                              \
        }                                                                                          \
    }
TILE_FUNCTION(1)
TILE_FUNCTION(2)
TILE_FUNCTION(3)
TILE_FUNCTION(4)

static tile_function *tile_of(int vectors) {
    return vectors == 4 ? tile_4 : vectors == 3 ? tile_3 : vectors == 2 ? tile_2 : tile_1;
}

static inline int tiles_of(int rows, int vectors) {
    return (rows + TILE_ROWS(vectors) - 1) / TILE_ROWS(vectors);
}

/* How many rows the next tile has: all tiles are as even as they can be, and none is too large. */
static inline int next_rows(int left, int vectors) {
    int tiles = tiles_of(left, vectors);
    return (left + tiles - 1) / tiles;
}

static inline int next_panels(int left, int vectors, int rows_in_all) {
    if (rows_in_all == 0) /* every row is masked: nothing is computed */
        return left;
    int several = PANELS_OF_ROWS(rows_in_all, vectors);
    return left >= several ? several : left >= 2 && several > 2 ? 2 : 1;
}

/* Panels of one width that lie side by side and are taken at once. */
typedef struct panel_group {
    int first, count, vectors;
    int ahead; /* the panel to fetch meanwhile; `first` itself where there is none of that width */
} panel_group;

/* The first or the last ones of the panels [begin, end). */
static ALWAYS_INLINE panel_group next_group(panel_shape shape, int begin, int end, bool descending,
                                            int rows) {
    const int full = shape.full_panels;
    const int vectors = shape.gates * shape.blocks_per_panel;
    if (descending ? end > full : begin == full) {
        const int blocks = shape.blocks - full * shape.blocks_per_panel;
        return (panel_group){full, 1, blocks * shape.gates, full};
    }
    const int full_end = end < full ? end : full;
    const int count = next_panels(full_end - begin, vectors, rows);
    const int first = descending ? full_end - count : begin;
    const int ahead = descending ? first - 1 : first + count;
    return (panel_group){first, count, vectors, begin <= ahead && ahead < full_end ? ahead : first};
}

/* What a group multiplies: its weights, those of the panel to fetch, and where its sums start. */
typedef struct group_weights {
    int depth;
    const float *weights, *ahead, *start;
} group_weights;

/* The rows that one of several tiles takes. */
typedef struct tile_rows {
    int count, in_all;
    int tile, tiles;
    const float *const *x;
    float **out; /* where the sums go; used up where there are two passes */
} tile_rows;

static inline group_weights weights_of(const panel_group *group, panel_shape shape, int depth,
                                       const float *packed, const float *start) {
    const size_t panel_floats =
        (size_t)(shape.gates * shape.blocks_per_panel) * VF_FLOATS * (size_t)depth;
    return (group_weights){.depth = depth,
                           .weights = packed + (size_t)group->first * panel_floats,
                           .ahead = packed + (size_t)group->ahead * panel_floats,
                           .start = start};
}

/* Multiplies some rows by a group of panels, pass by pass. */
static ALWAYS_INLINE void multiply_group(const panel_group *group, const int passes,
                                         const group_weights *of, const tile_rows *rows) {
    const int vectors = group->vectors / passes;
    const int panels = group->count * passes;
    const int at_once = passes == 1 ? panels : next_panels(panels, vectors, rows->in_all);
    const int calls = passes == 1 ? 1 : panels / at_once;
    for (int call = 0; call < calls; call++) {
        const size_t column = (size_t)(call * at_once * vectors) * VF_FLOATS;
        const fetched_lines ahead = part_to_fetch(of->ahead, rows->tile * calls + call,
                                                  rows->tiles * calls, group->vectors, of->depth);
        tile_of(vectors)(rows->count, at_once, of->depth, rows->x,
                         of->weights + column * (size_t)of->depth, ahead, of->start + column,
                         rows->out);
        if (passes > 1)
            for (int r = 0; r < rows->count; r++)
                rows->out[r] += at_once * vectors * VF_FLOATS;
    }
}

static ALWAYS_INLINE void project_in_passes(const int passes, const rnn_projection *projection) {
    const panel_shape shape = projection->shape;
    panel_group group;
    int rows;
    for (int panel = projection->first_panel; panel < projection->end_panel; panel += group.count) {
        group = next_group(shape, panel, projection->end_panel, false, projection->rows);
        const int vectors = group.vectors / passes;
        const int tiles = tiles_of(projection->rows, vectors);
        const size_t column =
            (size_t)panel * (size_t)(shape.gates * shape.blocks_per_panel) * VF_FLOATS;
        const group_weights weights = weights_of(&group, shape, projection->features,
                                                 projection->kernel, projection->bias + column);
        for (int row = 0, tile = 0; row < projection->rows; row += rows, tile++) {
            rows = next_rows(projection->rows - row, vectors);
            float *out[MOST_ROWS];
            for (int r = 0; r < rows; r++)
                out[r] = projection->z[row + r] + column;
            const tile_rows those = {rows, projection->rows, tile, tiles, projection->x + row, out};
            multiply_group(&group, passes, &weights, &those);
        }
    }
}

static void project(const rnn_projection *projection) {
    if (NEVER_TWO_PASSES || projection->shape.passes == 1)
        project_in_passes(1, projection);
    else
        project_in_passes(2, projection);
}

/* ---- Steps -------------------------------------------------------------------------------- */

/* Stores the units that there are, which may end within the vector. */
static inline void store_units(float *to, vf a, int units) {
    if (units >= VF_FLOATS)
        vf_store(to, a);
    else
        vf_store_first(to, a, units);
}

/* Stores the new h of one block as state, and as output where there is one. */
static ALWAYS_INLINE void store_h(const rnn_step *step, int row, int block, vf h) {
    const int unit = block * VF_FLOATS;
    vf_store(step->h_next + (size_t)row * step->h_stride + unit, h);
    if (step->y)
        store_units(step->y + row * step->y_stride + unit, h, step->units - unit);
}

#include "kernels/isa/cells/gru.inc.h"
#include "kernels/isa/cells/lstm.inc.h"
#include "kernels/isa/cells/simple.inc.h"

typedef void gate_function(const rnn_step *step, gate_activations by, int row, int block,
                           const float *product);

/* One product of a step. */
typedef struct step_product {
    int gates, passes;  /* as in the step's shape, but constants wherever this is inlined */
    const float *start; /* NULL: sums start at 0 */
} step_product;

/* The step's shape with constants in place of what its caller knows. */
static ALWAYS_INLINE panel_shape shape_of_panels(const rnn_step *step, const int gates,
                                                 const int passes) {
    panel_shape shape = *step->shape;
    shape.gates = gates;
    shape.passes = passes;
    if (gates > 2) {
        shape.blocks_per_panel = 1;
        shape.full_panels = shape.blocks;
    }
    return shape;
}

/* Multiplies all rows by all panels. `gates` gets each block's sums while they are in L1. */
static ALWAYS_INLINE void multiply_then(const rnn_step *step, const int row_count,
                                        const step_product product, gate_activations by,
                                        gate_function *gates) {
    static const float zeros[VF_TILE * VF_FLOATS];
    const panel_shape shape = shape_of_panels(step, product.gates, product.passes);
    int rows;
    for (int begin = step->first_panel, end = step->end_panel; begin < end;) {
        const panel_group group = next_group(shape, begin, end, step->descending, row_count);
        if (step->descending)
            end = group.first;
        else
            begin = group.first + group.count;
        const int vectors = group.vectors / product.passes;
        const int tiles = tiles_of(row_count, vectors);
        const int first_block = group.first * shape.blocks_per_panel;
        const size_t column = (size_t)(first_block * shape.gates) * VF_FLOATS;
        const group_weights weights = weights_of(&group, shape, step->depth, step->weights,
                                                 product.start ? product.start + column : zeros);
        const int end_block = first_block + group.count * group.vectors / shape.gates;
        for (int row = 0, tile = 0; row < row_count; row += rows, tile++) {
            rows = next_rows(row_count - row, vectors);
            const int row_floats = group.count * group.vectors * VF_FLOATS;
            const float *x[MOST_ROWS];
            float *out[MOST_ROWS];
            _Alignas(RNN_ALIGNMENT) float sums[2 * VF_TILE * VF_FLOATS]; /* room for two passes */
            for (int r = 0; r < rows; r++) {
                x[r] = step->operand + (size_t)step->rows[row + r] * step->operand_stride;
                out[r] = sums + r * row_floats;
            }
            const tile_rows those = {rows, row_count, tile, tiles, x, out};
            multiply_group(&group, product.passes, &weights, &those);
            for (int r = 0; r < rows; r++)
                for (int block = first_block; block < end_block; block++)
                    gates(step, by, step->rows[row + r], block,
                          sums + r * row_floats + (block - first_block) * shape.gates * VF_FLOATS);
        }
    }
}

/* Builds a loop for tanh and sigmoid, and another for whatever else the step asks; of the former
 * one more for a single row, which takes hardly longer than what surrounds it. Gates are clipped in
 * those steps alone that have options beyond Keras, and so cost the others nothing. */
static ALWAYS_INLINE void multiply_then_gates(const rnn_step *step, const step_product product,
                                              gate_function *gates, const bool has_options) {
    const gate_activations usual = {.usual = true};
    const gate_activations any = {.activation = step->activation,
                                  .recurrent = step->recurrent_activation,
                                  .clip = has_options ? step->gate_clip : 0};
    if (step->activation != RNN_TANH || step->recurrent_activation != RNN_SIGMOID ||
        (has_options && step->gate_clip > 0))
        multiply_then(step, step->row_count, product, any, gates);
    else if (step->row_count == 1)
        multiply_then(step, 1, product, usual, gates);
    else
        multiply_then(step, step->row_count, product, usual, gates);
}

static void simple_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){1, 1, NULL}, simple_gates, false);
}

static void simple_any_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){1, 1, NULL}, simple_gates, true);
}

static ALWAYS_INLINE void lstm_step_of(const rnn_step *step, gate_function *gates,
                                       const bool has_options) {
    const step_product in_one_pass = {4, 1, NULL}, in_two_passes = {4, 2, NULL};
    if (NEVER_TWO_PASSES || step->shape->passes == 1)
        multiply_then_gates(step, in_one_pass, gates, has_options);
    else
        multiply_then_gates(step, in_two_passes, gates, has_options);
}

static void lstm_step(const rnn_step *step) {
    lstm_step_of(step, lstm_gates, false);
}

static void lstm_any_step(const rnn_step *step) {
    lstm_step_of(step, lstm_gates_any, true);
}

static void lstm_coupled_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){3, 1, NULL}, lstm_gates_coupled, true);
}

static void lstm_projection_step(const rnn_step *step) {
    const gate_activations none = {.usual = true};
    multiply_then(step, step->row_count, (step_product){1, 1, NULL}, none, lstm_project);
}

static void gru_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){3, 1, step->bias}, gru_gates, false);
}

static void gru_any_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){3, 1, step->bias}, gru_gates_any, true);
}

static void gru_reset_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){2, 1, NULL}, gru_reset_gates, false);
}

static void gru_reset_any_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){2, 1, NULL}, gru_reset_gates_any, true);
}

static void gru_candidate_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){1, 1, NULL}, gru_candidate_gates, false);
}

static void gru_candidate_any_step(const rnn_step *step) {
    multiply_then_gates(step, (step_product){1, 1, NULL}, gru_candidate_gates, true);
}

/* ---- Dense head --------------------------------------------------------------------------- */

static void head(const rnn_head *dense) {
    enum { PANEL_WIDTH = 4 * VF_FLOATS };
    int rows;
    for (int unit = 0; unit < dense->units; unit += PANEL_WIDTH) {
        const int left = dense->units - unit;
        const int vectors = left >= PANEL_WIDTH ? 4 : 1 + (left - 1) / VF_FLOATS;
        tile_function *multiply = tile_of(vectors);
        const float *weights = dense->kernel + (size_t)unit * (size_t)dense->features;
        const fetched_lines nothing = {weights, 0};
        for (int row = 0; row < dense->rows; row += rows) {
            rows = next_rows(dense->rows - row, vectors);
            float *sums[MOST_ROWS];
            _Alignas(RNN_ALIGNMENT) float buffer[VF_TILE * VF_FLOATS];
            for (int r = 0; r < rows; r++)
                sums[r] = buffer + r * vectors * VF_FLOATS;
            multiply(rows, 1, dense->features, dense->x + row, weights, nothing, dense->bias + unit,
                     sums);
            for (int r = 0; r < rows; r++)
                for (int u = 0; u < vectors * VF_FLOATS; u += VF_FLOATS)
                    store_units(dense->y[row + r] + unit + u,
                                vf_activate(dense->activation, vf_load(sums[r] + u)), left - u);
        }
    }
}

static void activate(rnn_activation activation, const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i += VF_FLOATS)
        vf_store(y + i, vf_activate(activation, vf_load(x + i)));
}

const rnn_kernels RNN_KERNELS = {
    .name = RNN_KERNELS_NAME,
    .vector_floats = VF_FLOATS,
    .narrow_rows = {.least = TILE_ROWS(4) + 1, .most = VF_NARROW_TO},
    .project = project,
    .steps =
        {
            [RNN_SIMPLE_STEP] = simple_step,
            [RNN_SIMPLE_ANY_STEP] = simple_any_step,
            [RNN_LSTM_STEP] = lstm_step,
            [RNN_LSTM_ANY_STEP] = lstm_any_step,
            [RNN_LSTM_COUPLED_STEP] = lstm_coupled_step,
            [RNN_LSTM_PROJECTION_STEP] = lstm_projection_step,
            [RNN_GRU_STEP] = gru_step,
            [RNN_GRU_ANY_STEP] = gru_any_step,
            [RNN_GRU_RESET_STEP] = gru_reset_step,
            [RNN_GRU_RESET_ANY_STEP] = gru_reset_any_step,
            [RNN_GRU_CANDIDATE_STEP] = gru_candidate_step,
            [RNN_GRU_CANDIDATE_ANY_STEP] = gru_candidate_any_step,
        },
    .head = head,
    .activate = activate,
    .peak = RNN_KERNELS_PEAK,
};
