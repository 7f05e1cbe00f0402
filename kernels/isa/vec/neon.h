/* SPDX-License-Identifier: MIT
 * vf: four floats in a register of AArch64's Advanced SIMD. Its numbers follow from the registers
 * and from what Arm's guides say of Neoverse N1 and V1; none has been measured. */
#ifndef RNN_VEC_NEON_H
#define RNN_VEC_NEON_H

#include <arm_neon.h>

typedef float32x4_t vf;
enum {
    VF_FLOATS = 4,
    VF_TILE = 20, /* sums held in registers: with 24 gcc loads all broadcasts first, and spills */
    VF_IN_FLIGHT = 8, /* sums needed to hide the latency of an FMA: 4 cycles, 2 a cycle */
    VF_NARROW_TO = 0  /* never: a panel is so narrow that a second tile finds it in L1 */
};

/* Into L2. Always inlined: gcc takes a call of it for one without effect. */
static ALWAYS_INLINE void vf_fetch(const float *line) {
    __builtin_prefetch(line, 0, 2);
}
static inline vf vf_load(const float *from) {
    return vld1q_f32(from);
}
static inline void vf_store(float *to, vf a) {
    vst1q_f32(to, a);
}
/* The first `count` lanes only, 1 <= count <= VF_FLOATS; memory beyond is not touched. */
static inline void vf_store_first(float *to, vf a, int count) {
    switch (count) {
    case 1:
        vst1q_lane_f32(to, a, 0);
        break;
    case 2:
        vst1_f32(to, vget_low_f32(a));
        break;
    case 3:
        vst1_f32(to, vget_low_f32(a));
        vst1q_lane_f32(to + 2, a, 2);
        break;
    default:
        vst1q_f32(to, a);
    }
}
/* gcc makes a scalar load of it and multiply-adds by a lane, clang a load into all lanes. */
static inline vf vf_broadcast(const float *from) {
    return vdupq_n_f32(*from);
}
static inline vf vf_set(float a) {
    return vdupq_n_f32(a);
}
/* No instruction takes an operand from memory, so that a vector is in a register anyhow. */
static inline vf vf_in_register(vf a) {
    return a;
}
static inline vf vf_add(vf a, vf b) {
    return vaddq_f32(a, b);
}
static inline vf vf_sub(vf a, vf b) {
    return vsubq_f32(a, b);
}
static inline vf vf_mul(vf a, vf b) {
    return vmulq_f32(a, b);
}
static inline vf vf_div(vf a, vf b) {
    return vdivq_f32(a, b);
}
/* a b + c, rounded once */
static inline vf vf_fma(vf a, vf b, vf c) {
    return vfmaq_f32(c, a, b);
}
/* c - a b, rounded once */
static inline vf vf_fnma(vf a, vf b, vf c) {
    return vfmsq_f32(c, a, b);
}
/* A NaN in either is kept. */
static inline vf vf_min(vf a, vf b) {
    return vminq_f32(a, b);
}
static inline vf vf_max(vf a, vf b) {
    return vmaxq_f32(a, b);
}
static inline vf vf_abs(vf a) {
    return vabsq_f32(a);
}
/* x < 0 ? a : b */
static inline vf vf_if_negative(vf x, vf a, vf b) {
    return vbslq_f32(vcltzq_f32(x), a, b);
}
/* The float whose exponent field holds the lowest bits of a, and whose fraction is 0. */
static inline vf vf_low_bits_to_exponent(vf a) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(a), 23));
}
static inline vf vf_power_of_two(int32x4_t n) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
}
/* a 2^n for a whole n in -250 .. 250, in two steps, since neither 2^128 nor 2^-150 is a float. */
static inline vf vf_scale(vf a, vf n) {
    int32x4_t whole = vcvtnq_s32_f32(n), half = vshrq_n_s32(whole, 1);
    vf part = vmulq_f32(a, vf_power_of_two(half));
    return vmulq_f32(part, vf_power_of_two(vsubq_s32(whole, half)));
}

#endif
