/* SPDX-License-Identifier: MIT
 * Every activation of a kernel table against double libm.
 *
 *   vec_math [--exhaustive] BACKEND
 *
 * Without the option: samples at every exponent a float can have. With it: tanh and sigmoid at all
 * 2^32 floats, where the largest error must also be the one that kernels/vec states; minutes. */
#include "kernels/engine/kernels.h"
#include "reference/oracle.h"
#include "reference/random.h"
#include "tests/support/support.h"

#include <float.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNS_AND_EXPONENTS = 512, MANTISSAS = 1 << 23, BATCH = 16384 };

/* The largest error in units in the last place of the right result, or of `tiny` where the result
 * is smaller than that, because sums with a constant cancel and tails may underflow early. No
 * result, of any x, may lie outside of low .. high; where both are 0, any may be. */
typedef struct bound {
    double ulp, tiny;
    double per_square; /* times x^2 this is added: an error of x in exp(-x^2 / 2) grows so */
    float low, high;
} bound;

static const bound bounds[RNN_ACTIVATION_COUNT] = {
    [RNN_TANH] = {.ulp = 2.54, .low = -1, .high = 1},
    [RNN_SIGMOID] = {.ulp = 2.56, .tiny = 0x1p-104, .low = 0, .high = 1},
    [RNN_RELU] = {.ulp = 0},
    [RNN_LINEAR] = {.ulp = 0},
    [RNN_HARD_SIGMOID] = {.ulp = 0.85, .tiny = 0.5, .low = 0, .high = 1},
    [RNN_HARD_SIGMOID_KERAS2] = {.ulp = 0.85, .tiny = 0.5, .low = 0, .high = 1},
    [RNN_SOFTSIGN] = {.ulp = 1.5, .low = -1, .high = 1},
    [RNN_SOFTPLUS] = {.ulp = 2.6},
    [RNN_ELU] = {.ulp = 1.1},
    [RNN_SELU] = {.ulp = 1.8},
    [RNN_GELU] = {.ulp = 7, .tiny = 0x1p-126, .per_square = 2},
    [RNN_SILU] = {.ulp = 2.3, .tiny = 0x1p-99},
    [RNN_EXPONENTIAL] = {.ulp = 1.1},
};

/* The bound that an exhaustive sweep confirms is at most this much above the error found. */
static const double slack_of_stated_error = 0.01;

static const struct {
    const char *name;
    const rnn_kernels *kernels;
} tables[] = {
#define WHEN_BUILT_0(...)
#define WHEN_BUILT_1(...)         __VA_ARGS__
#define CHOOSE(built, ...)        WHEN_BUILT_##built(__VA_ARGS__)
#define TABLE(name)               {#name, &rnn_kernels_##name},
#define KERNELS(name, built, ...) CHOOSE(built, TABLE(name))
#include "kernels/backends.inc"
};

static const rnn_kernels *find_table(const char *name) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, name) == 0)
            return tables[i].kernels;
    printf("no kernel table is called \"%s\"\n", name);
    exit(1);
}

/* ---- Error of one number ------------------------------------------------------------------- */

/* Distance of neighbouring floats at x: the power of two in x, times 2^-23. */
static double ulp_at(double x) {
    double normal = fmax(fabs(x), FLT_MIN);
    uint64_t bits;
    memcpy(&bits, &normal, sizeof bits);
    bits &= UINT64_C(0x7ff) << 52;
    memcpy(&normal, &bits, sizeof bits);
    return normal * (double)FLT_EPSILON;
}

static double error_in_ulp(float got, double expected, double tiny) {
    float rounded = (float)expected;
    if (isnan(expected))
        return isnan(got) ? 0 : INFINITY;
    if (got == rounded)
        return 0;
    if (isinf(rounded) && !isinf(expected)) /* it overflowed, and the largest float is as near */
        return got == copysignf(FLT_MAX, rounded) ? 1 : INFINITY;
    if (isinf(got) && fabs(expected) > (double)FLT_MAX * (1 - 2 * (double)FLT_EPSILON))
        return 1;
    return isfinite(got) ? fabs((double)got - expected) / ulp_at(fmax(fabs(expected), tiny))
                         : INFINITY;
}

/* ---- Sweep --------------------------------------------------------------------------------- */

typedef struct worst {
    double error, allowed;
    float x, got;
} worst;

