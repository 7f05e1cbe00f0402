/* SPDX-License-Identifier: MIT
 *
 * How a thread rounds, and what it does with denormal numbers. A thread of OpenMP's keeps what its
 * creator had when it started, and does not see what a caller has set since. */
#ifndef RNN_ROUNDING_H
#define RNN_ROUNDING_H

#ifdef __SSE_MATH__
#include <xmmintrin.h>

typedef unsigned rnn_rounding;
#define RNN_ROUNDING_CONTROL 0xffffffc0u /* all but the sticky flags, which may change */
#define RNN_ROUNDING_FLUSH   0x8040u     /* takes denormal results and operands for 0 */

static inline void rnn_rounding_get(rnn_rounding *rounding) {
    *rounding = _mm_getcsr();
}
static inline void rnn_rounding_set(const rnn_rounding *rounding) {
    _mm_setcsr(*rounding);
}
#elif defined(__aarch64__)
#include <stdint.h>

typedef uint64_t rnn_rounding; /* the FPCR; the sticky flags are in the FPSR */
#define RNN_ROUNDING_CONTROL UINT64_MAX
#define RNN_ROUNDING_FLUSH   ((uint64_t)1 << 24)

static inline void rnn_rounding_get(rnn_rounding *rounding) {
    __asm__ volatile("mrs %0, fpcr" : "=r"(*rounding));
}
static inline void rnn_rounding_set(const rnn_rounding *rounding) {
    __asm__ volatile("msr fpcr, %0" ::"r"(*rounding) : "memory");
}
#else
#include <fenv.h>

typedef fenv_t rnn_rounding;

static inline void rnn_rounding_get(rnn_rounding *rounding) {
    fegetenv(rounding);
}
static inline void rnn_rounding_set(const rnn_rounding *rounding) {
    fesetenv(rounding);
}
#endif

#endif
