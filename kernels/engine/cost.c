/* SPDX-License-Identifier: MIT */
#include "kernels/engine/cost.h"

#include "kernels/engine/cores.h"
#include "kernels/engine/pack.h"
#include "kernels/engine/workspace.h"
#include "kernels/registry.h"

#include <math.h>
#include <unistd.h>

/* Times of a current core whose vectors are as wide as the kernels'. Only their ratios matter, and
 * only where two ways are close. They were measured on an AMD EPYC (Zen 5). A barrier and a region
 * cost up to four times as much from one day to the next, so theirs are more than the least that
 * was measured, see results/LOG.md#a-barrier-costs-04-us-and-a-region-1. */
static const double seconds_of_fma = 1 / 7e9;       /* one vector multiply-add */
static const double seconds_of_gate = 4e-9;         /* one vector through the gate maths */
static const double seconds_of_rest = 60e-9;        /* everything else about a step */
static const double seconds_of_l2_byte = 1 / 180e9; /* a byte of weights from the core's own L2 */
static const double seconds_of_far_byte = 1 / 60e9; /* a byte of weights from behind L2 */
static const double seconds_of_meeting = 400e-9;    /* a barrier */
static const double seconds_of_region = 1e-6;       /* waking the threads and letting them go */

rnn_cost_model rnn_cost_model_of(const rnn_problem *problem, const rnn_kernels *kernels) {
    long l2_bytes = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE
    l2_bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    const rnn_backend_row *row = rnn_backend_row_named(kernels->name);
    const bool by_halves = row && rnn_cpu_halves_vectors(row->features);
    return (rnn_cost_model){.problem = problem,
                            .kernels = kernels,
                            .slowness = by_halves ? 2 : 1,
                            .l2_bytes = l2_bytes > 0 ? (double)l2_bytes : 1 << 20,
                            .cores = problem->threads > 1 ? rnn_thread_limit().cores : 1};
}

/* The quotient, rounded up. */
static int divided(int count, int parts) {
    return 1 + (count - 1) / parts;
}

/* How long one core takes to read weights. */
static double seconds_of_weights(double bytes, double l2_bytes) {
    const double l1_bytes = 32 << 10;
    if (bytes <= l1_bytes)
        return 0;
    const double far = bytes > l2_bytes ? bytes - l2_bytes : 0;
    return far * seconds_of_far_byte + (bytes - far) * seconds_of_l2_byte;
}

/* How long so many rows times so many vectors of weights take. Reading these serves `uses`
 * products, for which there are so many bytes of L2. Half of the time that multiplying takes hides
 * as much reading. */
static double product_seconds(const rnn_cost_model *model, double rows, double vectors, double uses,
                              double l2_bytes) {
    const double multiplied = rows * vectors * seconds_of_fma * model->slowness;
    const double bytes = vectors * model->kernels->vector_floats * sizeof(float);
    const double read = seconds_of_weights(bytes, l2_bytes) / uses;
    return multiplied + fmax(0, read - multiplied / 2);
}

/* How many vectors of a product's columns the busiest member of a team computes. */
static int vectors_of_member(const rnn_cost_model *model, const rnn_layer *layer,
                             const cell_product *product, int members) {
    const int blocks = divided(rnn_product_units(layer, product), model->kernels->vector_floats);
    return product->gates * rnn_blocks_of_member(product, blocks, members);
}

/* How long one step of one direction takes, with its share of the input projection. */
static double step_seconds(const rnn_cost_model *model, const rnn_layer *layer, int rows,
                           int members) {
    const cell_form form = rnn_cell_form(layer);
    double columns = 0, vectors_of_u = 0; /* the columns of all products, and times their depth */
    for (int p = 0; p < form.product_count; p++) {
        const cell_product *product = &form.products[p];
        const int vectors = vectors_of_member(model, layer, product, members);
        columns += vectors;
        vectors_of_u += (double)vectors * rnn_product_depth(layer, product);
    }
    const double vectors_of_w =
        (double)vectors_of_member(model, layer, &form.input, members) * layer->features;
    const double steps_a_time =
        fmin(model->problem->shape.timesteps, fmax(1, (double)WORKSPACE_PROJECTED_ROWS / rows));
    /* W and U push each other out of L2 only where both are read at every step. */
    const double both = vectors_of_u + vectors_of_w;
    const double l2_of_u = steps_a_time > 1 ? 1 : vectors_of_u / both;
    const double l2_of_w = steps_a_time > 1 ? 1 : vectors_of_w / both;
    return product_seconds(model, rows, vectors_of_u, 1, l2_of_u * model->l2_bytes) +
           product_seconds(model, rows, vectors_of_w, steps_a_time, l2_of_w * model->l2_bytes) +
           rows * columns * seconds_of_gate * model->slowness + seconds_of_rest +
           (members > 1 ? form.product_count * seconds_of_meeting : 0);
}

static double layer_step_seconds(const rnn_cost_model *model, int layer, int rows, int members) {
    return step_seconds(model, &model->problem->model.layers[layer], rows, members);
}

/* ---- Ways ----------------------------------------------------------------------------------- */

static rnn_way together(const rnn_cost_model *model, int layer, int rows, int members) {
    const double step = layer_step_seconds(model, layer, rows, members);
    const int directions = rnn_layer_directions(&model->problem->model.layers[layer]);
    return (rnn_way){.lanes = 1,
                     .layers = 1,
                     .seconds = directions * model->problem->shape.timesteps * step,
                     .seconds_of_step = step};
}

