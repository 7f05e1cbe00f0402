/* SPDX-License-Identifier: MIT
 * vf: sixteen floats in plain C, for the compiler to vectorise as it can. (With eight, gcc 12
 * unrolls the narrowest panel's loop of 16 before its vectoriser sees it, and vectorises nothing.)
 */
#ifndef RNN_VEC_PLAIN_H
#define RNN_VEC_PLAIN_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { VF_FLOATS = 16, VF_TILE = 12, VF_IN_FLIGHT = 8, VF_NARROW_TO = 0 /* never */ };

#define VF_IS_ARRAY /* a vf is an array, and not in a register */

typedef struct vf {
    float lane[VF_FLOATS];
} vf;

#define FOR_LANES for (int i = 0; i < VF_FLOATS; i++)

/* fmaf is a library call where the instruction is missing. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define MULTIPLY_ADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

static inline vf vf_load(const float *from) {
    vf result;
    FOR_LANES
    result.lane[i] = from[i];
    return result;
}
static inline void vf_store(float *to, vf a) {
    FOR_LANES
    to[i] = a.lane[i];
}
/* Stores the first `count` lanes only, 1 <= count <= VF_FLOATS, and does not touch memory
 * beyond. */
static inline void vf_store_first(float *to, vf a, int count) {
    for (int i = 0; i < count; i++)
        to[i] = a.lane[i];
}
static inline vf vf_set(float a) {
    vf result;
    FOR_LANES
    result.lane[i] = a;
    return result;
}
static inline vf vf_add(vf a, vf b) {
    FOR_LANES
    a.lane[i] += b.lane[i];
    return a;
}
static inline vf vf_sub(vf a, vf b) {
    FOR_LANES
    a.lane[i] -= b.lane[i];
    return a;
}
static inline vf vf_mul(vf a, vf b) {
    FOR_LANES
    a.lane[i] *= b.lane[i];
    return a;
}
static inline vf vf_div(vf a, vf b) {
    FOR_LANES
    a.lane[i] /= b.lane[i];
    return a;
}
/* a b + c */
static inline vf vf_fma(vf a, vf b, vf c) {
    FOR_LANES
    c.lane[i] = MULTIPLY_ADD(a.lane[i], b.lane[i], c.lane[i]);
    return c;
}
/* c - a b */
static inline vf vf_fnma(vf a, vf b, vf c) {
    FOR_LANES
    c.lane[i] = MULTIPLY_ADD(-a.lane[i], b.lane[i], c.lane[i]);
    return c;
}
/* A NaN in b is kept. */
static inline vf vf_min(vf a, vf b) {
    FOR_LANES
    b.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    return b;
}
static inline vf vf_max(vf a, vf b) {
    FOR_LANES
    b.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return b;
}
static inline vf vf_abs(vf a) {
    FOR_LANES
    a.lane[i] = fabsf(a.lane[i]);
    return a;
}
/* x < 0 ? a : b */
static inline vf vf_if_negative(vf x, vf a, vf b) {
    FOR_LANES
    b.lane[i] = x.lane[i] < 0 ? a.lane[i] : b.lane[i];
    return b;
}
/* The float whose exponent field holds the lowest bits of a, and whose fraction is 0. */
static inline vf vf_low_bits_to_exponent(vf a) {
    FOR_LANES
    {
        uint32_t bits;
        memcpy(&bits, &a.lane[i], sizeof bits);
        bits <<= 23;
        memcpy(&a.lane[i], &bits, sizeof bits);
    }
    return a;
}
/* a 2^n for a whole n in -250 .. 250, in two steps, since neither 2^128 nor 2^-150 is a float. */
static inline vf vf_scale(vf a, vf n) {
    const float whole_and_bias = 12583039.0f; /* 1.5 2^23 + 127: leaves n + 127 in the low bits */
    vf half, rest;
    FOR_LANES
    {
        half.lane[i] = 0.5f * n.lane[i] + whole_and_bias;
        rest.lane[i] = n.lane[i] - (half.lane[i] - whole_and_bias) + whole_and_bias;
    }
    return vf_mul(vf_mul(a, vf_low_bits_to_exponent(half)), vf_low_bits_to_exponent(rest));
}

#endif
