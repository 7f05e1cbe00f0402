/* SPDX-License-Identifier: MIT
 *
 * exp, expm1, tanh, sigmoid, log1p and erfc on vf, branch-free. Polynomials are minimax (Remez);
 * each states its own maximum relative error. Of the finished functions, on any instruction set, in
 * units in the last place of the result (tests/vec_math.c holds them to it):
 *
 *   tanh 2.6   sigmoid 2.5   exponential 1.1   elu 1.1   selu 1.8   softplus 2.6   softsign 1.5
 *   silu 2.3 down to x = -88, then within 3e-37 of 0
 *   gelu 7, and 2 x^2 more for x < 0, where exp(-x^2 / 2) makes its error grow
 *
 * NaN goes in and out of every one of them, infinities saturate.
 */

/* x = n ln 2 + r with |r| <= ln(2) / 2; ln 2 in two parts, so that r keeps all its bits. */
static inline vf vf_split_by_ln2(vf x, vf *n) {
    *n = vf_round(vf_mul(x, vf_set(1.44269504f)));
    vf r = vf_fnma(*n, vf_set(0.693145752f), x);
    return vf_fnma(*n, vf_set(1.42860677e-6f), r);
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

/* Whole range: 2^n is applied in two steps, since neither 2^128 nor 2^-150 is a float. */
static inline vf vf_exp(vf x) {
    x = vf_min(vf_set(89.0f), vf_max(vf_set(-104.0f), x));
    vf n, one = vf_set(1.0f);
    vf r = vf_split_by_ln2(x, &n);
    vf half = vf_round(vf_mul(n, vf_set(0.5f)));
    vf scaled = vf_mul(vf_add(one, vf_expm1_of_remainder(r)), vf_power_of_two(half));
    return vf_mul(scaled, vf_power_of_two(vf_sub(n, half)));
}

/* For x >= -87 or so; 2^128 comes out as infinity, which is what 1 / (1 + exp(x)) wants. */
static inline vf vf_exp_not_small(vf x) {
    x = vf_min(vf_set(88.7f), vf_max(vf_set(-87.0f), x));
    vf n;
    vf r = vf_split_by_ln2(x, &n);
    return vf_mul(vf_add(vf_set(1.0f), vf_expm1_of_remainder(r)), vf_power_of_two(n));
}

/* exp(x) - 1 for x <= 20 without cancellation near 0 */
static inline vf vf_expm1(vf x) {
    x = vf_min(vf_set(20.0f), vf_max(vf_set(-20.0f), x));
    vf n;
    vf r = vf_split_by_ln2(x, &n);
    vf scale = vf_power_of_two(n);
    return vf_fma(scale, vf_expm1_of_remainder(r), vf_sub(scale, vf_set(1.0f)));
}

/* tanh x = (exp 2x - 1) / (exp 2x + 1); 1 in f32 from 9.02 on */
static inline vf vf_tanh(vf x) {
    vf e = vf_expm1(vf_add(x, x));
    return vf_div(e, vf_add(e, vf_set(2.0f)));
}

static inline vf vf_sigmoid(vf x) {
    vf one = vf_set(1.0f);
    return vf_div(one, vf_add(one, vf_exp_not_small(vf_sub(vf_set(0.0f), x))));
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
