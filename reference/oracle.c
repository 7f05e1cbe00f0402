/* SPDX-License-Identifier: MIT */
#include "reference/oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Activations -------------------------------------------------------------------------- */

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static double clip_to_unit(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

double oracle_activate(rnn_activation activation, double x) {
    switch (activation) {
    case RNN_TANH:
        return tanh(x);
    case RNN_SIGMOID:
        return sigmoid(x);
    case RNN_RELU:
        return x < 0 ? 0 : x;
    case RNN_LINEAR:
        return x;
    case RNN_HARD_SIGMOID:
        return clip_to_unit(x / 6 + 0.5);
    case RNN_HARD_SIGMOID_KERAS2:
        return clip_to_unit(0.2 * x + 0.5);
    case RNN_SOFTSIGN:
        return x / (1 + fabs(x));
    case RNN_SOFTPLUS: /* log(1 + exp(x)), where exp(x) may overflow */
        return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));
    case RNN_ELU:
        return x > 0 ? x : expm1(x);
    case RNN_SELU:
        return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
    case RNN_GELU: /* 1 + erf(a) = erfc(-a), which keeps its digits where x is far below 0 */
        return x / 2 * erfc(-x / sqrt(2));
    case RNN_SILU:
        return x / (1 + exp(-x));
    case RNN_EXPONENTIAL:
        return exp(x);
    case RNN_ACTIVATION_COUNT:
        break;
    }
    return NAN;
}

/* ---- One step of one batch row ------------------------------------------------------------ */

/* What a step needs: D, M, W, U, b, act and rec of the formulas. */
typedef struct step_context {
    const rnn_layer *layer;
    const float *W, *U, *b;
    const float *p, *W_p; /* peepholes and projection of an LSTM, or NULL */
    size_t D, M;
    size_t widths[2]; /* widths of h and c */
    double *z;        /* [4 M] pre-activations */
    double *inner;    /* [M]; of GRU h U_h + b_1h, or r h; of LSTM o act(c) */
} step_context;

/* sum += row W, over the columns that `matrix` points to; neighbouring rows are `stride` apart. */
static void add_product(double *sum, size_t columns, const double *row, size_t length,
                        const float *matrix, size_t stride) {
    for (size_t k = 0; k < length; k++)
        for (size_t j = 0; j < columns; j++)
            sum[j] += row[k] * (double)matrix[k * stride + j];
}

static void set_bias(double *sum, size_t columns, const float *bias) {
    for (size_t j = 0; j < columns; j++)
        sum[j] = bias ? (double)bias[j] : 0;
}

/* Clips a number to [-limit, limit]. With a limit of 0, or a NaN, it stays as it is. */
static double clip(double x, float limit) {
    double bound = limit;
    return limit > 0 && x > bound ? bound : limit > 0 && x < -bound ? -bound : x;
}

/* Clips what goes into a gate. */
static double act(const step_context *s, double x) {
    return oracle_activate(s->layer->activation, clip(x, s->layer->gate_clip));
}

static double rec(const step_context *s, double x) {
    return oracle_activate(s->layer->recurrent_activation, clip(x, s->layer->gate_clip));
}

static void simple_step(const step_context *s, const double *x, double *h) {
    double *z = s->z;
    set_bias(z, s->M, s->b);
    add_product(z, s->M, x, s->D, s->W, s->M);
    add_product(z, s->M, h, s->M, s->U, s->M);
    for (size_t j = 0; j < s->M; j++)
        h[j] = act(s, z[j]);
}

/* The peephole of gate 0 (i), 1 (f) or 2 (o). */
static double peephole(const step_context *s, size_t gate, size_t j) {
    return s->p ? (double)s->p[gate * s->M + j] : 0;
}

