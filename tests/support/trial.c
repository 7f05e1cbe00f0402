/* SPDX-License-Identifier: MIT */
#include "tests/support/trial.h"

#include "kernels/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const rnn_error *error) {
    printf("%s: %s\n", what, error->text);
    exit(1);
}

void trial_create(runnable *t, const problem *p) {
    rnn_error error = {""};
    if (runnable_create(t, p, GUARD_NONE, &error) != RNN_OK)
        fail("runnable_create", &error);
    for (int i = 0; i < ARRAY_COUNT; i++)
        if (t->arrays.all[i].size)
            memset(t->arrays.all[i].data, 0, t->arrays.all[i].size);
}

void trial_copy_weights(runnable *to, const runnable *from) {
    runnable_copy(to, from, 0, ARRAY_WEIGHTS_END);
}

void trial_copy_initial(runnable *to, const runnable *from) {
    runnable_copy(to, from, ARRAY_INITIAL_STATE, ARRAY_INITIAL_STATE + MAX_STATES);
}

rnn_plan *trial_plan(const runnable *t, const char *backend, int threads) {
    rnn_plan *plan = NULL;
    rnn_error error;
    if (runnable_make_plan(&plan, t, backend, threads, &error) != RNN_OK)
        fail("rnn_plan_create", &error);
    return plan;
}

void trial_run_plan(runnable *t, const rnn_plan *plan, int garbage) {
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

void trial_run(runnable *t, const char *backend, int threads) {
    rnn_plan *plan = trial_plan(t, backend, threads);
    trial_run_plan(t, plan, 0xff);
    rnn_plan_destroy(plan);
}

int trial_states(const runnable *t) {
    rnn_model model = problem_model(&t->problem);
    return rnn_model_state_count(&model);
}

int trial_state_units(const runnable *t, int state) {
    rnn_model model = problem_model(&t->problem);
    return rnn_model_state_width(&model, state);
}

float *trial_y(const runnable *t, int n, int step) {
    return runnable_output(t, ARRAY_Y, n, step);
}

float *trial_y_backward(const runnable *t, int n, int step) {
    return runnable_output(t, ARRAY_Y_BACKWARD, n, step);
}

float *trial_initial(const runnable *t, int state, int n) {
    float *rows = array_floats(&t->arrays, ARRAY_INITIAL_STATE + state);
    return rows ? rows + (size_t)n * (size_t)trial_state_units(t, state) : NULL;
}

float *trial_final(const runnable *t, int state, int n) {
    return array_floats(&t->arrays, ARRAY_FINAL_STATE + state) +
           (size_t)n * (size_t)trial_state_units(t, state);
}

bool trial_counts(const runnable *t, int n, int step) {
    return rnn_step_counts(&t->arrays.io, t->problem.timesteps, n, step);
}

void trial_copy_step(runnable *to, int to_n, int to_step, const runnable *from, int n, int step) {
    size_t features = (size_t)from->problem.layers[0].features;
    memcpy(runnable_x(to, to_n, to_step), runnable_x(from, n, step), features * sizeof(float));
    uint8_t *mask = to->arrays.all[ARRAY_MASK].data;
    if (mask)
        mask[to_n * to->problem.timesteps + to_step] = trial_counts(from, n, step);
    float *attention = array_floats(&to->arrays, ARRAY_ATTENTION);
    if (attention)
        attention[to_n * to->problem.timesteps + to_step] =
            array_floats(&from->arrays, ARRAY_ATTENTION)[n * from->problem.timesteps + step];
}
