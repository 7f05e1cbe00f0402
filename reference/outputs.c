/* SPDX-License-Identifier: MIT */
#include "reference/outputs.h"

#include "reference/oracle.h"

#include <stdlib.h>
#include <string.h>

bool output_describe(output *out, const problem *p, const run_arrays *arrays, int array) {
    if (arrays->all[array].size == 0)
        return false;
    rnn_model model = problem_model(p);
    *out = (output){.array = array, .batch = (size_t)p->batch, .steps = 1};
    if (array >= ARRAY_FINAL_STATE) {
        out->width = (size_t)rnn_model_state_width(&model, array - ARRAY_FINAL_STATE);
        out->batch_stride = out->width;
        return true;
    }
    rnn_strides strides = problem_shape(p).y;
    int width = rnn_model_output_width(&model);
    int steps = rnn_model_returns_sequences(&model) ? p->timesteps : 1;
    out->width = (size_t)width;
    out->steps = (size_t)steps;
    out->batch_stride = array_row(p, strides, width, steps, 1, 0);
    out->time_stride = array_row(p, strides, width, steps, 0, 1);
    return true;
}

bool expected_create(expected_outputs *expected, const problem *p, const run_arrays *arrays) {
    *expected = (expected_outputs){{NULL}};
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(&out, p, arrays, array))
            continue;
        double *values = calloc(out.batch * out.steps * out.width, sizeof *values);
        expected->values[array - ARRAY_Y] = values;
        if (!values) {
            expected_destroy(expected);
            return false;
        }
    }
    return true;
}

void expected_destroy(expected_outputs *expected) {
    for (int i = 0; i < ARRAY_COUNT - ARRAY_Y; i++)
        free(expected->values[i]);
    *expected = (expected_outputs){{NULL}};
}

/* Copies x into the oracle's layout [N, T, D]; NULL where there is no memory. */
static float *gather_x(const problem *p, const run_arrays *arrays) {
    rnn_strides strides = problem_shape(p).x;
    size_t batch = (size_t)p->batch, steps = (size_t)p->timesteps;
    size_t features = (size_t)p->layers[0].features;
    float *x = malloc(batch * steps * features * sizeof *x);
    for (size_t n = 0; x && n < batch; n++)
        for (size_t t = 0; t < steps; t++)
            memcpy(x + (n * steps + t) * features,
                   array_floats(arrays, ARRAY_X) +
                       array_row(p, strides, (int)features, p->timesteps, n, t),
                   features * sizeof *x);
    return x;
}

bool expected_compute(expected_outputs *expected, const problem *p, const run_arrays *arrays) {
    float *x = gather_x(p, arrays);
    if (!x)
        return false;
    rnn_model model = problem_model(p);
    oracle_io io = {.x = x,
                    .y = expected->values[0],
                    .y_backward = expected->values[ARRAY_Y_BACKWARD - ARRAY_Y],
                    .initial_states = arrays->io.initial_states,
                    .final_states = expected->values + (ARRAY_FINAL_STATE - ARRAY_Y),
                    .lengths = arrays->io.lengths,
                    .mask = arrays->io.mask,
                    .attention = arrays->io.attention};
    bool done = oracle_run(&model, &arrays->weights, p->batch, p->timesteps, &io);
    free(x);
    return done;
}
