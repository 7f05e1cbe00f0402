/* SPDX-License-Identifier: MIT */
#include "reference/problem_table.h"

#include "reference/inputs.h"
#include "reference/random.h"

static const problem_table_row rows[] = {
#define PROBLEM(why, text) {why, text},
#include "reference/problems.inc"
#undef PROBLEM
};

int problem_table_count(void) {
    return (int)(sizeof rows / sizeof *rows);
}

const problem_table_row *problem_table_get(int index) {
    return &rows[index];
}

/* ---- Random problems ---------------------------------------------------------------------- */

static int random_units(uint64_t *state) {
    static const int edges[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49};
    const int count = (int)(sizeof edges / sizeof *edges);
    if (random_chance(state, 20))
        return random_between(state, 50, 140);
    return random_chance(state, 3) ? random_between(state, 1, 50)
                                   : edges[random_below(state, count)];
}

static int random_batch(uint64_t *state) {
    return random_chance(state, 8) ? random_between(state, 14, 40) : random_between(state, 1, 13);
}

static int random_timesteps(uint64_t *state) {
    return random_chance(state, 8) ? random_between(state, 9, 40) : random_between(state, 1, 8);
}

static rnn_activation random_activation(uint64_t *state, rnn_activation usual) {
    return random_chance(state, 2) ? usual
                                   : (rnn_activation)random_below(state, RNN_ACTIVATION_COUNT);
}

/* Without a bias a layer with these shuts its gates or feeds on itself, and nothing is left to
 * compare. */
static bool wants_bias(rnn_activation activation) {
    return activation == RNN_RELU || activation == RNN_SOFTPLUS || activation == RNN_EXPONENTIAL;
}

static float random_clip(uint64_t *state) {
    return random_chance(state, 4) ? (float)random_between(state, 1, 12) / 8 : 0;
}

static void random_options_beyond_keras(rnn_layer *layer, uint64_t *state) {
    layer->gate_clip = random_clip(state);
    layer->attention = layer->cell == RNN_GRU && random_chance(state, 2);
    if (layer->cell != RNN_LSTM)
        return;
    layer->peepholes = random_chance(state, 2);
    if (random_chance(state, 3))
        layer->coupling = (rnn_coupling)random_below(state, RNN_COUPLING_COUNT);
    layer->cell_clip = random_clip(state);
    if (random_chance(state, 2)) {
        layer->projection = random_between(state, 1, layer->units);
        layer->projection_clip = random_clip(state);
    }
}

static void random_layer(rnn_layer *layer, uint64_t *state) {
    layer->activation = random_activation(state, layer->activation);
    if (layer->cell != RNN_SIMPLE)
        layer->recurrent_activation = random_activation(state, layer->recurrent_activation);
    layer->use_bias = wants_bias(layer->activation) || wants_bias(layer->recurrent_activation) ||
                      !random_chance(state, 5);
    layer->reset_after = layer->cell == RNN_GRU && random_chance(state, 2);
    layer->direction = (rnn_direction)random_below(state, RNN_DIRECTION_COUNT);
    if (layer->direction == RNN_BIDIRECTIONAL && random_chance(state, 2))
        layer->merge = (rnn_merge)random_below(state, RNN_MERGE_COUNT);
    layer->return_sequences = !random_chance(state, 3);
    layer->zero_output_for_mask = random_chance(state, 4);
    if (random_chance(state, 3))
        random_options_beyond_keras(layer, state);
}

static void random_stack(problem *p, uint64_t *state) {
    p->layer_count = random_between(state, 2, 4);
    for (int i = 1; i < p->layer_count; i++) {
        p->layers[i] = p->layers[0];
        p->layers[i].units = random_units(state);
        if (p->layers[i].units < p->layers[i].projection)
            p->layers[i].units = p->layers[i].projection;
    }
    problem_chain(p);
}

static void random_dense(problem *p, uint64_t *state) {
    p->has_dense = true;
    p->dense = (rnn_dense){.units = random_units(state),
                           .activation = random_activation(state, RNN_LINEAR),
                           .use_bias = true};
    if (p->dense.activation == RNN_RELU) /* with a few units, relu may make all of them 0 */
        p->dense.activation = RNN_ELU;
    if (!wants_bias(p->dense.activation))
        p->dense.use_bias = !random_chance(state, 4);
}

/* Exact values stay within their range only over one step or, with SimpleRNN, a few. */
static void make_exact(problem *p, uint64_t *state) {
    rnn_layer *layer = &p->layers[0];
    p->values = VALUES_EXACT;
    p->timesteps = layer->cell == RNN_SIMPLE ? random_between(state, 1, 3) : 1;
    layer->activation = RNN_LINEAR;
    if (layer->cell != RNN_SIMPLE)
        layer->recurrent_activation = RNN_LINEAR;
    if (layer->merge == RNN_MUL)
        layer->merge = RNN_SUM;
    /* Options beyond Keras multiply once more, or leave the whole numbers. */
    layer->peepholes = layer->attention = false;
    layer->coupling = RNN_COUPLING_NONE;
    layer->projection = 0;
    layer->gate_clip = layer->cell_clip = layer->projection_clip = 0;
}

static void make_special(problem *p) {
    p->values = VALUES_SPECIAL;
    p->layers[0].activation = RNN_TANH;
    p->layers[0].recurrent_activation = RNN_SIGMOID;
}

/* Over many steps unbounded gates grow and stacked products shrink, until nothing is left to
 * compare. */
static void keep_within_range(problem *p) {
    enum { FEW_STEPS = 8 };
    if (!inputs_gates_are_bounded(&p->layers[0]) && p->timesteps > FEW_STEPS)
        p->timesteps = FEW_STEPS;
    for (int i = 0; p->layer_count > 1 && i < p->layer_count; i++)
        if (p->layers[i].merge == RNN_MUL)
            p->layers[i].merge = RNN_SUM;
}

void problem_random(problem *p, uint64_t *state) {
    rnn_cell cell = (rnn_cell)random_below(state, RNN_CELL_COUNT);
    *p = problem_defaults(cell, random_batch(state), random_timesteps(state), random_units(state),
                          random_units(state));
    random_layer(&p->layers[0], state);
    p->time_major = random_chance(state, 3);
    p->padded = random_chance(state, 5);
    p->initial_state = random_chance(state, 2);
    if (random_chance(state, 2))
        p->mask = (mask_kind)random_below(state, MASK_KIND_COUNT);
    if (random_chance(state, 8))
        make_exact(p, state);
    else if (random_chance(state, 8))
        make_special(p);
    if (p->values == VALUES_NORMAL && random_chance(state, 4))
        random_stack(p, state);
    if (p->values == VALUES_NORMAL && p->layers[p->layer_count - 1].merge != RNN_NONE &&
        random_chance(state, 4))
        random_dense(p, state);
    keep_within_range(p);
}
