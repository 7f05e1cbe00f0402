/* SPDX-License-Identifier: MIT
 *
 * Every activation where its input is large, infinite, no number, denormal or a signed zero,
 * against values worked out by hand. The argument is a backend, whose layers and heads are asked,
 * or "oracle" or "naive alone", whose function is asked. */
#include "kernels/naive/cell.h"
#include "reference/oracle.h"
#include "tests/support/support.h"
#include "tests/support/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 13 };

#define LARGE    3e38
#define SCALE    1.0507009873554805 /* factor of selu, whose least value is LEAST */
#define LEAST    (-1.7580993408473766)
#define LN2      0.69314718055994531
#define EXP_100  2.6881171418161356e43
#define EXP_M100 3.7200759760208360e-44
#define INF      INFINITY

static const double inputs[INPUTS] = {0,    -0.0,  1e-40,  -1e-40, 100,  -100, 1e4,
                                      -1e4, LARGE, -LARGE, INF,    -INF, NAN};

/* The values at 1, which another gate of the tests has, and at each input. The formulas of rnn.h
 * give no number where they have infinity by infinity or infinity times 0. */
static const struct {
    double of_1, of_inputs[INPUTS];
} expected[RNN_ACTIVATION_COUNT] = {
    [RNN_TANH] = {0.76159415595576489, {0, -0.0, 1e-40, -1e-40, 1, -1, 1, -1, 1, -1, 1, -1, NAN}},
    [RNN_SIGMOID] = {0.73105857863000488, {.5, .5, .5, .5, 1, EXP_M100, 1, 0, 1, 0, 1, 0, NAN}},
    [RNN_RELU] = {1, {0, 0, 1e-40, 0, 100, 0, 1e4, 0, LARGE, 0, INF, 0, NAN}},
    [RNN_LINEAR] = {1,
                    {0, -0.0, 1e-40, -1e-40, 100, -100, 1e4, -1e4, LARGE, -LARGE, INF, -INF, NAN}},
    [RNN_HARD_SIGMOID] = {2 / 3., {.5, .5, .5, .5, 1, 0, 1, 0, 1, 0, 1, 0, NAN}},
    [RNN_HARD_SIGMOID_KERAS2] = {0.7, {.5, .5, .5, .5, 1, 0, 1, 0, 1, 0, 1, 0, NAN}},
    [RNN_SOFTSIGN] = {0.5,
                      {0, -0.0, 1e-40, -1e-40, 100 / 101., -100 / 101., 1e4 / 10001, -1e4 / 10001,
                       1, -1, NAN, NAN, NAN}},
    [RNN_SOFTPLUS] = {1.3132616875182228,
                      {LN2, LN2, LN2, LN2, 100, EXP_M100, 1e4, 0, LARGE, 0, INF, 0, NAN}},
    [RNN_ELU] = {1, {0, -0.0, 1e-40, -1e-40, 100, -1, 1e4, -1, LARGE, -1, INF, -1, NAN}},
    [RNN_SELU] = {SCALE,
                  {0, -0.0, SCALE * 1e-40, LEAST * 1e-40, SCALE * 100, LEAST, SCALE * 1e4, LEAST,
                   SCALE *LARGE, LEAST, INF, LEAST, NAN}},
    [RNN_GELU] = {0.84134474606854293,
                  {0, -0.0, 5e-41, -5e-41, 100, 0, 1e4, 0, LARGE, 0, INF, NAN, NAN}},
    [RNN_SILU] = {0.73105857863000488,
                  {0, -0.0, 5e-41, -5e-41, 100, -100 * EXP_M100, 1e4, 0, LARGE, 0, INF, NAN, NAN}},
    [RNN_EXPONENTIAL] = {2.7182818284590452,
                         {1, 1, 1, 1, EXP_100, EXP_M100, INF, 0, INF, 0, INF, 0, NAN}},
};

static const char *subject;
static int compared, failed;

/* A result must be right to `relative`, or to 1e-36 where it is near the least numbers that a float
 * has. */
static void compare(const char *place, rnn_activation activation, int input, double got,
                    double wanted, double relative) {
    const bool same = isnan(wanted)   ? isnan(got)
                      : isinf(wanted) ? got == wanted
                                      : fabs(got - wanted) <= relative * fabs(wanted) + 1e-36;
    compared++;
    if (same)
        return;
    failed++;
    printf("FAILED %s, %s: %s(%g) is %.9g, expected %.9g\n", subject, place,
           rnn_activation_name(activation), inputs[input], got, wanted);
}

/* ---- By themselves -----------------------------------------------------------------------------
 */

typedef double function(rnn_activation activation, double x);

static double by_naive(rnn_activation activation, double x) {
    float value = (float)x;
    rnn_naive_activate(activation, &value, 1);
    return (double)value;
}

/* A zero keeps its sign where the formula does, and a denormal number is not flushed. */
static void compare_exactly(rnn_activation activation, int input, double got, double wanted) {
    if (wanted == 0 && inputs[input] == 0 && activation != RNN_RELU &&
        !signbit(got) != !signbit(wanted))
        compare("sign of zero", activation, input, got, NAN, 0);
    if (fabs(inputs[input]) == 1e-40 && fabs(wanted) < 1e-36)
        compare("denormal", activation, input, got * 1e40, wanted * 1e40, 1e-4);
}

