/* SPDX-License-Identifier: MIT
 *
 * The comparison of outputs with expected outputs, element by element. */
#ifndef RNN_REFERENCE_DEVIATION_H
#define RNN_REFERENCE_DEVIATION_H

#include "reference/outputs.h"

/* The element whose error is the largest in units of its tolerance. */
typedef struct worst_element {
    double ratio, tolerance, expected;
    float got;
    int array; /* 0 before any element had an error */
    size_t n, t, unit;
} worst_element;

typedef struct deviation {
    worst_element worst;
    double max_error;
    size_t compared, wrong;
} deviation;

/* Compares all outputs. The tolerance of an element is bound (1 + |expected|). What float cannot
 * hold must be the same infinity, a NaN must be a NaN, and an element that nobody wrote is always
 * wrong. A backend whose relu does not keep a NaN is not judged where the oracle has one and the
 * problem has a relu. */
deviation compare_outputs(const problem *problem, const run_arrays *arrays,
                          const expected_outputs *expected, double bound, bool relu_keeps_nan);

/* Writes a text such as "y n 1, t 2, unit 3: got ..., expected ..., tolerance ...; 4 of 60
 * wrong". */
void deviation_describe(const deviation *deviation, char *text, size_t size);

#endif
