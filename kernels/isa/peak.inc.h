/* SPDX-License-Identifier: MIT
 *
 * The body of one table of peak_kernels.h, included once per instruction set. Before: VF (a vector
 * of floats), vf_set1, vf_fma(a, b, c) = a b + c, and PEAK_TABLE, PEAK_NAME.
 *
 * The accumulators are named one by one: from an array both compilers keep some in memory. Twelve
 * of them hide the latency of the multiply-add (4 cycles, 2 a cycle) and leave registers for the
 * operands.
 */
#include "kernels/isa/peak.h"

#include <string.h>

enum { LANES = (int)(sizeof(VF) / sizeof(float)), ACCUMULATORS = 12 };

/* An update that the compiler must assume to change `v`: it can neither drop nor reorder it. */
#define OPAQUE(v) __asm__ volatile("" : "+x"(v))

static float sum_lanes(VF v) {
    float lanes[LANES], sum = 0;
    memcpy(lanes, &v, sizeof lanes);
    for (int i = 0; i < LANES; i++)
        sum += lanes[i];
    return sum;
}

static float multiply_add(long rounds, float factor, float addend) {
    VF x = vf_set1(factor), y = vf_set1(addend);
    VF a0 = y, a1 = y, a2 = y, a3 = y, a4 = y, a5 = y;
    VF a6 = y, a7 = y, a8 = y, a9 = y, a10 = y, a11 = y;
    for (long i = 0; i < rounds; i++) {
        a0 = vf_fma(a0, x, y);
        a1 = vf_fma(a1, x, y);
        a2 = vf_fma(a2, x, y);
        a3 = vf_fma(a3, x, y);
        a4 = vf_fma(a4, x, y);
        a5 = vf_fma(a5, x, y);
        a6 = vf_fma(a6, x, y);
        a7 = vf_fma(a7, x, y);
        a8 = vf_fma(a8, x, y);
        a9 = vf_fma(a9, x, y);
        a10 = vf_fma(a10, x, y);
        a11 = vf_fma(a11, x, y);
        OPAQUE(a0); /* or twelve equal chains would be one */
        OPAQUE(a1);
        OPAQUE(a2);
        OPAQUE(a3);
        OPAQUE(a4);
        OPAQUE(a5);
        OPAQUE(a6);
        OPAQUE(a7);
        OPAQUE(a8);
        OPAQUE(a9);
        OPAQUE(a10);
        OPAQUE(a11);
    }
    return sum_lanes(((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)) + ((a8 + a9) + (a10 + a11)));
}

static inline VF load(const float *data) {
    VF v;
    memcpy(&v, __builtin_assume_aligned(data, 64), sizeof v);
    return v;
}

static float read_all(const float *data, size_t count, long passes) {
    VF zero = vf_set1(0);
    VF a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
    for (long pass = 0; pass < passes; pass++) {
        for (size_t i = 0; i < count; i += 8 * (size_t)LANES) {
            a0 += load(data + i);
            a1 += load(data + i + 1 * LANES);
            a2 += load(data + i + 2 * LANES);
            a3 += load(data + i + 3 * LANES);
            a4 += load(data + i + 4 * LANES);
            a5 += load(data + i + 5 * LANES);
            a6 += load(data + i + 6 * LANES);
            a7 += load(data + i + 7 * LANES);
        }
        OPAQUE(a0); /* or the second pass could reuse what the first one read */
        __asm__ volatile("" ::: "memory");
    }
    return sum_lanes(((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7)));
}

const peak_kernels PEAK_TABLE = {.name = PEAK_NAME,
                                 .flops_per_round = 2 * LANES * ACCUMULATORS,
                                 .multiply_add = multiply_add,
                                 .read = read_all};
