/* SPDX-License-Identifier: MIT */
#include "tests/kernels/same_bits_draw.h"

#include "reference/problem_table.h"
#include "reference/random.h"

#include <math.h>

/* ---- Problems ----------------------------------------------------------------------------- */

/* Mixes the layers, as problem_random stacks only layers that are alike. */
static void mix_layers(problem *p, uint64_t *state) {
    for (int i = 1; i < p->layer_count; i++) {
        problem other;
        problem_random(&other, state);
        p->layers[i] = other.layers[0];
    }
}

/* Makes all layers forward but perhaps the first one, so that the model may be cut into calls. */
static void turn_forward(problem *p, uint64_t *state) {
    for (int i = 0; i < p->layer_count; i++) {
        p->layers[i].direction = RNN_FORWARD;
        p->layers[i].merge = RNN_CONCAT;
    }
    if (random_chance(state, 6))
        p->layers[0].direction = RNN_BACKWARD;
}

/* Makes one layer whose weights exceed an L2 of 1 or of 2 MiB, in few steps, because its ways
 * through the weights are others. */
static void enlarge(problem *p, uint64_t *state) {
    static const int units[][RNN_CELL_COUNT] = {{530, 260, 300}, {700, 350, 400}};
    p->layer_count = 1;
    p->layers[0].units = units[random_below(state, 2)][p->layers[0].cell];
    p->batch = random_between(state, 1, 4);
    p->timesteps = random_between(state, 1, 3);
}

static void draw_problem(problem *p, uint64_t *state) {
    problem_random(p, state);
    p->values = VALUES_NORMAL; /* sums of small integers have the same bits in any order */
    if (random_chance(state, 2))
        mix_layers(p, state);
    if (random_chance(state, 2))
        turn_forward(p, state);
    if (random_chance(state, 100))
        enlarge(p, state);
    rnn_layer *last = &p->layers[p->layer_count - 1];
    if (p->has_dense && last->merge == RNN_NONE)
        last->merge = RNN_CONCAT;
    problem_chain(p);
}

/* ---- Numbers ------------------------------------------------------------------------------ */

static float odd_number(uint64_t *state) {
    static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1000, 1e-40f, -0.0f};
    return odd[random_below(state, (int)(sizeof odd / sizeof *odd))];
}

static void draw_odd_ones(float *numbers, size_t count, uint64_t *state) {
    for (int left = random_between(state, 1, 3); left > 0; left--)
        numbers[random_bits(state) % count] = odd_number(state);
}

void draw_numbers(float *numbers, size_t count, uint64_t *state) {
    for (size_t i = 0; i < count; i++)
        numbers[i] = random_normal(state);
    if (random_chance(state, 8))
        draw_odd_ones(numbers, count, state);
}

/* Puts odd numbers into one row of the batch or two. */
static void spoil_rows(runnable *t, uint64_t *state) {
    for (int left = random_between(state, 1, 2); left > 0; left--) {
        const int n = random_below(state, t->problem.batch);
        const int step = random_below(state, t->problem.timesteps);
        const int index = random_below(state, trial_states(t));
        if (trial_counts(t, n, step))
            draw_odd_ones(runnable_x(t, n, step), (size_t)t->problem.layers[0].features, state);
        else if (t->problem.initial_state)
            draw_odd_ones(trial_initial(t, index, n), (size_t)trial_state_units(t, index), state);
    }
}

void draw_trial(runnable *t, uint64_t *state) {
    problem p;
    draw_problem(&p, state);
    trial_create(t, &p);
    runnable_fill(t, random_bits(state), 0);
    if (random_chance(state, 4))
        spoil_rows(t, state);
}
