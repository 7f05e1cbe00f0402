/* SPDX-License-Identifier: MIT
 * The outputs of a run, y, y_backward and the final states, beside what the oracle expects there.
 */
#ifndef RNN_REFERENCE_OUTPUTS_H
#define RNN_REFERENCE_OUTPUTS_H

#include "reference/arrays.h"

/* Of each output array [batch, steps, width], dense; NULL where the problem has no such output. */
typedef struct expected_outputs {
    double *values[ARRAY_COUNT - ARRAY_Y];
} expected_outputs;

/* False without memory. */
bool expected_create(expected_outputs *expected, const problem *problem, const run_arrays *arrays);
/* Runs the oracle on the inputs in `arrays`. False without memory. */
bool expected_compute(expected_outputs *expected, const problem *problem, const run_arrays *arrays);
void expected_destroy(expected_outputs *expected);

/* One output array; final states have one step. */
typedef struct output {
    int array;
    size_t batch, steps, width;
    size_t batch_stride, time_stride; /* in floats, where the run puts it */
} output;

/* False where the problem has no such output. `array` runs from ARRAY_Y to ARRAY_COUNT - 1. */
bool output_describe(output *out, const problem *problem, const run_arrays *arrays, int array);

static inline float *output_row(const output *out, const run_arrays *arrays, size_t n, size_t t) {
    return array_floats(arrays, out->array) + n * out->batch_stride + t * out->time_stride;
}

static inline const double *output_expected(const output *out, const expected_outputs *expected,
                                            size_t n, size_t t) {
    return expected->values[out->array - ARRAY_Y] + (n * out->steps + t) * out->width;
}

#endif
