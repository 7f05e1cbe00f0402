/* SPDX-License-Identifier: MIT */
#include "kernels/naive/cell.h"

#include "kernels/backend.h"

#include <math.h>
#include <string.h>

/* ---- Activations -------------------------------------------------------------------------- */

/* A comparison with NaN is false, so a NaN goes through. */
static float clip(float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
}

static float activation_of(rnn_activation activation, float x) {
    const float selu_scale = 1.0507009873554805f, selu_alpha = 1.6732632423543772f;
    switch (activation) {
    case RNN_TANH:
        return tanhf(x);
    case RNN_SIGMOID:
        return 1 / (1 + expf(-x));
    case RNN_RELU:
        return x < 0 ? 0 : x;
    case RNN_HARD_SIGMOID:
        return clip(x / 6 + 0.5f, 0, 1);
    case RNN_HARD_SIGMOID_KERAS2:
        return clip(0.2f * x + 0.5f, 0, 1);
    case RNN_SOFTSIGN:
        return x / (1 + fabsf(x));
    case RNN_SOFTPLUS: /* log(1 + exp(x)) without overflow for large x */
        return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x)));
    case RNN_ELU:
        return x > 0 ? x : expm1f(x);
    case RNN_SELU:
        return selu_scale * (x > 0 ? x : selu_alpha * expm1f(x));
    case RNN_GELU:
        return x / 2 * (1 + erff(x * 0.70710678f));
    case RNN_SILU:
        return x / (1 + expf(-x));
    case RNN_EXPONENTIAL:
        return expf(x);
    case RNN_LINEAR:
    case RNN_ACTIVATION_COUNT:
        break;
    }
    return x;
}

void rnn_naive_activate(rnn_activation activation, float *values, int count) {
    for (int j = 0; j < count; j++)
        values[j] = activation_of(activation, values[j]);
}

/* ---- Products ----------------------------------------------------------------------------- */

/* Inlined into a step, its loop would be vectorised for some callers and not for others. */
__attribute__((noinline)) void rnn_naive_add_product(float *restrict y, const float *restrict x,
                                                     const float *restrict matrix, int rows,
                                                     int columns, int stride) {
    for (int k = 0; k < rows; k++) {
        const float *row = matrix + (size_t)k * (size_t)stride;
        for (int j = 0; j < columns; j++)
            y[j] += x[k] * row[j];
    }
}

/* z = x W + b, for all gates. */
static void project_input(const rnn_layer *layer, const naive_weights *weights, const float *x,
                          float *z) {
    int width = rnn_cell_gates(layer->cell) * layer->units;
    if (layer->use_bias)
        memcpy(z, weights->bias, (size_t)width * sizeof *z);
    else
        memset(z, 0, (size_t)width * sizeof *z);
    rnn_naive_add_product(z, x, weights->kernel, layer->features, width, width);
}

/* Clips numbers to [-limit, limit]. With a limit of 0 they stay as they are. */
static void clip_all(float limit, float *values, int count) {
    for (int j = 0; limit > 0 && j < count; j++)
        values[j] = clip(values[j], -limit, limit);
}

/* Turns a gate's sums into the gate. */
static void gate(const rnn_layer *layer, rnn_activation activation, float *sums, int count) {
    clip_all(layer->gate_clip, sums, count);
    rnn_naive_activate(activation, sums, count);
}

/* ---- Cells -------------------------------------------------------------------------------- */

/* h = act(x W + h U + b) */
static void step_simple(const rnn_layer *layer, const naive_weights *weights, const float *x,
                        float *h, float *z) {
    int M = layer->units;
    project_input(layer, weights, x, z);
    rnn_naive_add_product(z, h, weights->recurrent_kernel, M, M, M);
    gate(layer, layer->activation, z, M);
    memcpy(h, z, (size_t)M * sizeof *h);
}

/* Adds p c to z, for one gate. */
static void look_at_c(float *z, const float *peephole, const float *c, int count) {
    for (int j = 0; j < count; j++)
        z[j] += peephole[j] * c[j];
}

static void subtract_from_1(float *gate, const float *other, int count) {
    for (int j = 0; j < count; j++)
        gate[j] = 1 - other[j];
}

/* h = (o act(c)) W_p */
static void project_h(const rnn_layer *layer, const naive_weights *weights,
                      const float *unprojected, float *h) {
    int P = layer->projection;
    memset(h, 0, (size_t)P * sizeof *h);
    rnn_naive_add_product(h, unprojected, weights->projection, layer->units, P, P);
    clip_all(layer->projection_clip, h, P);
}

