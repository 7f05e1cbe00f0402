/* SPDX-License-Identifier: MIT */
#ifndef __AVX2__
#error "built without the flags of its instruction set"
#endif

#include <immintrin.h>

static inline __m256 vf_set1(float value) {
    return _mm256_set1_ps(value);
}

static inline __m256 vf_fma(__m256 a, __m256 b, __m256 c) {
    return _mm256_fmadd_ps(a, b, c);
}

#define VF         __m256
#define PEAK_TABLE peak_kernels_avx2
#define PEAK_NAME  "avx2"
#include "kernels/isa/peak.inc.h"
