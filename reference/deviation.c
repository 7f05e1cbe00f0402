/* SPDX-License-Identifier: MIT */
#include "reference/deviation.h"

#include "reference/inputs.h"

#include <math.h>
#include <stdio.h>

/* Pre-activations of a saturating row are near 1000, and so rounded to 1000 FLT_EPSILON. */
static const double saturating_factor = 1000;

static bool has_relu(const problem *p) {
    return p->layers[0].activation == RNN_RELU || (p->has_dense && p->dense.activation == RNN_RELU);
}

/* The error is |got - expected| where both are numbers. Otherwise it is 0 or infinity, by whether
 * both are of the same class. */
static double error_of(float got, double expected, bool nan_is_open) {
    float rounded = (float)expected;
    if (array_is_poison(got))
        return INFINITY;
    if (isnan(rounded))
        return isnan(got) || nan_is_open ? 0 : INFINITY;
    if (isinf(rounded))
        return got == rounded ? 0 : INFINITY;
    return isfinite(got) ? fabs((double)got - expected) : INFINITY;
}

static double tolerance_of(double bound, double expected) {
    return isfinite((float)expected) ? bound * (1 + fabs(expected)) : 0;
}

static double ratio_of(double error, double tolerance) {
    return error == 0 ? 0 : tolerance == 0 ? INFINITY : error / tolerance;
}

/* Compares one row; `place` is where it starts. */
static void compare_row(deviation *seen, worst_element place, const float *got,
                        const double *expected, size_t width, double bound, bool nan_is_open) {
    for (size_t j = 0; j < width; j++) {
        double error = error_of(got[j], expected[j], nan_is_open);
        double tolerance = tolerance_of(bound, expected[j]);
        double ratio = ratio_of(error, tolerance);
        seen->wrong += ratio > 1;
        seen->max_error = fmax(seen->max_error, error);
        if (ratio <= seen->worst.ratio)
            continue;
        seen->worst = place;
        seen->worst.unit = j;
        seen->worst.ratio = ratio;
        seen->worst.tolerance = tolerance;
        seen->worst.got = got[j];
        seen->worst.expected = expected[j];
    }
    seen->compared += width;
}

deviation compare_outputs(const problem *p, const run_arrays *arrays,
                          const expected_outputs *expected, double bound, bool relu_keeps_nan) {
    deviation seen = {.worst.tolerance = bound};
    bool nan_is_open = !relu_keeps_nan && has_relu(p);
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(&out, p, arrays, array))
            continue;
        for (size_t n = 0; n < out.batch; n++) {
            double row_bound = inputs_saturate(p, (int)n) ? saturating_factor * bound : bound;
            for (size_t t = 0; t < out.steps; t++)
                compare_row(&seen, (worst_element){.array = array, .n = n, .t = t},
                            output_row(&out, arrays, n, t), output_expected(&out, expected, n, t),
                            out.width, row_bound, nan_is_open);
        }
    }
    return seen;
}

void deviation_describe(const deviation *seen, char *text, size_t size) {
    const worst_element *w = &seen->worst;
    char name[ARRAY_NAME_SIZE];
    array_name(w->array, name);
    snprintf(text, size,
             "%s n %zu, t %zu, unit %zu: got %.9g, expected %.9g, tolerance %.3g; %zu of %zu wrong",
             name, w->n, w->t, w->unit, (double)w->got, w->expected, w->tolerance, seen->wrong,
             seen->compared);
}
