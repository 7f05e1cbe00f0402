/* SPDX-License-Identifier: MIT
 *
 * exp, expm1, tanh, sigmoid, log1p and erfc on vf, branch-free. Polynomials are minimax (Remez);
 * each states its own maximum relative error. Of the finished functions, on any instruction set, in
 * units in the last place of the result (tests/kernels/vec_math.c holds them to it):
 *
 *   tanh 2.54 (at 0x1.0a4ab6p-1), sigmoid 2.56 (at -0x1.f24864p+0), of all 2^32 floats; never
 *   outside of [-1, 1] and [0, 1]
 *   exponential 1.1   elu 1.1   selu 1.8   softplus 2.6   softsign 1.5
 *   hard sigmoids 0.85, below a result of 1/2 that many last places of 1/2
 *   silu 2.3 down to x = -88, then within 4e-37 of 0
 *   gelu 7, and 2 x^2 more for x < 0, where exp(-x^2 / 2) makes its error grow
 *
 * NaN goes in and out of every one of them, infinities saturate.
 */

/* ---- Powers of two ------------------------------------------------------------------------ */

/* 1.5 2^23 + 127. A sum with it has no fraction, and its lowest bits are n + 127, which is what the
 * exponent field of 2^n holds. */
static const float whole_and_bias = 12583039.0f;

typedef struct vf_whole {
    vf n, two_to_n;
} vf_whole;

/* n is the whole number nearest to factor x. 2^n is right for n from -126 to 127; it is 0 for -127,
 * infinity for 128, and some number for a NaN. */
static inline vf_whole vf_nearest_whole(vf x, float factor) {
    vf biased = vf_fma(x, vf_set(factor), vf_set(whole_and_bias));
    return (vf_whole){vf_sub(biased, vf_set(whole_and_bias)), vf_low_bits_to_exponent(biased)};
}

/* Always inlined: gcc calls it where many do, and a plain vf then goes through memory. */
static ALWAYS_INLINE vf vf_clamp(vf x, float low, float high) {
    return vf_min(vf_set(high), vf_max(vf_set(low), x));
}

/* ---- tanh and sigmoid --------------------------------------------------------------------- */

/* tanh u for |u| <= ln(2) / 4: relative error 5.6e-8 */
static inline vf vf_tanh_of_remainder(vf u) {
    vf square = vf_mul(u, u);
    vf q = vf_fma(square, vf_set(0.1311061916f), vf_set(-0.3333127301f));
    return vf_fma(vf_mul(u, square), q, u);
}

/* With x = n ln(2) / 2 + u, w = tanh u and s = 2^n:  exp 2x = s (1 + w) / (1 - w), so
 *   tanh x = (exp 2x - 1) / (exp 2x + 1) = ((s - 1) + w (s + 1)) / ((s + 1) + w (s - 1)).
 * n is so small that ln 2 need not be in two parts. */
static inline vf vf_tanh(vf x) {
    x = vf_clamp(x, -10.0f, 10.0f);
    vf_whole whole = vf_nearest_whole(x, 2.88539008f);
    vf w = vf_tanh_of_remainder(vf_fnma(whole.n, vf_set(0.346573591f), x));
    vf more = vf_add(whole.two_to_n, vf_set(1.0f)), less = vf_sub(whole.two_to_n, vf_set(1.0f));
    return vf_div(vf_fma(w, more, less), vf_fma(w, less, more));
}

/* Likewise with -x = n ln 2 + 2u:
 *   sigmoid x = 1 / (1 + exp -x) = (1 - w) / ((1 - w) + s (1 + w)),  in floats at most 1.
 * Where sigmoid underflows, n is 128, s infinite and the quotient 0. */
static inline vf vf_sigmoid(vf x) {
    x = vf_clamp(x, -88.7f, 87.0f);
    vf_whole whole = vf_nearest_whole(x, -1.44269504f);
    vf u = vf_fnma(whole.n, vf_set(0.346572876f), vf_mul(x, vf_set(-0.5f)));
    vf w = vf_tanh_of_remainder(vf_fnma(whole.n, vf_set(7.14303385e-7f), u));
    vf more = vf_add(vf_set(1.0f), w), less = vf_sub(vf_set(1.0f), w);
    return vf_div(less, vf_fma(whole.two_to_n, more, less));
}

/* ---- exp and its relatives ---------------------------------------------------------------- */

/* x - n ln 2, where ln 2 is in two parts so that the result keeps all its bits. */
static ALWAYS_INLINE vf vf_less_ln2(vf x, vf n) {
    return vf_fnma(n, vf_set(1.42860677e-6f), vf_fnma(n, vf_set(0.693145752f), x));
}

