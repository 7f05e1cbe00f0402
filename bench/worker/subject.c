/* SPDX-License-Identifier: MIT */
#include "bench/worker/subject.h"

#include "bench/base/clock.h"
#include "kernels/backend.h"
#include "reference/inputs.h"
#include "reference/oracle.h"
#include "reference/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The oracle does about 1 GFLOP/s. */
#define USUAL_EXPECTED_FLOPS 1e9
#define MOST_EXPECTED_FLOPS  20e9

void subject_free_plan(subject *s) {
    rnn_plan_destroy(s->plan);
    free(s->scratch);
    s->plan = NULL;
    s->scratch = NULL;
}

static void free_expected(subject *s) {
    free(s->expected);
    free(s->rows);
    s->expected = NULL;
    s->rows = NULL;
    s->row_count = 0;
}

void subject_free(subject *s) {
    subject_free_plan(s);
    free_expected(s);
    arrays_destroy(&s->arrays);
    s->arrays = (run_arrays){0};
    s->text[0] = '\0';
}

/* ---- Inputs ------------------------------------------------------------------------------- */

static rnn_status read_problem(problem *p, const char *text, rnn_error *error) {
    if (!problem_parse(p, text, error))
        return RNN_INVALID_ARGUMENT;
    if (p->values != VALUES_NORMAL)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "values: only normal ones are timed here");
    rnn_model model = problem_model(p);
    rnn_shape shape = problem_shape(p);
    rnn_status status = rnn_model_validate(&model, error);
    if (status != RNN_OK)
        return status;
    status = rnn_backend_supports(rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK), &model, &shape, NULL,
                                  error);
    return status == RNN_INVALID_ARGUMENT ? status : RNN_OK;
}

rnn_status subject_fill(subject *s, const char *problem_text, uint64_t seed, rnn_error *error) {
    problem p;
    char text[PROBLEM_TEXT_SIZE];
    rnn_status status = read_problem(&p, problem_text, error);
    if (status != RNN_OK)
        return status;
    problem_print(&p, text);
    if (strcmp(text, s->text) == 0 && seed == s->seed)
        return RNN_OK;
    subject_free(s);
    s->problem = p;
    if (!arrays_create(&s->arrays, &s->problem, GUARD_NONE))
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "%.160s: no memory for its arrays", text);
    inputs_fill(&s->arrays, &s->problem, random_seed_of(text, seed), 1);
    arrays_poison(&s->arrays, ARRAY_Y, ARRAY_COUNT);
    memcpy(s->text, text, sizeof text);
    s->seed = seed;
    return RNN_OK;
}

/* ---- Plan --------------------------------------------------------------------------------- */

rnn_status subject_plan(subject *s, const char *backend, int threads, rnn_error *error) {
    rnn_model model = problem_model(&s->problem);
    rnn_shape shape = problem_shape(&s->problem);
    subject_free_plan(s);
    double start = clock_seconds();
    rnn_status status = rnn_plan_create(&s->plan, backend, &model, &s->arrays.weights, &shape,
                                        &(rnn_plan_options){.threads = threads}, error);
    s->pack_seconds = clock_seconds() - start;
    if (status != RNN_OK) {
        s->plan = NULL;
        return status;
    }
    size_t size = rnn_plan_scratch_size(s->plan);
    s->scratch = aligned_alloc(RNN_ALIGNMENT, size);
    if (s->scratch)
        return RNN_OK;
    subject_free_plan(s);
    return rnn_fail(error, RNN_OUT_OF_MEMORY, "%zu bytes of scratch", size);
}

/* ---- Outputs ------------------------------------------------------------------------------ */

int subject_width(const subject *s) {
    rnn_model model = problem_model(&s->problem);
    return rnn_model_output_width(&model);
}

int subject_steps(const subject *s) {
    rnn_model model = problem_model(&s->problem);
    return rnn_model_returns_sequences(&model) ? s->problem.timesteps : 1;
}

int subject_outputs(const subject *s) {
    return s->arrays.all[ARRAY_Y_BACKWARD].size ? 2 : 1;
}

/* Floats of one batch row of one output. */
static size_t row_floats(const subject *s) {
    return (size_t)subject_steps(s) * (size_t)subject_width(s);
}

size_t subject_output_floats(const subject *s) {
    return (size_t)subject_outputs(s) * (size_t)s->problem.batch * row_floats(s);
}

const float *subject_output_row(const subject *s, int k, size_t n, size_t t) {
    return array_floats(&s->arrays, ARRAY_Y + k) +
           array_row(&s->problem, problem_shape(&s->problem).y, subject_width(s), subject_steps(s),
                     n, t);
}

/* ---- Expectation -------------------------------------------------------------------------- */

/* The inputs of the chosen batch rows, as the oracle wants them. */
typedef struct chosen_inputs {
    float *x;
    float *states[MAX_STATES];
    int32_t *lengths;
    uint8_t *mask;
} chosen_inputs;

static void free_inputs(chosen_inputs *in) {
    free(in->x);
    for (int i = 0; i < MAX_STATES; i++)
        free(in->states[i]);
    free(in->lengths);
    free(in->mask);
}