static void lstm_step(const step_context *s, const double *x, double *h, double *c) {
    size_t M = s->M, columns = 4 * M;
    double *z_i = s->z, *z_f = z_i + M, *z_c = z_f + M, *z_o = z_c + M, *output = s->inner;
    set_bias(s->z, columns, s->b);
    add_product(s->z, columns, x, s->D, s->W, columns);
    add_product(s->z, columns, h, s->widths[0], s->U, columns);
    for (size_t j = 0; j < M; j++) {
        double i = rec(s, s->p ? z_i[j] + peephole(s, 0, j) * c[j] : z_i[j]);
        double f = rec(s, s->p ? z_f[j] + peephole(s, 1, j) * c[j] : z_f[j]);
        if (s->layer->coupling == RNN_COUPLING_INPUT)
            i = 1 - f;
        if (s->layer->coupling == RNN_COUPLING_FORGET)
            f = 1 - i;
        c[j] = clip(f * c[j] + i * act(s, z_c[j]), s->layer->cell_clip);
        double o = rec(s, s->p ? z_o[j] + peephole(s, 2, j) * c[j] : z_o[j]);
        output[j] = o * oracle_activate(s->layer->activation, c[j]);
    }
    if (!s->W_p) {
        memcpy(h, output, M * sizeof *h);
        return;
    }
    memset(h, 0, s->widths[0] * sizeof *h);
    add_product(h, s->widths[0], output, M, s->W_p, s->widths[0]);
    for (size_t j = 0; j < s->widths[0]; j++)
        h[j] = clip(h[j], s->layer->projection_clip);
}

static void gru_step(const step_context *s, const double *x, double attention, double *h) {
    size_t M = s->M, columns = 3 * M;
    double *z = s->z, *r = z + M, *candidate = r + M, *inner = s->inner;
    const float *U_h = s->U + 2 * M;
    const float *b_1 = s->b ? s->b + columns : NULL;

    set_bias(s->z, columns, s->b);
    add_product(s->z, columns, x, s->D, s->W, columns);
    add_product(s->z, 2 * M, h, M, s->U, columns);
    for (size_t j = 0; j < 2 * M; j++) {
        double recurrent_bias = s->layer->reset_after && b_1 ? (double)b_1[j] : 0;
        s->z[j] = rec(s, s->z[j] + recurrent_bias);
    }
    for (size_t j = 0; s->layer->attention && j < M; j++)
        z[j] *= 1 - attention;
    if (s->layer->reset_after) {
        set_bias(inner, M, b_1 ? b_1 + 2 * M : NULL);
        add_product(inner, M, h, M, U_h, columns);
        for (size_t j = 0; j < M; j++)
            candidate[j] += r[j] * inner[j];
    } else {
        for (size_t j = 0; j < M; j++)
            inner[j] = r[j] * h[j];
        add_product(candidate, M, inner, M, U_h, columns);
    }
    for (size_t j = 0; j < M; j++)
        h[j] = z[j] * h[j] + (1 - z[j]) * act(s, candidate[j]);
}

static void step(const step_context *s, const double *x, double attention, double *h, double *c) {
    switch (s->layer->cell) {
    case RNN_SIMPLE:
        simple_step(s, x, h);
        break;
    case RNN_LSTM:
        lstm_step(s, x, h, c);
        break;
    case RNN_GRU:
        gru_step(s, x, attention, h);
        break;
    case RNN_CELL_COUNT:
        break;
    }
}

/* ---- One direction ------------------------------------------------------------------------ */

/* N, T and which steps count. These are the same for every layer of the model, because Keras hands
 * the mask on unchanged, even above a layer that puts its sequence out in reverse. */
typedef struct batch_shape {
    size_t N, T;
    const int32_t *lengths;
    const uint8_t *mask;
    const float *attention;
} batch_shape;

static bool step_counts(const batch_shape *shape, size_t n, size_t t) {
    bool within_length = !shape->lengths || t < (size_t)shape->lengths[n];
    bool unmasked = !shape->mask || shape->mask[n * shape->T + t] != 0;
    return within_length && unmasked;
}

/* Keras' Bidirectional sets zero_output_for_mask to return_sequences, whatever its layers were
 * given. */
static bool zeroes_masked(const rnn_layer *layer) {
    if (layer->direction == RNN_BIDIRECTIONAL)
        return layer->return_sequences;
    return layer->zero_output_for_mask;
}

/* Runs one direction over x [N, T, D]. h and c [N, width] are the states before and afterwards; y
 * [N, T, width of h] gets every step's output in the order of processing. */
