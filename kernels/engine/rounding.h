/* SPDX-License-Identifier: MIT
 *
 * How a thread rounds, and what it does with denormal numbers. A thread of OpenMP's keeps what its
 * creator had when it started, and does not see what a caller has set since. */
#ifndef RNN_ROUNDING_H
#define RNN_ROUNDING_H

#ifdef __SSE_MATH__
#include <xmmintrin.h>

typedef unsigned rnn_rounding;

static inline void rnn_rounding_get(rnn_rounding *rounding) {
    *rounding = _mm_getcsr();
}
static inline void rnn_rounding_set(const rnn_rounding *rounding) {
    _mm_setcsr(*rounding);
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
