/* SPDX-License-Identifier: MIT
 * Every activation of a kernel table against double libm, at every exponent a float can have. One
 * argument: the table's backend. The bounds are those that kernels/vec states, for any of its
 * compilations. */
#include "kernels.h"
#include "oracle.h"
#include "random.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPONENTS = 256, PER_EXPONENT = 16384, BATCH = PER_EXPONENT };

/* Largest error in units in the last place of the right result, or of `tiny` where the result is
 * smaller than that: sums with a constant cancel, and tails may underflow early. */
typedef struct bound {
    double ulp, tiny;
    double per_square; /* x^2 times this is added: an error of x in exp(-x^2 / 2) grows so */
} bound;

static const bound bounds[RNN_ACTIVATION_COUNT] = {
    [RNN_TANH] = {2.6, 0, 0},
    [RNN_SIGMOID] = {2.5, 0x1p-104, 0},
    [RNN_RELU] = {0, 0, 0},
    [RNN_LINEAR] = {0, 0, 0},
    [RNN_HARD_SIGMOID] = {1.5, 0.5, 0},
    [RNN_HARD_SIGMOID_KERAS2] = {1.5, 0.5, 0},
    [RNN_SOFTSIGN] = {1.5, 0, 0},
    [RNN_SOFTPLUS] = {2.6, 0, 0},
    [RNN_ELU] = {1.1, 0, 0},
    [RNN_SELU] = {1.8, 0, 0},
    [RNN_GELU] = {7, 0x1p-126, 2},
    [RNN_SILU] = {2.3, 0x1p-99, 0},
    [RNN_EXPONENTIAL] = {1.1, 0, 0},
};

static const struct {
    const char *name;
    const rnn_kernels *kernels;
} tables[] = {
#define WHEN_BUILT_0(...)
#define WHEN_BUILT_1(...)  __VA_ARGS__
#define CHOOSE(built, ...) WHEN_BUILT_##built(__VA_ARGS__)
#define TABLE(name)        {#name, &rnn_kernels_##name},
#define BACKEND(name, built, needs, level, threaded, summary)
#define KERNELS(name, built, needs, level, summary) CHOOSE(built, TABLE(name))
#include "backends.inc"
#undef BACKEND
#undef KERNELS
};

static const rnn_kernels *find_table(const char *name) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, name) == 0)
            return tables[i].kernels;
    printf("no kernel table is called \"%s\"\n", name);
    exit(1);
}

/* ---- Error of one number ------------------------------------------------------------------- */

/* Distance of neighbouring floats at x. */
static double ulp_at(double x) {
    int exponent;
    frexp(x, &exponent);
    int last_place = exponent - FLT_MANT_DIG;
    int denormal_place = FLT_MIN_EXP - FLT_MANT_DIG;
    return ldexp(1, last_place < denormal_place ? denormal_place : last_place);
}

static double error_in_ulp(float got, double expected, double tiny) {
    float rounded = (float)expected;
    if (isnan(expected))
        return isnan(got) ? 0 : INFINITY;
    if (got == rounded)
        return 0;
    if (isinf(rounded) && !isinf(expected)) /* it overflowed: the largest float is as near */
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
static void fill_exponent(float *x, uint32_t sign_and_exponent, uint64_t *state) {
    for (uint32_t i = 0; i < PER_EXPONENT; i++) {
        uint32_t mantissa = (uint32_t)random_bits(state) & 0x7fffff;
        if (i < 16)
            mantissa = i;
        else if (i < 32)
            mantissa = 0x7fffff - (i - 16);
        x[i] = float_of_bits(sign_and_exponent << 23 | mantissa);
    }
}

static worst sweep(const rnn_kernels *kernels, rnn_activation activation) {
    static _Alignas(RNN_ALIGNMENT) float x[BATCH];
    uint64_t state = 1;
    worst worst_seen = {0};
    for (uint32_t exponent = 0; exponent < 2 * EXPONENTS; exponent++) {
        fill_exponent(x, exponent, &state);
        sweep_batch(kernels, activation, x, &worst_seen);
    }
    return worst_seen;
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    const rnn_kernels *kernels = find_table(argv[1]);
    require_backend(argv[1]);
    int failed = 0;
    for (int i = 0; i < RNN_ACTIVATION_COUNT; i++) {
        worst w = sweep(kernels, (rnn_activation)i);
        bool wrong = !(w.error <= w.allowed);
        failed += wrong;
        printf("%s%-20s %6.3f ulp at %.9g (%a): %.9g, bound %.4g\n", wrong ? "FAILED " : "",
               rnn_activation_name((rnn_activation)i), w.error, (double)w.x, (double)w.x,
               (double)w.got, w.allowed);
    }
    return failed != 0;
}
