/* SPDX-License-Identifier: MIT */
#ifndef __AVX512F__
#error "built without the flags of its instruction set"
#endif

#include <immintrin.h>

static inline __m512 vf_set1(float value) {
    return _mm512_set1_ps(value);
}

static inline __m512 vf_fma(__m512 a, __m512 b, __m512 c) {
    return _mm512_fmadd_ps(a, b, c);
}

#define VF         __m512
#define PEAK_TABLE peak_kernels_avx512
#define PEAK_NAME  "avx512"
#include "kernels/isa/peak.inc.h"
