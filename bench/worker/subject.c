/* SPDX-License-Identifier: MIT */
#include "bench/worker/subject.h"

#include "bench/base/clock.h"
#include "kernels/backend.h"
#include "reference/inputs.h"
#include "reference/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much work the oracle is given, which does about 1 GFLOP/s: usually, and where one row is more
 * than that. */
#define USUAL_EXPECTED_FLOPS 1e9
#define MOST_EXPECTED_FLOPS  20e9

static void free_expected(subject *s) {
    free(s->expected);
    free(s->rows);
    s->expected = NULL;
    s->rows = NULL;
    s->row_count = 0;
}

void subject_free(subject *s) {
    runnable_destroy(&s->run);
    free_expected(s);
    s->text[0] = '\0';
}

/* ---- Inputs and plan ---------------------------------------------------------------------- */

rnn_status subject_fill(subject *s, const char *problem_text, uint64_t seed, rnn_error *error) {
    problem p;
    char text[PROBLEM_TEXT_SIZE];
    if (!problem_parse(&p, problem_text, error))
        return RNN_INVALID_ARGUMENT;
    if (p.values != VALUES_NORMAL)
        return rnn_fail(error, RNN_INVALID_ARGUMENT, "values: only normal ones are timed here");
    rnn_status status = runnable_check(&p, error);
    if (status != RNN_OK)
        return status;
    problem_print(&p, text);
    if (strcmp(text, s->text) == 0 && seed == s->seed)
        return RNN_OK;
    subject_free(s);
    status = runnable_create(&s->run, &p, GUARD_NONE, error);
    if (status != RNN_OK)
        return status;
    runnable_fill(&s->run, seed, 0);
    memcpy(s->text, text, sizeof text);
    s->seed = seed;
    return RNN_OK;
}

rnn_status subject_plan(subject *s, const char *backend, int threads, rnn_error *error) {
    const double start = clock_seconds();
    const rnn_status status = runnable_plan(&s->run, backend, threads, error);
    s->pack_seconds = clock_seconds() - start;
    return status;
}

/* ---- Outputs ------------------------------------------------------------------------------ */

int subject_outputs(const subject *s) {
    return s->run.arrays.all[ARRAY_Y_BACKWARD].size ? 2 : 1;
}

/* Returns how many floats one batch row of one output has. */
static size_t row_floats(const subject *s) {
    return (size_t)runnable_steps(&s->run) * (size_t)runnable_width(&s->run);
}

size_t subject_output_floats(const subject *s) {
    return (size_t)subject_outputs(s) * (size_t)s->run.problem.batch * row_floats(s);
}

/* ---- Expectation -------------------------------------------------------------------------- */

/* The inputs of the chosen batch rows, as the oracle wants them. */
typedef struct chosen_inputs {
    float *x;
    float *states[MAX_STATES];
    int32_t *lengths;
    uint8_t *mask;
    float *attention;
} chosen_inputs;

static void free_inputs(chosen_inputs *in) {
    free(in->x);
    for (int i = 0; i < MAX_STATES; i++)
        free(in->states[i]);
    free(in->lengths);
    free(in->mask);
    free(in->attention);
}

/* Copies `size` bytes of each chosen row of a dense array. Returns NULL where memory ran out. */
static void *gather(const subject *s, const void *from, size_t size) {
    char *to = malloc((size_t)s->row_count * size);
    for (int i = 0; to && i < s->row_count; i++)
        memcpy(to + (size_t)i * size, (const char *)from + (size_t)s->rows[i] * size, size);
    return to;
}

static float *gather_x(const subject *s) {
    const problem *p = &s->run.problem;
    size_t features = (size_t)p->layers[0].features, steps = (size_t)p->timesteps;
    float *x = malloc((size_t)s->row_count * steps * features * sizeof *x);
    for (int i = 0; x && i < s->row_count; i++)
        for (size_t t = 0; t < steps; t++)
            memcpy(x + ((size_t)i * steps + t) * features, runnable_x(&s->run, s->rows[i], (int)t),
                   features * sizeof *x);
    return x;
}

static bool gather_inputs(const subject *s, chosen_inputs *in) {
    const run_arrays *a = &s->run.arrays;
    size_t batch = (size_t)s->run.problem.batch;
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
    const buffer *attention = &a->all[ARRAY_ATTENTION];
    if (ok && attention->size)
        ok = (in->attention = gather(s, attention->data, attention->size / batch)) != NULL;
    return ok;
}

/* Chooses rows that are spread evenly over the batch. */
static bool choose_rows(subject *s, int count) {
    int last = s->run.problem.batch - 1;
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
        rnn_model model = problem_model(&s->run.problem);
        const float *states[MAX_STATES];
        for (int i = 0; i < MAX_STATES; i++)
            states[i] = in.states[i];
        oracle_io io = {.x = in.x,
                        .y = s->expected,
                        .y_backward = subject_outputs(s) == 2 ? s->expected + floats : NULL,
                        .initial_states = states,
                        .lengths = in.lengths,
                        .mask = in.mask,
                        .attention = in.attention};
        ok =
            oracle_run(&model, &s->run.arrays.weights, s->row_count, s->run.problem.timesteps, &io);
    }
    free_inputs(&in);
    return ok;
}

rnn_status subject_expect(subject *s, rnn_error *error) {
    problem row = s->run.problem;
    row.batch = 1;
    problem_steps steps = inputs_steps(&s->run.arrays.io, &s->run.problem);
    if (problem_flops(&row, (problem_steps){steps.longest, steps.longest}) > MOST_EXPECTED_FLOPS)
        return rnn_fail(
            error, RNN_UNSUPPORTED,
            "%.120s: the oracle would take too long for one row; lower T by --max-steps", s->text);
    double row_flops = problem_flops(&s->run.problem, steps) / s->run.problem.batch;
    double affordable = floor(USUAL_EXPECTED_FLOPS / row_flops);
    int count = affordable < 1                      ? 1
                : affordable > s->run.problem.batch ? s->run.problem.batch
                                                    : (int)affordable;
    free_expected(s);
    if (choose_rows(s, count) && run_oracle(s))
        return RNN_OK;
    free_expected(s);
    return rnn_fail(error, RNN_OUT_OF_MEMORY, "%.160s: no memory for the oracle", s->text);
}

void subject_compare(const subject *s, const float *y, double *relative, double *absolute) {
    size_t size = row_floats(s), batch = (size_t)s->run.problem.batch;
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
