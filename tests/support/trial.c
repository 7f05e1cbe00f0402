/* SPDX-License-Identifier: MIT */
#include "tests/support/trial.h"

#include "kernels/backend.h"
#include "reference/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const rnn_error *error) {
    printf("%s: %s\n", what, error->text);
    exit(1);
}

void trial_create(trial *t, const problem *p) {
    t->problem = *p;
    t->shape = problem_shape(&t->problem);
    rnn_error error = {"out of memory"};
    rnn_model model = problem_model(&t->problem);
    if (rnn_model_validate(&model, &error) != RNN_OK)
        fail("not a valid problem", &error);
    if (!arrays_create(&t->arrays, &t->problem, GUARD_NONE))
        fail("arrays", &error);
    for (int i = 0; i < ARRAY_COUNT; i++)
        if (t->arrays.all[i].size)
            memset(t->arrays.all[i].data, 0, t->arrays.all[i].size);
}

void trial_fill(trial *t, uint64_t seed) {
    inputs_fill(&t->arrays, &t->problem, seed, 1);
}

void trial_destroy(trial *t) {
    arrays_destroy(&t->arrays);
}

static void copy_arrays(trial *to, const trial *from, int first, int end) {
    for (int i = first; i < end; i++)
        if (to->arrays.all[i].size && from->arrays.all[i].size)
            memcpy(to->arrays.all[i].data, from->arrays.all[i].data, to->arrays.all[i].size);
}

void trial_copy_weights(trial *to, const trial *from) {
    copy_arrays(to, from, 0, ARRAY_WEIGHTS_END);
}

void trial_copy_initial(trial *to, const trial *from) {
    copy_arrays(to, from, ARRAY_INITIAL_STATE, ARRAY_INITIAL_STATE + MAX_STATES);
}

rnn_plan *trial_plan(const trial *t, const char *backend, int threads) {
    rnn_plan *plan = NULL;
    rnn_error error;
    rnn_model model = problem_model(&t->problem);
    if (rnn_plan_create(&plan, backend, &model, &t->arrays.weights, &t->shape,
                        &(rnn_plan_options){.threads = threads}, &error) != RNN_OK)
        fail("rnn_plan_create", &error);
    return plan;
}

void trial_run_plan(trial *t, const rnn_plan *plan, int garbage) {
    rnn_error error;
    size_t size = rnn_plan_scratch_size(plan);
    void *scratch = test_alloc(size);
    memset(scratch, garbage, size);
    arrays_poison(&t->arrays, ARRAY_INPUTS_END, ARRAY_COUNT);
    expect_an_end(NULL);
    if (rnn_plan_run(plan, &t->arrays.io, scratch, &error) != RNN_OK)
        fail("rnn_plan_run", &error);
    free(scratch);
}

void trial_run(trial *t, const char *backend, int threads) {
    rnn_plan *plan = trial_plan(t, backend, threads);
    trial_run_plan(t, plan, 0xff);
    rnn_plan_destroy(plan);
}

int trial_width(const trial *t) {
    rnn_model model = problem_model(&t->problem);
    return rnn_model_output_width(&model);
}

int trial_steps(const trial *t) {
    rnn_model model = problem_model(&t->problem);
    return rnn_model_returns_sequences(&model) ? t->problem.timesteps : 1;
}

int trial_states(const trial *t) {
    rnn_model model = problem_model(&t->problem);
    return rnn_model_state_count(&model);
}

int trial_state_units(const trial *t, int state) {
    rnn_model model = problem_model(&t->problem);
    return rnn_model_state_width(&model, state);
}

float *trial_x(const trial *t, int n, int step) {
    return array_floats(&t->arrays, ARRAY_X) +
           array_row(&t->problem, t->shape.x, t->problem.layers[0].features, t->problem.timesteps,
                     (size_t)n, (size_t)step);
}

static float *output_row(const trial *t, int array, int n, int step) {
    float *rows = array_floats(&t->arrays, array);
    return rows ? rows + array_row(&t->problem, t->shape.y, trial_width(t), trial_steps(t),
                                   (size_t)n, (size_t)step)
                : NULL;
}

float *trial_y(const trial *t, int n, int step) {
    return output_row(t, ARRAY_Y, n, step);
}

float *trial_y_backward(const trial *t, int n, int step) {
    return output_row(t, ARRAY_Y_BACKWARD, n, step);
}

float *trial_initial(const trial *t, int state, int n) {
    float *rows = array_floats(&t->arrays, ARRAY_INITIAL_STATE + state);
    return rows ? rows + (size_t)n * (size_t)trial_state_units(t, state) : NULL;
}

float *trial_final(const trial *t, int state, int n) {
    return array_floats(&t->arrays, ARRAY_FINAL_STATE + state) +
           (size_t)n * (size_t)trial_state_units(t, state);
}

bool trial_counts(const trial *t, int n, int step) {
    return rnn_step_counts(&t->arrays.io, t->problem.timesteps, n, step);
}

void trial_copy_step(trial *to, int to_n, int to_step, const trial *from, int n, int step) {
    size_t features = (size_t)from->problem.layers[0].features;
    memcpy(trial_x(to, to_n, to_step), trial_x(from, n, step), features * sizeof(float));
    uint8_t *mask = to->arrays.all[ARRAY_MASK].data;
    if (mask)
        mask[to_n * to->problem.timesteps + to_step] = trial_counts(from, n, step);
}
