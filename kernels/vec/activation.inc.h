/* SPDX-License-Identifier: MIT
 * Every activation of rnn_activation on vf. */

static inline vf vf_clip_to_unit(vf x) {
    return vf_min(vf_set(1.0f), vf_max(vf_set(0.0f), x));
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

/* Not inlined: the switch and its thirteen bodies stand once, beside the two that are usual. */
static __attribute__((noinline)) vf vf_activate(rnn_activation activation, vf x) {
    switch (activation) {
    case RNN_TANH:
        return vf_tanh(x);
    case RNN_SIGMOID:
        return vf_sigmoid(x);
    case RNN_RELU:
        return vf_max(vf_set(0.0f), x);
    case RNN_HARD_SIGMOID:
        return vf_clip_to_unit(vf_add(vf_div(x, vf_set(6.0f)), vf_set(0.5f)));
    case RNN_HARD_SIGMOID_KERAS2:
        return vf_clip_to_unit(vf_fma(vf_set(0.2f), x, vf_set(0.5f)));
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
    case RNN_LINEAR:
    case RNN_ACTIVATION_COUNT:
        break;
    }
    return x;
}

/* The activations of a step. `usual` is a constant wherever this is built, so that tanh and sigmoid
 * are inlined and the rest goes through vf_activate. */
typedef struct gate_activations {
    bool usual;
    rnn_activation activation, recurrent;
} gate_activations;

static ALWAYS_INLINE vf gate_act(gate_activations by, vf x) {
    return by.usual ? vf_tanh(x) : vf_activate(by.activation, x);
}

static ALWAYS_INLINE vf gate_rec(gate_activations by, vf x) {
    return by.usual ? vf_sigmoid(x) : vf_activate(by.recurrent, x);
}
