/* SPDX-License-Identifier: MIT
 * vf: sixteen floats in a ZMM register. */
#ifndef RNN_VEC_AVX512_H
#define RNN_VEC_AVX512_H

#include <immintrin.h>

typedef __m512 vf;
enum {
    VF_FLOATS = 16,
    VF_TILE = 24,     /* sums held in registers: 32 less one weight vector and six broadcasts */
    VF_IN_FLIGHT = 8, /* sums needed to hide the latency of an FMA: 4 cycles, 2 a cycle */
    VF_NARROW_TO = 10 /* rows; with more, tiles of four vectors are as quick as one of two */
};

/* Fetches a line into L2. Always inlined, as gcc takes a call of it for one without effect. */
static ALWAYS_INLINE void vf_fetch(const float *line) {
    _mm_prefetch((const char *)line, _MM_HINT_T1);
}
static inline vf vf_load(const float *from) {
    return _mm512_loadu_ps(from);
}
static inline void vf_store(float *to, vf a) {
    _mm512_storeu_ps(to, a);
}
/* Stores the first `count` lanes only, 1 <= count <= VF_FLOATS, and does not touch memory
 * beyond. */
static inline void vf_store_first(float *to, vf a, int count) {
    _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), a);
}
static inline vf vf_broadcast(const float *from) {
    return _mm512_set1_ps(*from);
}
static inline vf vf_set(float a) {
    return _mm512_set1_ps(a);
}
/* Keeps `a` in a register. Otherwise gcc would fold its load into each of two or three
 * multiply-adds, and loads would be the limit. */
static ALWAYS_INLINE vf vf_in_register(vf a) {
    __asm__("" : "+v"(a));
    return a;
}
static inline vf vf_add(vf a, vf b) {
    return _mm512_add_ps(a, b);
}
static inline vf vf_sub(vf a, vf b) {
    return _mm512_sub_ps(a, b);
}
static inline vf vf_mul(vf a, vf b) {
    return _mm512_mul_ps(a, b);
}
static inline vf vf_div(vf a, vf b) {
    return _mm512_div_ps(a, b);
}
/* a b + c, rounded once */
static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm512_fmadd_ps(a, b, c);
}
/* c - a b, rounded once */
static inline vf vf_fnma(vf a, vf b, vf c) {
    return _mm512_fnmadd_ps(a, b, c);
}
/* A NaN in b is kept, as vminps and vmaxps return their second operand then. */
static inline vf vf_min(vf a, vf b) {
    return _mm512_min_ps(a, b);
}
static inline vf vf_max(vf a, vf b) {
    return _mm512_max_ps(a, b);
}
static inline vf vf_abs(vf a) {
    return _mm512_abs_ps(a);
}
/* x < 0 ? a : b */
static inline vf vf_if_negative(vf x, vf a, vf b) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ), b, a);
}
/* The float whose exponent field holds the lowest bits of a, and whose fraction is 0. */
static inline vf vf_low_bits_to_exponent(vf a) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a), 23));
}
/* a 2^n */
static inline vf vf_scale(vf a, vf n) {
    return _mm512_scalef_ps(a, n);
}

#endif