/* exp(r) - 1 for |r| <= ln(2) / 2: relative error 1.4e-8 */
static inline vf vf_expm1_of_remainder(vf r) {
    vf q = vf_set(0.001388252155f);
    q = vf_fma(q, r, vf_set(0.008366520573f));
    q = vf_fma(q, r, vf_set(0.04166719986f));
    q = vf_fma(q, r, vf_set(0.1666654362f));
    q = vf_fma(q, r, vf_set(0.4999999815f));
    return vf_fma(vf_mul(r, r), q, r);
}

/* exp(x) over the whole range, denormal results included. */
static inline vf vf_exp(vf x) {
    x = vf_clamp(x, -104.0f, 89.0f);
    vf n = vf_nearest_whole(x, 1.44269504f).n;
    vf rest = vf_expm1_of_remainder(vf_less_ln2(x, n));
    return vf_scale(vf_add(vf_set(1.0f), rest), n);
}

/* exp(x) - 1 for x <= 20 without cancellation near 0 */
static inline vf vf_expm1(vf x) {
    x = vf_clamp(x, -20.0f, 20.0f);
    vf_whole whole = vf_nearest_whole(x, 1.44269504f);
    vf rest = vf_expm1_of_remainder(vf_less_ln2(x, whole.n));
    return vf_fma(whole.two_to_n, rest, vf_sub(whole.two_to_n, vf_set(1.0f)));
}

/* exp(-x) + 1; infinity from 2^128 on */
static inline vf vf_exp_minus_plus_one(vf x) {
    vf minus = vf_clamp(vf_sub(vf_set(0.0f), x), -87.0f, 88.7f);
    vf_whole whole = vf_nearest_whole(minus, 1.44269504f);
    vf rest = vf_expm1_of_remainder(vf_less_ln2(minus, whole.n));
    return vf_fma(whole.two_to_n, vf_add(vf_set(1.0f), rest), vf_set(1.0f));
}

/* log(1 + e) for 0 <= e <= 1, as 2 atanh(e / (2 + e)): relative error 4.6e-9 */
static inline vf vf_log1p_to_one(vf e) {
    vf s = vf_div(e, vf_add(e, vf_set(2.0f)));
    vf t = vf_mul(s, s);
    vf p = vf_set(0.1401222941f);
    p = vf_fma(p, t, vf_set(0.1399957055f));
    p = vf_fma(p, t, vf_set(0.2001084953f));
    p = vf_fma(p, t, vf_set(0.3333320657f));
    vf twice = vf_add(s, s);
    return vf_fma(vf_mul(twice, t), p, twice);
}

/* log(1 + exp x) = max(x, 0) + log(1 + exp -|x|) */
static inline vf vf_softplus(vf x) {
    vf zero = vf_set(0.0f);
    return vf_add(vf_max(zero, x), vf_log1p_to_one(vf_exp(vf_sub(zero, vf_abs(x)))));
}

/* erfc(a) for a >= 0, as exp(-a^2) t P(t) with t = 1 / (1 + 0.4 a): t P(t) has relative error 9e-9,
 * exp(-a^2) loses a^2 / 2 ulp more. 0 from 10.2 on. */
static inline vf vf_erfc(vf a) {
    a = vf_min(vf_set(10.5f), a);
    vf t = vf_div(vf_set(1.0f), vf_fma(a, vf_set(0.4f), vf_set(1.0f)));
    vf p = vf_set(-0.02863681772f);
    p = vf_fma(p, t, vf_set(0.1928219921f));
    p = vf_fma(p, t, vf_set(-0.4866291f));
    p = vf_fma(p, t, vf_set(0.5312278023f));
    p = vf_fma(p, t, vf_set(-0.2709243089f));
    p = vf_fma(p, t, vf_set(0.2648745256f));
    p = vf_fma(p, t, vf_set(0.1321561777f));
    p = vf_fma(p, t, vf_set(0.2143907958f));
    p = vf_fma(p, t, vf_set(0.2250152665f));
    p = vf_fma(p, t, vf_set(0.2257036757f));
    return vf_mul(vf_mul(t, p), vf_exp(vf_sub(vf_set(0.0f), vf_mul(a, a))));
}

/* x / 2 (1 + erf(x / sqrt 2)) */
static inline vf vf_gelu(vf x) {
    vf tail = vf_erfc(vf_abs(vf_mul(x, vf_set(0.707106781f))));
    vf twice_cdf = vf_if_negative(x, tail, vf_sub(vf_set(2.0f), tail));
    return vf_mul(vf_mul(x, vf_set(0.5f)), twice_cdf);
}