static rnn_way side_by_side(const rnn_cost_model *model, int layer, int rows, int members) {
    const double step = layer_step_seconds(model, layer, rows, members / 2);
    return (rnn_way){.lanes = 2,
                     .layers = 1,
                     .seconds = model->problem->shape.timesteps * step,
                     .seconds_of_step = step};
}

/* How many layers from `first` on a wavefront can take. Each layer above the first follows the time
 * of the one below. Layers two apart share an array of sequences, so the first one must not read
 * from the end what the second one writes from the start. */
static int wavefront_layers(const rnn_model *model, int first, int members) {
    const rnn_direction direction = model->layers[first].direction;
    if (direction == RNN_BIDIRECTIONAL || (direction == RNN_BACKWARD && first > 0))
        return 1;
    int count = 1;
    while (first + count < model->layer_count && count < members &&
           model->layers[first + count].direction == RNN_FORWARD)
        count++;
    while (members % count != 0)
        count--;
    return count;
}

static rnn_way wavefront(const rnn_cost_model *model, int first, int layers, int rows,
                         int members) {
    const int timesteps = model->problem->shape.timesteps;
    /* Enough that the last layer starts soon, few enough that each has rows for a tile. */
    const int chunks = 8;
    double step = 0;
    for (int i = first; i < first + layers; i++)
        step = fmax(step, layer_step_seconds(model, i, rows, members / layers));
    const int chunk_steps = divided(timesteps, chunks);
    return (rnn_way){.lanes = layers,
                     .layers = layers,
                     .chunk_steps = chunk_steps,
                     .seconds = step * (timesteps + (layers - 1.0) * chunk_steps),
                     .seconds_of_step = step};
}

rnn_way rnn_quickest_way(const rnn_cost_model *model, int first, int rows, int members) {
    const rnn_model *layers = &model->problem->model;
    const rnn_way as_one = together(model, first, rows, members);
    if (rnn_layer_directions(&layers->layers[first]) == 2 && members % 2 == 0) {
        const rnn_way two = side_by_side(model, first, rows, members);
        return two.seconds < as_one.seconds ? two : as_one;
    }
    const int deep = wavefront_layers(layers, first, members);
    if (deep == 1)
        return as_one;
    double in_turn = 0;
    for (int i = first; i < first + deep; i++)
        in_turn += together(model, i, rows, members).seconds;
    const rnn_way wave = wavefront(model, first, deep, rows, members);
    return wave.seconds < in_turn ? wave : as_one;
}

bool rnn_streams_weights(const rnn_cost_model *model, const rnn_layer *layer, int rows,
                         int members) {
    /* Measured with 1 MB of L2, see
     * results/LOG.md#w-and-u-read-side-by-side-where-both-exceed-l2. */
    const double most_of_l2 = 0.75 * model->l2_bytes, little_of_l2 = model->l2_bytes / 8;
    const cell_form form = rnn_cell_form(layer);
    const double depth = (double)layer->features + rnn_product_depth(layer, &form.products[0]);
    double weights = (double)layer->features * form.input.gates * layer->units;
    for (int p = 0; p < form.product_count; p++) {
        const cell_product *product = &form.products[p];
        weights += (double)rnn_product_depth(layer, product) * product->gates *
                   rnn_product_units(layer, product);
    }
    return weights * sizeof(float) / members > most_of_l2 &&
           rows * depth * sizeof(float) <= little_of_l2;
}

bool rnn_way_streams_weights(const rnn_cost_model *model, const rnn_way *way,
                             const rnn_layer *layer, int rows, int members) {
    const bool projects_one_step =
        rnn_workspace_chunk_steps(rows, model->problem->shape.timesteps) == 1;
    return projects_one_step && rnn_streams_weights(model, layer, rows, members / way->lanes);
}

/* ---- Threads -------------------------------------------------------------------------------- */

double rnn_split_seconds(const rnn_cost_model *model, rnn_split split) {
    const int rows = divided(model->problem->shape.batch, split.slices);
    double seconds = split.slices * split.members > 1 ? seconds_of_region : 0;
    rnn_way way;
    for (int i = 0; i < model->problem->model.layer_count; i += way.layers) {
        way = rnn_quickest_way(model, i, rows, split.members);
        seconds += way.seconds;
    }
    return seconds;
}

/* Visits all splits of a few threads; of many threads, then those of about half as many each
 * time. */
void rnn_each_split(const rnn_cost_model *model, rnn_split_visit *visit, void *data) {
    const int batch = model->problem->shape.batch, few = 16;
    const int asked = model->problem->threads;
    const int most = model->cores < asked ? model->cores : asked;
    const rnn_split one = {1, 1};
    visit(one, rnn_split_seconds(model, one), data);
    for (int threads = most; threads > 1; threads = threads > few ? threads / 2 : threads - 1)
        for (int slices = 1; slices <= threads && slices <= batch; slices++) {
            const rnn_split split = {slices, threads / slices};
            visit(split, rnn_split_seconds(model, split), data);
        }
}

typedef struct best_split {
    rnn_split split;
    double seconds;
} best_split;

static void keep_quicker(rnn_split split, double seconds, void *data) {
    best_split *best = data;
    if (seconds < best->seconds)
        *best = (best_split){split, seconds};
}

rnn_split rnn_quickest_split(const rnn_cost_model *model) {
    best_split best = {.split = {1, 1}, .seconds = INFINITY};
    rnn_each_split(model, keep_quicker, &best);
    return best.split;
}