static void run_direction(const step_context *s, const batch_shape *shape, bool backward,
                          const double *x, double *h, double *c, double *y) {
    size_t T = shape->T, width = s->widths[0];
    for (size_t n = 0; n < shape->N; n++) {
        for (size_t i = 0; i < T; i++) {
            size_t t = backward ? T - 1 - i : i;
            bool counts = step_counts(shape, n, t);
            double attention = s->layer->attention ? (double)shape->attention[n * T + t] : 0;
            if (counts)
                step(s, x + (n * T + t) * s->D, attention, h + n * width, c + n * s->widths[1]);
            for (size_t j = 0; j < width; j++)
                y[(n * T + i) * width + j] =
                    !counts && zeroes_masked(s->layer) ? 0 : h[n * width + j];
        }
    }
}

/* ---- One layer ---------------------------------------------------------------------------- */

static double merged(rnn_merge merge, double forward, double backward) {
    switch (merge) {
    case RNN_SUM:
        return forward + backward;
    case RNN_MUL:
        return forward * backward;
    case RNN_AVE:
        return (forward + backward) / 2;
    default:
        return NAN;
    }
}

static size_t output_steps(const rnn_layer *layer, size_t T) {
    return layer->return_sequences ? T : 1;
}

/* The row of y, the output [N, T, width] of one direction, that becomes step t of the layer's
 * output. A sequence stays as it was processed, except that a flipped half goes back to the order
 * of time. Without sequences it is the last step processed. */
static const double *output_row(const rnn_layer *layer, const batch_shape *shape, const double *y,
                                size_t n, size_t t, bool flipped) {
    size_t i = !layer->return_sequences ? shape->T - 1 : flipped ? shape->T - 1 - t : t;
    return y + (n * shape->T + i) * (size_t)rnn_layer_direction_width(layer);
}

/* Joins the outputs of the directions into `out` [N, T or 1, width]; y[1] is NULL where there is
 * one direction. For RNN_NONE the backward half goes to out_backward, which may be NULL. */
static void merge_directions(const rnn_layer *layer, const batch_shape *shape, double *const y[2],
                             double *out, double *out_backward) {
    size_t half = (size_t)rnn_layer_direction_width(layer);
    size_t width = (size_t)rnn_layer_output_width(layer);
    size_t steps = output_steps(layer, shape->T);
    for (size_t n = 0; n < shape->N; n++) {
        for (size_t t = 0; t < steps; t++) {
            const double *forward = output_row(layer, shape, y[0], n, t, false);
            double *row = out + (n * steps + t) * width;
            memcpy(row, forward, half * sizeof *row);
            if (!y[1])
                continue;
            const double *backward = output_row(layer, shape, y[1], n, t, true);
            if (layer->merge == RNN_CONCAT)
                memcpy(row + half, backward, half * sizeof *row);
            else if (layer->merge == RNN_NONE && out_backward)
                memcpy(out_backward + (n * steps + t) * half, backward, half * sizeof *row);
            else if (layer->merge != RNN_NONE)
                for (size_t j = 0; j < half; j++)
                    row[j] = merged(layer->merge, forward[j], backward[j]);
        }
    }
}

static double *new_doubles(size_t a, size_t b, size_t c) {
    size_t count;
    if (__builtin_mul_overflow(a, b, &count) || __builtin_mul_overflow(count, c, &count))
        return NULL;
    return calloc(count, sizeof(double));
}

static void read_state(double *state, const float *initial, size_t count) {
    for (size_t i = 0; i < count; i++)
        state[i] = initial ? (double)initial[i] : 0;
}

static void write_state(double *final, const double *state, size_t count) {
    if (final)
        memcpy(final, state, count * sizeof *state);
}

/* Runs direction `index` of a layer on x and returns its output [N, T, width of h], or NULL where
 * there is no memory. first_state is the index of its h among the model's states. */
