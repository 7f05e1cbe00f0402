/* SPDX-License-Identifier: MIT
 * Four floats at a time, as any x86-64 (SSE2) or AArch64 has them; a multiply and an add. */
typedef float vf __attribute__((vector_size(16)));

static inline vf vf_set1(float value) {
    return (vf){value, value, value, value};
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return a * b + c;
}

#define VF         vf
#define PEAK_TABLE peak_kernels_baseline
#define PEAK_NAME  "baseline"
#include "kernels/isa/peak.inc.h"