static bool is_worse(double error, double allowed, const worst *than) {
    return error * than->allowed > than->error * allowed || (error > 0 && than->error == 0);
}

static bool is_outside(float got, bound b) {
    return b.low < b.high && (got < b.low || got > b.high);
}

static void sweep_batch(const rnn_kernels *kernels, rnn_activation activation, const float *x,
                        worst *worst_seen) {
    static _Alignas(RNN_ALIGNMENT) float y[BATCH];
    bound b = bounds[activation];
    kernels->activate(activation, x, y, BATCH);
    for (int i = 0; i < BATCH; i++) {
        double error = error_in_ulp(y[i], oracle_activate(activation, (double)x[i]), b.tiny);
        double allowed = b.ulp;
        if (b.per_square > 0 && isfinite(x[i]))
            allowed += b.per_square * (double)x[i] * (double)x[i];
        if (is_outside(y[i], b))
            error = INFINITY;
        if (is_worse(error, allowed, worst_seen))
            *worst_seen = (worst){error, allowed, x[i], y[i]};
    }
}

static float float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The smallest and the largest mantissas of the exponent, and random ones between. */
static void fill_samples(float *x, uint32_t sign_and_exponent, uint64_t *state) {
    for (uint32_t i = 0; i < BATCH; i++) {
        uint32_t mantissa = (uint32_t)random_bits(state) & (MANTISSAS - 1);
        if (i < 16)
            mantissa = i;
        else if (i < 32)
            mantissa = MANTISSAS - 1 - (i - 16);
        x[i] = float_of_bits(sign_and_exponent << 23 | mantissa);
    }
}

static worst sweep_samples(const rnn_kernels *kernels, rnn_activation activation) {
    static _Alignas(RNN_ALIGNMENT) float x[BATCH];
    uint64_t state = 1;
    worst worst_seen = {0};
    for (uint32_t exponent = 0; exponent < SIGNS_AND_EXPONENTS; exponent++) {
        fill_samples(x, exponent, &state);
        sweep_batch(kernels, activation, x, &worst_seen);
    }
    return worst_seen;
}

static worst sweep_all(const rnn_kernels *kernels, rnn_activation activation) {
    static _Alignas(RNN_ALIGNMENT) float x[BATCH];
    const uint32_t batches = (uint32_t)SIGNS_AND_EXPONENTS * (MANTISSAS / BATCH);
    worst worst_seen = {0};
    for (uint32_t batch = 0; batch < batches; batch++) {
        for (uint32_t i = 0; i < BATCH; i++)
            x[i] = float_of_bits(batch * BATCH + i);
        sweep_batch(kernels, activation, x, &worst_seen);
    }
    return worst_seen;
}

/* Prints what was found, and returns whether it was wrong. */
static bool report(rnn_activation activation, worst w, bool is_wrong) {
    printf("%s%-20s %6.3f ulp at %.9g (%a): %.9g, bound %.4g\n", is_wrong ? "FAILED " : "",
           rnn_activation_name(activation), w.error, (double)w.x, (double)w.x, (double)w.got,
           w.allowed);
    fflush(stdout);
    return is_wrong;
}

static int check_samples(const rnn_kernels *kernels) {
    int failed = 0;
    for (int i = 0; i < RNN_ACTIVATION_COUNT; i++) {
        worst w = sweep_samples(kernels, (rnn_activation)i);
        failed += report((rnn_activation)i, w, !(w.error <= w.allowed));
    }
    return failed;
}

static int check_all(const rnn_kernels *kernels) {
    static const rnn_activation of_all_floats[] = {RNN_TANH, RNN_SIGMOID};
    int failed = 0;
    for (size_t i = 0; i < sizeof of_all_floats / sizeof *of_all_floats; i++) {
        worst w = sweep_all(kernels, of_all_floats[i]);
        bool is_stated = w.error <= w.allowed && w.error > w.allowed - slack_of_stated_error;
        failed += report(of_all_floats[i], w, !is_stated);
    }
    return failed;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"exhaustive", no_argument, NULL, 'e'}, {0}};
    bool exhaustive = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'e')
            return 2;
        exhaustive = true;
    }
    if (argc - optind != 1)
        return 2;
    const rnn_kernels *kernels = find_table(argv[optind]);
    require_backend(argv[optind]);
    return (exhaustive ? check_all(kernels) : check_samples(kernels)) != 0;
}
