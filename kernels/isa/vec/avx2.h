/* SPDX-License-Identifier: MIT
 * vf: eight floats in a YMM register. */
#ifndef RNN_VEC_AVX2_H
#define RNN_VEC_AVX2_H

#include <immintrin.h>

typedef __m256 vf;
enum {
    VF_FLOATS = 8,
    VF_TILE = 12,     /* sums held in registers: 16 less one weight vector and three broadcasts */
    VF_IN_FLIGHT = 8, /* sums needed to hide the latency of an FMA: 4 cycles, 2 a cycle */
    VF_NARROW_TO = 5  /* rows; with more, tiles of four vectors are as quick as one of two */
};

/* Fetches a line into L2. Always inlined, as gcc takes a call of it for one without effect. */
static ALWAYS_INLINE void vf_fetch(const float *line) {
    _mm_prefetch((const char *)line, _MM_HINT_T1);
}
static inline vf vf_load(const float *from) {
    return _mm256_loadu_ps(from);
}
static inline void vf_store(float *to, vf a) {
    _mm256_storeu_ps(to, a);
}
/* Stores the first `count` lanes only, 1 <= count <= VF_FLOATS, and does not touch memory
 * beyond. */
static inline void vf_store_first(float *to, vf a, int count) {
    static const int lanes[2 * VF_FLOATS] = {-1, -1, -1, -1, -1, -1, -1, -1};
    __m256i mask = _mm256_loadu_si256((const __m256i *)(lanes + VF_FLOATS - count));
    _mm256_maskstore_ps(to, mask, a);
}
static inline vf vf_broadcast(const float *from) {
    return _mm256_broadcast_ss(from);
}
static inline vf vf_set(float a) {
    return _mm256_set1_ps(a);
}
/* Keeps `a` in a register. Otherwise gcc would fold its load into each of two or three
 * multiply-adds, and loads would be the limit. */
static ALWAYS_INLINE vf vf_in_register(vf a) {
    __asm__("" : "+x"(a));
    return a;
}
static inline vf vf_add(vf a, vf b) {
    return _mm256_add_ps(a, b);
}
static inline vf vf_sub(vf a, vf b) {
    return _mm256_sub_ps(a, b);
}
static inline vf vf_mul(vf a, vf b) {
    return _mm256_mul_ps(a, b);
}
static inline vf vf_div(vf a, vf b) {
    return _mm256_div_ps(a, b);
}
/* a b + c, rounded once */
static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm256_fmadd_ps(a, b, c);
}
/* c - a b, rounded once */
static inline vf vf_fnma(vf a, vf b, vf c) {
    return _mm256_fnmadd_ps(a, b, c);
}
/* A NaN in b is kept, as vminps and vmaxps return their second operand then. */
static inline vf vf_min(vf a, vf b) {
    return _mm256_min_ps(a, b);
}
static inline vf vf_max(vf a, vf b) {
    return _mm256_max_ps(a, b);
}
static inline vf vf_abs(vf a) {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
/* x < 0 ? a : b */
static inline vf vf_if_negative(vf x, vf a, vf b) {
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_LT_OQ));
}
/* The float whose exponent field holds the lowest bits of a, and whose fraction is 0. */
static inline vf vf_low_bits_to_exponent(vf a) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a), 23));
}
static inline vf vf_power_of_two(__m256i n) {
    __m256i biased = _mm256_add_epi32(n, _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
}
/* a 2^n for a whole n in -250 .. 250, in two steps, since neither 2^128 nor 2^-150 is a float. */
static inline vf vf_scale(vf a, vf n) {
    __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);
    vf part = _mm256_mul_ps(a, vf_power_of_two(half));
    return _mm256_mul_ps(part, vf_power_of_two(_mm256_sub_epi32(whole, half)));
}

#endif