/* c = rec(z_f) c + rec(z_i) act(z_c), h = rec(z_o) act(c), with the options of rnn_layer. */
static void step_lstm(const rnn_layer *layer, const naive_weights *weights, const float *x,
                      float *h, float *c, float *z) {
    int M = layer->units;
    float *i = z, *f = z + M, *candidate = z + 2 * M, *o = z + 3 * M, *output = z;
    const float *p = weights->peepholes;
    project_input(layer, weights, x, z);
    rnn_naive_add_product(z, h, weights->recurrent_kernel, rnn_layer_direction_width(layer), 4 * M,
                          4 * M);
    if (layer->peepholes) {
        look_at_c(i, p, c, M);
        look_at_c(f, p + M, c, M);
    }
    gate(layer, layer->recurrent_activation, i, 2 * M);
    gate(layer, layer->activation, candidate, M);
    if (layer->coupling == RNN_COUPLING_INPUT)
        subtract_from_1(i, f, M);
    else if (layer->coupling == RNN_COUPLING_FORGET)
        subtract_from_1(f, i, M);
    for (int j = 0; j < M; j++)
        c[j] = f[j] * c[j] + i[j] * candidate[j];
    clip_all(layer->cell_clip, c, M);
    if (layer->peepholes)
        look_at_c(o, p + 2 * M, c, M);
    gate(layer, layer->recurrent_activation, o, M);
    memcpy(output, c, (size_t)M * sizeof *c);
    rnn_naive_activate(layer->activation, output, M);
    for (int j = 0; j < M; j++)
        output[j] *= o[j];
    if (layer->projection > 0)
        project_h(layer, weights, output, h);
    else
        memcpy(h, output, (size_t)M * sizeof *h);
}

/* Makes the update gate z of a GRU less by attention. */
static void attend(const rnn_layer *layer, float attention, float *update) {
    for (int j = 0; layer->attention && j < layer->units; j++)
        update[j] *= 1 - attention;
}

/* hh = act(x W_h + b_0h + r (h U_h + b_1h)): the reset gate acts on the product. */
static void step_gru_reset_after(const rnn_layer *layer, const naive_weights *weights,
                                 const float *x, float attention, float *h, float *zrh) {
    int M = layer->units;
    float *z = zrh, *r = zrh + M, *candidate = zrh + 2 * M;
    float *recurrent = zrh + 3 * M; /* h U + b_1 */
    project_input(layer, weights, x, zrh);
    if (layer->use_bias)
        memcpy(recurrent, weights->bias + 3 * M, 3 * (size_t)M * sizeof *recurrent);
    else
        memset(recurrent, 0, 3 * (size_t)M * sizeof *recurrent);
    rnn_naive_add_product(recurrent, h, weights->recurrent_kernel, M, 3 * M, 3 * M);
    for (int j = 0; j < 2 * M; j++)
        zrh[j] += recurrent[j];
    gate(layer, layer->recurrent_activation, zrh, 2 * M);
    attend(layer, attention, z);
    for (int j = 0; j < M; j++)
        candidate[j] += r[j] * recurrent[2 * M + j];
    gate(layer, layer->activation, candidate, M);
    for (int j = 0; j < M; j++)
        h[j] = z[j] * h[j] + (1 - z[j]) * candidate[j];
}

/* hh = act(x W_h + (r h) U_h + b_h): the reset gate acts on the state. */
static void step_gru_reset_before(const rnn_layer *layer, const naive_weights *weights,
                                  const float *x, float attention, float *h, float *zrh) {
    int M = layer->units;
    const float *U = weights->recurrent_kernel;
    float *z = zrh, *r = zrh + M, *candidate = zrh + 2 * M;
    float *reset = zrh + 3 * M; /* r h */
    project_input(layer, weights, x, zrh);
    rnn_naive_add_product(zrh, h, U, M, 2 * M, 3 * M);
    gate(layer, layer->recurrent_activation, zrh, 2 * M);
    attend(layer, attention, z);
    for (int j = 0; j < M; j++)
        reset[j] = r[j] * h[j];
    rnn_naive_add_product(candidate, reset, U + 2 * M, M, M, 3 * M);
    gate(layer, layer->activation, candidate, M);
    for (int j = 0; j < M; j++)
        h[j] = z[j] * h[j] + (1 - z[j]) * candidate[j];
}

size_t rnn_naive_step_scratch(const rnn_layer *layer) {
    size_t arrays = layer->cell == RNN_GRU ? 6 : (size_t)rnn_cell_gates(layer->cell);
    return arrays * (size_t)layer->units;
}

void rnn_naive_step(const rnn_layer *layer, const naive_weights *weights, const float *x,
                    float attention, float *h, float *c, float *scratch) {
    if (layer->cell == RNN_SIMPLE)
        step_simple(layer, weights, x, h, scratch);
    else if (layer->cell == RNN_LSTM)
        step_lstm(layer, weights, x, h, c, scratch);
    else if (layer->reset_after)
        step_gru_reset_after(layer, weights, x, attention, h, scratch);
    else
        step_gru_reset_before(layer, weights, x, attention, h, scratch);
}