static double *direction_output(const rnn_layer *layer, const rnn_weights *weights,
                                const batch_shape *shape, bool backward, const double *x,
                                const oracle_io *io, int first_state) {
    const size_t M = (size_t)layer->units;
    const size_t widths[2] = {(size_t)rnn_layer_state_width(layer, 0),
                              (size_t)rnn_layer_state_width(layer, 1)};
    double *y = new_doubles(shape->N, shape->T, widths[0]);
    double *h = new_doubles(shape->N, widths[0], 1), *c = new_doubles(shape->N, widths[1], 1);
    step_context context = {.layer = layer,
                            .W = weights->kernel.data,
                            .U = weights->recurrent_kernel.data,
                            .b = layer->use_bias ? weights->bias.data : NULL,
                            .p = layer->peepholes ? weights->peepholes.data : NULL,
                            .W_p = layer->projection > 0 ? weights->projection.data : NULL,
                            .D = (size_t)layer->features,
                            .M = M,
                            .widths = {widths[0], widths[1]},
                            .z = new_doubles(4, M, 1),
                            .inner = new_doubles(M, 1, 1)};
    bool complete = y && h && c && context.z && context.inner;
    if (complete) {
        double *both[2] = {h, c};
        int count = rnn_cell_states(layer->cell);
        for (int i = 0; i < count; i++)
            read_state(both[i], io->initial_states ? io->initial_states[first_state + i] : NULL,
                       shape->N * widths[i]);
        run_direction(&context, shape, backward, x, h, c, y);
        for (int i = 0; i < count; i++)
            write_state(io->final_states ? io->final_states[first_state + i] : NULL, both[i],
                        shape->N * widths[i]);
    }
    free(h);
    free(c);
    free(context.z);
    free(context.inner);
    if (complete)
        return y;
    free(y);
    return NULL;
}

/* Returns the layer's output [N, T or 1, width], or NULL where there is no memory. */
static double *layer_output(const rnn_layer *layer, const rnn_weights *weights,
                            const batch_shape *shape, const double *x, const oracle_io *io,
                            int first_state, double *out_backward) {
    bool bidirectional = layer->direction == RNN_BIDIRECTIONAL;
    int states = rnn_cell_states(layer->cell);
    double *out =
        new_doubles(shape->N, output_steps(layer, shape->T), (size_t)rnn_layer_output_width(layer));
    double *y[2] = {NULL, NULL};
    y[0] = direction_output(layer, &weights[0], shape, layer->direction == RNN_BACKWARD, x, io,
                            first_state);
    if (bidirectional)
        y[1] = direction_output(layer, &weights[1], shape, true, x, io, first_state + states);
    bool complete = out && y[0] && (y[1] || !bidirectional);
    if (complete)
        merge_directions(layer, shape, y, out, out_backward);
    free(y[0]);
    free(y[1]);
    if (complete)
        return out;
    free(out);
    return NULL;
}

/* ---- The model ---------------------------------------------------------------------------- */

/* y [rows, units] = activation(x [rows, features] kernel + bias) */
static void run_dense(const rnn_dense *dense, const rnn_model_weights *weights, size_t features,
                      size_t rows, const double *x, double *y) {
    size_t units = (size_t)dense->units;
    for (size_t i = 0; i < rows; i++) {
        double *row = y + i * units;
        set_bias(row, units, dense->use_bias ? weights->dense_bias.data : NULL);
        add_product(row, units, x + i * features, features, weights->dense_kernel.data, units);
        for (size_t j = 0; j < units; j++)
            row[j] = oracle_activate(dense->activation, row[j]);
    }
}

static double *widened(const float *x, size_t a, size_t b, size_t c) {
    double *wide = new_doubles(a, b, c);
    for (size_t i = 0; wide && i < a * b * c; i++)
        wide[i] = (double)x[i];
    return wide;
}

bool oracle_run(const rnn_model *model, const rnn_model_weights *weights, int batch, int timesteps,
                const oracle_io *io) {
    batch_shape shape = {(size_t)batch, (size_t)timesteps, io->lengths, io->mask, io->attention};
    const rnn_weights *layer_weights = weights->layers;
    int first_state = 0;
    double *x = widened(io->x, shape.N, shape.T, (size_t)model->layers[0].features);
    for (int i = 0; x && i < model->layer_count; i++) {
        const rnn_layer *layer = &model->layers[i];
        double *y = layer_output(layer, layer_weights, &shape, x, io, first_state, io->y_backward);
        int directions = rnn_layer_directions(layer);
        layer_weights += directions;
        first_state += directions * rnn_cell_states(layer->cell);
        free(x);
        x = y;
    }
    if (!x)
        return false;
    const rnn_layer *last = &model->layers[model->layer_count - 1];
    size_t rows = shape.N * output_steps(last, shape.T);
    size_t width = (size_t)rnn_layer_output_width(last);
    if (io->y && model->dense)
        run_dense(model->dense, weights, width, rows, x, io->y);
    else if (io->y)
        memcpy(io->y, x, rows * width * sizeof *x);
    free(x);
    return true;
}
