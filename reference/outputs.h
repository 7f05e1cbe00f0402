/* SPDX-License-Identifier: MIT
 * The outputs of a run, y, y_backward and the final states, beside what the oracle expects there.
 */
#ifndef RNN_REFERENCE_OUTPUTS_H
#define RNN_REFERENCE_OUTPUTS_H

#include "reference/arrays.h"

/* For each output array [batch, steps, width], dense; NULL where the problem has no such output. */
typedef struct expected_outputs {
    double *values[ARRAY_COUNT - ARRAY_Y];
} expected_outputs;

/* Returns false where there is no memory. */
bool expected_create(expected_outputs *expected, const problem *problem, const run_arrays *arrays);
/* Runs the oracle on the inputs in `arrays`. Returns false where there is no memory. */
bool expected_compute(expected_outputs *expected, const problem *problem, const run_arrays *arrays);
void expected_destroy(expected_outputs *expected);

/* One output array. Final states have one step. */
typedef struct output {
    int array;
    size_t batch, steps, width;
    size_t batch_stride, time_stride; /* in floats, in the array that the run writes */
} output;

/* Describes the output `array`, from ARRAY_Y to ARRAY_COUNT - 1. Returns false where the problem
 * has no such output. */
bool output_describe(output *out, const problem *problem, const run_arrays *arrays, int array);

static inline float *output_row(const output *out, const run_arrays *arrays, size_t n, size_t t) {
    return array_floats(arrays, out->array) + n * out->batch_stride + t * out->time_stride;
}

static inline const double *output_expected(const output *out, const expected_outputs *expected,
                                            size_t n, size_t t) {
    return expected->values[out->array - ARRAY_Y] + (n * out->steps + t) * out->width;
}

#endif