/* Copies `size` bytes of each chosen row of a dense array; NULL without memory. */
static void *gather(const subject *s, const void *from, size_t size) {
    char *to = malloc((size_t)s->row_count * size);
    for (int i = 0; to && i < s->row_count; i++)
        memcpy(to + (size_t)i * size, (const char *)from + (size_t)s->rows[i] * size, size);
    return to;
}

static float *gather_x(const subject *s) {
    const problem *p = &s->problem;
    size_t features = (size_t)p->layers[0].features, steps = (size_t)p->timesteps;
    float *x = malloc((size_t)s->row_count * steps * features * sizeof *x);
    for (int i = 0; x && i < s->row_count; i++)
        for (size_t t = 0; t < steps; t++)
            memcpy(x + ((size_t)i * steps + t) * features,
                   array_floats(&s->arrays, ARRAY_X) + array_row(p, problem_shape(p).x,
                                                                 (int)features, (int)steps,
                                                                 (size_t)s->rows[i], t),
                   features * sizeof *x);
    return x;
}

static bool gather_inputs(const subject *s, chosen_inputs *in) {
    const run_arrays *a = &s->arrays;
    size_t batch = (size_t)s->problem.batch;
    in->x = gather_x(s);
    bool ok = in->x != NULL;
    for (int i = 0; ok && i < MAX_STATES; i++) {
        const buffer *state = &a->all[ARRAY_INITIAL_STATE + i];
        if (state->size)
            ok = (in->states[i] = gather(s, state->data, state->size / batch)) != NULL;
    }
    const buffer *lengths = &a->all[ARRAY_LENGTHS], *mask = &a->all[ARRAY_MASK];
    if (ok && lengths->size)
        ok = (in->lengths = gather(s, lengths->data, lengths->size / batch)) != NULL;
    if (ok && mask->size)
        ok = (in->mask = gather(s, mask->data, mask->size / batch)) != NULL;
    return ok;
}

/* Rows spread evenly over the batch. */
static bool choose_rows(subject *s, int count) {
    int last = s->problem.batch - 1;
    s->row_count = count;
    s->rows = malloc((size_t)count * sizeof *s->rows);
    for (int i = 0; s->rows && i < count; i++)
        s->rows[i] = count == 1 ? 0 : (int)((long long)last * i / (count - 1));
    return s->rows != NULL;
}

static bool run_oracle(subject *s) {
    size_t floats = (size_t)s->row_count * row_floats(s);
    chosen_inputs in = {0};
    s->expected = malloc((size_t)subject_outputs(s) * floats * sizeof *s->expected);
    bool ok = s->expected && gather_inputs(s, &in);
    if (ok) {
        rnn_model model = problem_model(&s->problem);
        const float *states[MAX_STATES];
        for (int i = 0; i < MAX_STATES; i++)
            states[i] = in.states[i];
        oracle_io io = {.x = in.x,
                        .y = s->expected,
                        .y_backward = subject_outputs(s) == 2 ? s->expected + floats : NULL,
                        .initial_states = states,
                        .lengths = in.lengths,
                        .mask = in.mask};
        ok = oracle_run(&model, &s->arrays.weights, s->row_count, s->problem.timesteps, &io);
    }
    free_inputs(&in);
    return ok;
}

rnn_status subject_expect(subject *s, rnn_error *error) {
    problem row = s->problem;
    row.batch = 1;
    problem_steps steps = inputs_steps(&s->arrays.io, &s->problem);
    if (problem_flops(&row, (problem_steps){steps.longest, steps.longest}) > MOST_EXPECTED_FLOPS)
        return rnn_fail(
            error, RNN_UNSUPPORTED,
            "%.120s: the oracle would take too long for one row; lower T by --max-steps", s->text);
    double row_flops = problem_flops(&s->problem, steps) / s->problem.batch;
    double affordable = floor(USUAL_EXPECTED_FLOPS / row_flops);
    int count = affordable < 1                  ? 1
                : affordable > s->problem.batch ? s->problem.batch
                                                : (int)affordable;
    free_expected(s);
    if (choose_rows(s, count) && run_oracle(s))
        return RNN_OK;
    free_expected(s);
    return rnn_fail(error, RNN_OUT_OF_MEMORY, "%.160s: no memory for the oracle", s->text);
}

void subject_compare(const subject *s, const float *y, double *relative, double *absolute) {
    size_t size = row_floats(s), batch = (size_t)s->problem.batch;
    *relative = *absolute = 0;
    for (int k = 0; k < subject_outputs(s); k++)
        for (int i = 0; i < s->row_count; i++) {
            const double *right = s->expected + ((size_t)(k * s->row_count + i)) * size;
            const float *got = y + ((size_t)k * batch + (size_t)s->rows[i]) * size;
            for (size_t j = 0; j < size; j++) {
                double difference = fabs((double)got[j] - right[j]);
                difference = isfinite(difference) ? difference : INFINITY;
                *absolute = fmax(*absolute, difference);
                *relative = fmax(*relative, difference / (1 + fabs(right[j])));
            }
        }
}
