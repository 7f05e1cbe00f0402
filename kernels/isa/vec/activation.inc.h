/* SPDX-License-Identifier: MIT
 * Every activation of rnn_activation on vf. */

#include <math.h>

/* A straight line between two bounds: relu, linear and the hard sigmoids. */
typedef struct clipped_line {
    float slope, offset, low, high;
} clipped_line;

static const clipped_line clipped_lines[RNN_ACTIVATION_COUNT] = {
    [RNN_RELU] = {1, -0.0f, 0, INFINITY},
    [RNN_LINEAR] = {1, -0.0f, -INFINITY, INFINITY},
    [RNN_HARD_SIGMOID] = {1 / 6.0f, 0.5f, 0, 1},
    [RNN_HARD_SIGMOID_KERAS2] = {0.2f, 0.5f, 0, 1},
};

static ALWAYS_INLINE bool is_clipped_line(rnn_activation activation) {
    return clipped_lines[activation].slope != 0;
}

static ALWAYS_INLINE vf vf_clipped_line(rnn_activation activation, vf x) {
    const clipped_line *line = &clipped_lines[activation];
    return vf_clamp(vf_fma(vf_set(line->slope), x, vf_set(line->offset)), line->low, line->high);
}

static inline vf vf_elu(vf x) {
    return vf_if_negative(x, vf_expm1(x), x);
}

static inline vf vf_selu(vf x) {
    const float scale = 1.0507009873554805f, scale_alpha = 1.7580993408473766f;
    return vf_if_negative(x, vf_mul(vf_set(scale_alpha), vf_expm1(x)), vf_mul(vf_set(scale), x));
}

static inline vf vf_silu(vf x) {
    return vf_div(x, vf_exp_minus_plus_one(x));
}

static inline vf vf_softsign(vf x) {
    return vf_div(x, vf_add(vf_set(1.0f), vf_abs(x)));
}

/* This is not inlined, so that the switch and its bodies stand once, beside those that are usual or
 * short. */
static __attribute__((noinline)) vf vf_activate(rnn_activation activation, vf x) {
    switch (activation) {
    case RNN_TANH:
        return vf_tanh(x);
    case RNN_SIGMOID:
        return vf_sigmoid(x);
    case RNN_RELU:
    case RNN_LINEAR:
    case RNN_HARD_SIGMOID:
    case RNN_HARD_SIGMOID_KERAS2:
        return vf_clipped_line(activation, x);
    case RNN_SOFTSIGN:
        return vf_softsign(x);
    case RNN_SOFTPLUS:
        return vf_softplus(x);
    case RNN_ELU:
        return vf_elu(x);
    case RNN_SELU:
        return vf_selu(x);
    case RNN_GELU:
        return vf_gelu(x);
    case RNN_SILU:
        return vf_silu(x);
    case RNN_EXPONENTIAL:
        return vf_exp(x);
    case RNN_ACTIVATION_COUNT:
        break;
    }
    return x;
}

/* A line is inlined, as a call would cost more than it does. */
static ALWAYS_INLINE vf vf_activate_in_place(rnn_activation activation, vf x) {
    return is_clipped_line(activation) ? vf_clipped_line(activation, x)
                                       : vf_activate(activation, x);
}

/* The activations of a step. `usual` is a constant wherever this is built, so that tanh and
 * sigmoid are inlined. Besides these only the clipped lines are inlined, for steps with other
 * activations. */
typedef struct gate_activations {
    bool usual;
    rnn_activation activation, recurrent;
    float clip; /* what goes into a gate is clipped to [-clip, clip]; 0: it is not */
} gate_activations;

static ALWAYS_INLINE vf gate_clipped(gate_activations by, vf x) {
    return by.clip > 0 ? vf_clamp(x, -by.clip, by.clip) : x;
}

static ALWAYS_INLINE vf gate_rec(gate_activations by, vf x) {
    return by.usual ? vf_sigmoid(x) : vf_activate_in_place(by.recurrent, gate_clipped(by, x));
}

/* The activation of LSTM's c, which is not clipped as it is no gate. */
static ALWAYS_INLINE vf gate_act_of_state(gate_activations by, vf x) {
    return by.usual ? vf_tanh(x) : vf_activate_in_place(by.activation, x);
}

static ALWAYS_INLINE vf gate_act(gate_activations by, vf x) {
    return by.usual ? vf_tanh(x) : vf_activate_in_place(by.activation, gate_clipped(by, x));
}
