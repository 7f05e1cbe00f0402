/* SPDX-License-Identifier: MIT */
#include "reference/vacuity.h"

#include "kernels/backend.h"

#include <math.h>
#include <stdio.h>

static const double largest_allowed = 10;

/* Whether an output may be 0 by nature: because of relu, of gates that are shut, or of products of
 * small integers. It may also be in a backward stack under a mask, whose upper layers get the steps
 * reversed but not the mask: without bias and states they may see only 0. */
static bool has_zeros_by_nature(const problem *p) {
    const rnn_layer *layer = &p->layers[0];
    bool nothing_comes_through = p->layer_count > 1 && layer->direction == RNN_BACKWARD &&
                                 p->mask != MASK_NONE && !layer->use_bias && !p->initial_state;
    return nothing_comes_through || p->values != VALUES_NORMAL || layer->activation == RNN_RELU ||
           layer->recurrent_activation == RNN_RELU ||
           (p->has_dense && p->dense.activation == RNN_RELU);
}

static bool row_counts(const problem *p, const rnn_io *io, int n) {
    for (int t = 0; t < p->timesteps; t++)
        if (rnn_step_counts(io, p->timesteps, n, t))
            return true;
    return false;
}

/* Whether step i of batch row n of an output comes from a step that counts. */
static bool output_counts(const problem *p, const rnn_io *io, const output *out, int n, int i) {
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    int end = p->timesteps - 1;
    if (out->array >= ARRAY_FINAL_STATE)
        return row_counts(p, io, n);
    if (last->return_sequences)
        return rnn_step_counts(io, end + 1, n, last->direction == RNN_BACKWARD ? end - i : i);
    bool forward = rnn_step_counts(io, end + 1, n, end);
    bool backward = rnn_step_counts(io, end + 1, n, 0);
    return last->direction == RNN_FORWARD    ? forward
           : last->direction == RNN_BACKWARD ? backward
                                             : forward && backward;
}

typedef struct census {
    size_t counted, zero, saturated, too_large;
} census;

static void count_values(census *seen, const double *values, size_t count) {
    for (size_t j = 0; j < count; j++) {
        double size = fabs(values[j]);
        seen->zero += size == 0;
        seen->saturated += size > 0.999 && size < 1.001;
        seen->too_large += !(size <= largest_allowed);
    }
    seen->counted += count;
}

static census take_census(const problem *p, const run_arrays *arrays,
                          const expected_outputs *expected, const output *out) {
    census seen = {0};
    for (size_t n = 0; n < out->batch; n++)
        for (size_t t = 0; t < out->steps; t++)
            if (output_counts(p, &arrays->io, out, (int)n, (int)t))
                count_values(&seen, output_expected(out, expected, n, t), out->width);
    return seen;
}

/* Says why there is too little to compare; NULL where there is enough. */
static const char *objection(const problem *p, const census *seen) {
    double zeros_allowed = has_zeros_by_nature(p) ? 0.95 : 0.5;
    if ((double)seen->zero > zeros_allowed * (double)seen->counted)
        return "0";
    if (p->values != VALUES_NORMAL)
        return NULL;
    return seen->saturated > seen->counted / 2 ? "saturated"
           : seen->too_large > 0               ? "too large"
                                               : NULL;
}

bool vacuity_find(const problem *p, const run_arrays *arrays, const expected_outputs *expected,
                  char text[VACUITY_TEXT_SIZE]) {
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(&out, p, arrays, array))
            continue;
        census seen = take_census(p, arrays, expected, &out);
        const char *what = objection(p, &seen);
        if (!what)
            continue;
        char name[ARRAY_NAME_SIZE];
        array_name(array, name);
        snprintf(text, VACUITY_TEXT_SIZE,
                 "%s: too many expected values are %s (%zu; 0: %zu, saturated: %zu, above %g: %zu)",
                 name, what, seen.counted, seen.zero, seen.saturated, largest_allowed,
                 seen.too_large);
        return true;
    }
    return false;
}
