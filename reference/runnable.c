/* SPDX-License-Identifier: MIT */
#include "reference/runnable.h"

#include "kernels/backend.h"
#include "reference/inputs.h"
#include "reference/random.h"

#include <math.h>
#include <string.h>

rnn_status runnable_check(const problem *p, rnn_error *error) {
    const rnn_model model = problem_model(p);
    rnn_status status = rnn_model_validate(&model, error);
    if (status != RNN_OK)
        return status;
    const rnn_shape shape = problem_shape(p);
    status = rnn_backend_supports(rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK), &model, &shape, NULL,
                                  error);
    return status == RNN_INVALID_ARGUMENT ? status : inputs_suit(p, error);
}

rnn_status runnable_create(runnable *run, const problem *p, case_guard guard, rnn_error *error) {
    *run = (runnable){0};
    const rnn_status status = runnable_check(p, error);
    if (status != RNN_OK)
        return status;
    run->problem = *p;
    run->shape = problem_shape(p);
    run->guard = guard;
    if (arrays_create(&run->arrays, &run->problem, guard))
        return RNN_OK;
    char text[PROBLEM_TEXT_SIZE];
    problem_print(p, text);
    return rnn_fail(error, RNN_OUT_OF_MEMORY, "%.160s: no memory for its arrays", text);
}

void runnable_share(runnable *run, const runnable *owner) {
    *run = (runnable){.problem = owner->problem,
                      .shape = owner->shape,
                      .arrays = {.weights = owner->arrays.weights, .io = owner->arrays.io}};
}

void runnable_destroy(runnable *run) {
    runnable_drop_plan(run);
    arrays_destroy(&run->arrays);
}

/* ---- Numbers ------------------------------------------------------------------------------ */

void runnable_fill(runnable *run, uint64_t seed, int attempt) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&run->problem, text);
    const float gain = ldexpf(1, attempt > 1 ? 1 - attempt : 0);
    inputs_fill(&run->arrays, &run->problem, random_seed_of(text, seed) + (uint64_t)attempt, gain);
    arrays_poison(&run->arrays, ARRAY_Y, ARRAY_COUNT);
}

void runnable_copy(runnable *to, const runnable *from, int first, int end) {
    for (int i = first; i < end; i++)
        if (to->arrays.all[i].size && from->arrays.all[i].size)
            memcpy(to->arrays.all[i].data, from->arrays.all[i].data, to->arrays.all[i].size);
}

/* ---- Plan --------------------------------------------------------------------------------- */

rnn_status runnable_make_plan(rnn_plan **plan, const runnable *run, const char *backend,
                              int threads, rnn_error *error) {
    const rnn_model model = problem_model(&run->problem);
    return rnn_plan_create(plan, backend, &model, &run->arrays.weights, &run->shape,
                           &(rnn_plan_options){.threads = threads}, error);
}

rnn_status runnable_plan(runnable *run, const char *backend, int threads, rnn_error *error) {
    runnable_drop_plan(run);
    const rnn_status status = runnable_make_plan(&run->plan, run, backend, threads, error);
    if (status != RNN_OK)
        return status;
    const size_t size = rnn_plan_scratch_size(run->plan);
    if (buffer_create(&run->scratch, size, run->guard))
        return RNN_OK;
    runnable_drop_plan(run);
    return rnn_fail(error, RNN_OUT_OF_MEMORY, "%zu bytes of scratch", size);
}

void runnable_drop_plan(runnable *run) {
    rnn_plan_destroy(run->plan);
    run->plan = NULL;
    buffer_destroy(&run->scratch);
}

rnn_status runnable_run(const runnable *run, rnn_error *error) {
    return rnn_plan_run(run->plan, &run->arrays.io, run->scratch.data, error);
}

/* ---- Rows --------------------------------------------------------------------------------- */

int runnable_width(const runnable *run) {
    const rnn_model model = problem_model(&run->problem);
    return rnn_model_output_width(&model);
}

int runnable_steps(const runnable *run) {
    const rnn_model model = problem_model(&run->problem);
    return rnn_model_returns_sequences(&model) ? run->problem.timesteps : 1;
}

float *runnable_x(const runnable *run, int n, int t) {
    const problem *p = &run->problem;
    return array_floats(&run->arrays, ARRAY_X) +
           array_row(p, run->shape.x, p->layers[0].features, p->timesteps, (size_t)n, (size_t)t);
}

float *runnable_output(const runnable *run, int array, int n, int t) {
    float *rows = array_floats(&run->arrays, array);
    return rows ? rows + array_row(&run->problem, run->shape.y, runnable_width(run),
                                   runnable_steps(run), (size_t)n, (size_t)t)
                : NULL;
}