static void check_function(function *activate) {
    const bool is_single = activate == by_naive;
    for (int a = 0; a < RNN_ACTIVATION_COUNT; a++)
        for (int i = 0; i < INPUTS; i++) {
            const rnn_activation activation = (rnn_activation)a;
            const double wanted = expected[a].of_inputs[i], got = activate(activation, inputs[i]);
            compare("alone", activation, i, got, is_single ? (double)(float)wanted : wanted,
                    is_single ? 1e-6 : 1e-14);
            compare_exactly(activation, i, got, wanted);
        }
}

/* ---- In layers ---------------------------------------------------------------------------------
 */

/* The inputs come as biases, one for each unit, because an infinite x times a weight of 0 is no
 * number. */
typedef struct asked_model {
    rnn_layer layer;
    rnn_dense dense;
    float zeros[4 * INPUTS * INPUTS], bias[4 * INPUTS];
} asked_model;

/* Computes y [INPUTS]. Returns false where the backend does not do it. */
static bool run_model(asked_model *asked, bool has_head, float *y) {
    const float x = 0, c[INPUTS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const rnn_model model = {&asked->layer, 1, has_head ? &asked->dense : NULL};
    const rnn_weights weights = weights_of(&asked->layer, asked->zeros, asked->zeros,
                                           has_head ? asked->zeros : asked->bias);
    const rnn_model_weights all = {
        &weights,
        1,
        {asked->zeros, (size_t)asked->layer.units * (size_t)asked->dense.units},
        {asked->bias, (size_t)asked->dense.units}};
    const rnn_shape shape = {.batch = 1, .timesteps = 1};
    rnn_plan *plan;
    rnn_error error = {""};
    const rnn_status status = rnn_plan_create(&plan, subject, &model, &all, &shape, NULL, &error);
    if (status == RNN_UNSUPPORTED)
        return false;
    const float *const initial_states[] = {NULL, c};
    const rnn_io io = {
        .x = &x, .y = y, .initial_states = asked->layer.cell == RNN_LSTM ? initial_states : NULL};
    void *scratch = status == RNN_OK ? test_alloc(rnn_plan_scratch_size(plan)) : NULL;
    if (status != RNN_OK || rnn_plan_run(plan, &io, scratch, &error) != RNN_OK) {
        printf("FAILED %s: %s\n", subject, error.text);
        failed++;
        return false;
    }
    rnn_plan_destroy(plan);
    free(scratch);
    return true;
}

/* oneDNN's relu makes a NaN 0, and its exponential makes it infinite. */
static bool loses_nan(rnn_activation activation) {
    return strcmp(subject, "onednn") == 0 &&
           (activation == RNN_RELU || activation == RNN_EXPONENTIAL);
}

/* The gelu of oneDNN 3 overflows at the largest numbers, where x itself is the result. */
static bool loses_largest(rnn_activation activation, double input) {
    return strcmp(subject, "onednn") == 0 && activation == RNN_GELU && input > 1e38;
}

static void compare_units(const char *place, rnn_activation activation, const float *y,
                          double factor) {
    for (int i = 0; i < INPUTS; i++)
        if ((!loses_nan(activation) || !isnan(inputs[i])) &&
            !loses_largest(activation, (double)inputs[i]))
            compare(place, activation, i, (double)y[i],
                    (double)(float)(factor * expected[activation].of_inputs[i]), 2e-6);
}

static void set_biases(asked_model *asked, int first) {
    for (int i = 0; i < INPUTS; i++)
        asked->bias[first + i] = (float)inputs[i];
}

/* h = act(b) */
static void check_layer(rnn_activation activation) {
    asked_model asked = {.layer = rnn_layer_defaults(RNN_SIMPLE, 1, INPUTS)};
    float y[INPUTS];
    asked.layer.activation = activation;
    set_biases(&asked, 0);
    if (run_model(&asked, false, y))
        compare_units("simple_rnn", activation, y, 1);
}

/* With b_f = 1, c = 1 before and the other gates at 0, h = rec(b_o) rec(1). */
static void check_gate(rnn_activation activation) {
    asked_model asked = {.layer = rnn_layer_defaults(RNN_LSTM, 1, INPUTS)};
    float y[INPUTS];
    asked.layer.activation = RNN_LINEAR;
    asked.layer.recurrent_activation = activation;
    for (int i = 0; i < INPUTS; i++)
        asked.bias[INPUTS + i] = 1;
    set_biases(&asked, 3 * INPUTS);
    if (run_model(&asked, false, y))
        compare_units("output gate of lstm", activation, y, expected[activation].of_1);
}

static void check_head(rnn_activation activation) {
    asked_model asked = {.layer = rnn_layer_defaults(RNN_SIMPLE, 1, INPUTS),
                         .dense = {INPUTS, activation, true}};
    float y[INPUTS];
    set_biases(&asked, 0);
    if (run_model(&asked, true, y))
        compare_units("head", activation, y, 1);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    subject = argv[1];
    if (strcmp(subject, "oracle") == 0) {
        check_function(oracle_activate);
    } else if (strcmp(subject, "naive alone") == 0) {
        check_function(by_naive);
    } else {
        require_backend(subject);
        for (int a = 0; a < RNN_ACTIVATION_COUNT; a++) {
            check_layer((rnn_activation)a);
            check_gate((rnn_activation)a);
            check_head((rnn_activation)a);
        }
    }
    printf("%s: %d compared, %d failed\n", subject, compared, failed);
    if (compared == 0)
        printf("FAILED: nothing was compared\n");
    return failed > 0 || compared == 0;
}
