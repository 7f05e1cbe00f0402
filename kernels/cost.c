/* SPDX-License-Identifier: MIT */
#include "cost.h"

#include "workspace.h"

#include <math.h>
#include <unistd.h>

/* Seconds of a current core, to within a factor of two or so: only ratios matter, and only where
 * two ways are close. Measured on an AMD EPYC (Zen 5), see results/LOG.md. */
static const double seconds_of_fma = 1 / 7e9;       /* one vector multiply-add */
static const double seconds_of_gate = 4e-9;         /* one vector through the gate maths */
static const double seconds_of_step = 60e-9;        /* everything else about a step */
static const double seconds_of_l2_byte = 1 / 180e9; /* weights from the core's own L2 */
static const double seconds_of_far_byte = 1 / 60e9; /* and from behind it */
static const double seconds_of_meeting = 500e-9;    /* a barrier: 0.2 us, 0.9 on bad days */
static const double seconds_of_region =
    2.5e-6; /* waking the threads and letting them go: 1 us, or 4 */

rnn_cost_model rnn_cost_model_of(const rnn_problem *problem, const rnn_kernels *kernels) {
    long l2_bytes = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE
    l2_bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    return (rnn_cost_model){problem, kernels, l2_bytes > 0 ? (double)l2_bytes : 1 << 20};
}

static int divided(int count, int parts) {
    return (count + parts - 1) / parts;
}

/* Reading weights by one core. */
static double seconds_of_weights(double bytes, double l2_bytes) {
    const double l1_bytes = 32 << 10;
    if (bytes <= l1_bytes)
        return 0;
    const double far = bytes > l2_bytes ? bytes - l2_bytes : 0;
    return far * seconds_of_far_byte + (bytes - far) * seconds_of_l2_byte;
}

/* So many rows times so many vectors of weights, `depth` deep, whose reading serves `uses`
 * products. Half of what multiplying takes hides as much reading. */
static double product_seconds(const rnn_cost_model *model, double rows, double vectors, int depth,
                              double uses) {
    const double multiplied = rows * vectors * depth * seconds_of_fma;
    const double bytes = vectors * model->kernels->vector_floats * depth * sizeof(float);
    const double read = seconds_of_weights(bytes, model->l2_bytes) / uses;
    return multiplied + fmax(0, read - multiplied / 2);
}

/* One step of one direction, with its share of the input projection. */
static double step_seconds(const rnn_cost_model *model, const rnn_layer *layer, int rows,
                           int members) {
    /* A panel of SimpleRNN is two blocks, and so is one of GRU's candidate. */
    const int blocks_together = layer->cell == RNN_SIMPLE ? 2 : 1;
    const int panels = divided(layer->units, model->kernels->vector_floats * blocks_together);
    const double vectors =
        (double)divided(panels, members) * blocks_together * rnn_cell_gates(layer->cell);
    const double steps_a_time =
        fmin(model->problem->shape.timesteps, fmax(1, (double)WORKSPACE_PROJECTED_ROWS / rows));
    const int meetings = layer->cell == RNN_GRU && !layer->reset_after ? 2 : 1;
    return product_seconds(model, rows, vectors, layer->units, 1) +
           product_seconds(model, rows, vectors, layer->features, steps_a_time) +
           rows * vectors * seconds_of_gate + seconds_of_step +
           (members > 1 ? meetings * seconds_of_meeting : 0);
}

static double layer_seconds(const rnn_cost_model *model, int layer, int rows, int members) {
    const rnn_problem *problem = model->problem;
    return problem->shape.timesteps *
           step_seconds(model, &problem->model.layers[layer], rows, members);
}

/* Layers from `first` on that a wavefront can take: each one above the first follows the time of
 * the one below. */
static int wavefront_layers(const rnn_model *model, int first, int members) {
    if (model->layers[first].direction == RNN_BIDIRECTIONAL)
        return 1;
    int count = 1;
    while (first + count < model->layer_count && count < members &&
           model->layers[first + count].direction == RNN_FORWARD)
        count++;
    while (members % count != 0)
        count--;
    return count;
}

/* Short enough that the last layer starts soon, long enough to make use of a tile's rows. */
static int wavefront_steps(int timesteps) {
    const int parts = 8;
    return divided(timesteps, parts);
}

rnn_way rnn_quickest_way(const rnn_cost_model *model, int first, int rows, int members) {
    const rnn_model *layers = &model->problem->model;
    const int directions = rnn_layer_directions(&layers->layers[first]);
    const int timesteps = model->problem->shape.timesteps;
    rnn_way together = {1, 1, timesteps, directions * layer_seconds(model, first, rows, members)};
    if (members == 1)
        return together;
    if (directions == 2 && members % 2 == 0) {
        rnn_way side_by_side = {2, 1, timesteps, layer_seconds(model, first, rows, members / 2)};
        return side_by_side.seconds < together.seconds ? side_by_side : together;
    }
    const int deep = wavefront_layers(layers, first, members);
    if (deep == 1)
        return together;
    rnn_way wavefront = {deep, deep, wavefront_steps(timesteps), 0};
    double in_turn = 0;
    for (int i = first; i < first + deep; i++) {
        in_turn += layer_seconds(model, i, rows, members);
        wavefront.seconds = fmax(wavefront.seconds, layer_seconds(model, i, rows, members / deep));
    }
    wavefront.seconds *= 1 + (double)(deep - 1) * wavefront.chunk_steps / timesteps;
    return wavefront.seconds < in_turn ? wavefront : together;
}

int rnn_most_lanes(const rnn_problem *problem, int members) {
    const rnn_model *model = &problem->model;
    int most = 1;
    for (int i = 0; i < model->layer_count && members > 1; i++) {
        int lanes = model->layers[i].direction == RNN_BIDIRECTIONAL ? 2 : model->layer_count - i;
        most = lanes > most ? lanes : most;
    }
    return most < members ? most : members;
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

rnn_split rnn_quickest_split(const rnn_cost_model *model) {
    const rnn_problem *problem = model->problem;
    rnn_split best = {1, 1};
    double best_seconds = rnn_split_seconds(model, best);
    for (int threads = problem->threads; threads > 1; threads /= 2)
        for (int slices = 1; slices <= threads && slices <= problem->shape.batch; slices++) {
            rnn_split split = {slices, threads / slices};
            double seconds = rnn_split_seconds(model, split);
            if (seconds < best_seconds) {
                best = split;
                best_seconds = seconds;
            }
        }
    return best;
}
