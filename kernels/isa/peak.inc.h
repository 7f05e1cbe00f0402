/* SPDX-License-Identifier: MIT
 *
 * The loops of peak.h, compiled once an instruction set: an isa_*.c includes its vf and then this
 * file, with RNN_PEAK_NAME set, before kernels.inc.h puts them into its table.
 *
 * The accumulators are named one by one, because both compilers keep some of an array in memory.
 * Twelve of them hide the latency of the multiply-add (4 cycles, 2 a cycle) and leave registers for
 * the operands. */
#include "kernels/isa/peak.h"

#include <string.h>

#if !defined(VF_IS_ARRAY)
typedef vf peak_vector;
#define PEAK_SET(value)   vf_set(value)
#define PEAK_FMA(a, b, c) vf_fma(a, b, c)
#elif defined(__ARM_FEATURE_FMA) && defined(__ARM_NEON)
/* AArch64 has a multiply-add in its baseline. */
#include <arm_neon.h>
typedef float32x4_t peak_vector;
#define PEAK_SET(value)   vdupq_n_f32(value)
#define PEAK_FMA(a, b, c) vfmaq_f32(c, a, b)
#elif defined(__SSE__) || defined(__ARM_NEON)
/* Four floats at a time, as the baseline of x86-64 has them, with a multiply and an add. */
typedef float peak_vector __attribute__((vector_size(16)));
#define PEAK_SET(value)   ((peak_vector){value, value, value, value})
#define PEAK_FMA(a, b, c) ((a) * (b) + (c))
#else
typedef float peak_vector;
#define PEAK_SET(value)   (value)
#define PEAK_FMA(a, b, c) ((a) * (b) + (c))
#endif

/* Stands for an update of `v` that the compiler cannot see, so that it neither drops nor reorders
 * one. */
#if defined(__SSE__)
#define PEAK_OPAQUE(v) __asm__ volatile("" : "+x"(v))
#elif defined(__ARM_NEON)
#define PEAK_OPAQUE(v) __asm__ volatile("" : "+w"(v))
#else
#define PEAK_OPAQUE(v) __asm__ volatile("" : "+m"(v)) /* without vectors no peak matters */
#endif

enum { PEAK_LANES = (int)(sizeof(peak_vector) / sizeof(float)), PEAK_ACCUMULATORS = 12 };

static float peak_sum(peak_vector v) {
    float lanes[PEAK_LANES], sum = 0;
    memcpy(lanes, &v, sizeof lanes);
    for (int i = 0; i < PEAK_LANES; i++)
        sum += lanes[i];
    return sum;
}

static float peak_multiply_add(long rounds, float factor, float addend) {
    peak_vector x = PEAK_SET(factor), y = PEAK_SET(addend);
    peak_vector a0 = y, a1 = y, a2 = y, a3 = y, a4 = y, a5 = y;
    peak_vector a6 = y, a7 = y, a8 = y, a9 = y, a10 = y, a11 = y;
    for (long i = 0; i < rounds; i++) {
        a0 = PEAK_FMA(a0, x, y);
        a1 = PEAK_FMA(a1, x, y);
        a2 = PEAK_FMA(a2, x, y);
        a3 = PEAK_FMA(a3, x, y);
        a4 = PEAK_FMA(a4, x, y);
        a5 = PEAK_FMA(a5, x, y);
        a6 = PEAK_FMA(a6, x, y);
        a7 = PEAK_FMA(a7, x, y);
        a8 = PEAK_FMA(a8, x, y);
        a9 = PEAK_FMA(a9, x, y);
        a10 = PEAK_FMA(a10, x, y);
        a11 = PEAK_FMA(a11, x, y);
        PEAK_OPAQUE(a0); /* without this, twelve equal chains would become one */
        PEAK_OPAQUE(a1);
        PEAK_OPAQUE(a2);
        PEAK_OPAQUE(a3);
        PEAK_OPAQUE(a4);
        PEAK_OPAQUE(a5);
        PEAK_OPAQUE(a6);
        PEAK_OPAQUE(a7);
        PEAK_OPAQUE(a8);
        PEAK_OPAQUE(a9);
        PEAK_OPAQUE(a10);
        PEAK_OPAQUE(a11);
    }
    return peak_sum(((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)) + ((a8 + a9) + (a10 + a11)));
}

static inline peak_vector peak_load(const float *data) {
    peak_vector v;
    memcpy(&v, __builtin_assume_aligned(data, 64), sizeof v);
    return v;
}

static float peak_read(const float *data, size_t count, long passes) {
    peak_vector zero = PEAK_SET(0);
    peak_vector a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero,
                a7 = zero;
    for (long pass = 0; pass < passes; pass++) {
        for (size_t i = 0; i < count; i += 8 * (size_t)PEAK_LANES) {
            a0 += peak_load(data + i);
            a1 += peak_load(data + i + 1 * PEAK_LANES);
            a2 += peak_load(data + i + 2 * PEAK_LANES);
            a3 += peak_load(data + i + 3 * PEAK_LANES);
            a4 += peak_load(data + i + 4 * PEAK_LANES);
            a5 += peak_load(data + i + 5 * PEAK_LANES);
            a6 += peak_load(data + i + 6 * PEAK_LANES);
            a7 += peak_load(data + i + 7 * PEAK_LANES);
        }
        PEAK_OPAQUE(a0); /* without this, the second pass could reuse what the first one read */
        __asm__ volatile("" ::: "memory");
    }
    return peak_sum(((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)));
}

static const rnn_peak peak_loops = {.name = RNN_PEAK_NAME,
                                    .flops_per_round = 2 * PEAK_LANES * PEAK_ACCUMULATORS,
                                    .multiply_add = peak_multiply_add,
                                    .read = peak_read};
#define RNN_KERNELS_PEAK &peak_loops
