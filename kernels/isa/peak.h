/* SPDX-License-Identifier: MIT
 * The loops whose speed is a peak: one table for each instruction set. */
#ifndef BENCH_PEAK_KERNELS_H
#define BENCH_PEAK_KERNELS_H

#include <stddef.h>

typedef struct peak_kernels {
    const char *name;
    int flops_per_round;
    /* Does multiply-adds on registers alone. The result depends on all of them, so that the
     * compiler drops none. */
    float (*multiply_add)(long rounds, float factor, float addend);
    /* Reads `count` floats `passes` times and returns a sum over all reads. `data` is aligned to 64
     * bytes, `count` a multiple of PEAK_READ_STEP. */
    float (*read)(const float *data, size_t count, long passes);
} peak_kernels;

#define PEAK_READ_STEP 256

extern const peak_kernels peak_kernels_baseline, peak_kernels_avx2, peak_kernels_avx512;

#endif
