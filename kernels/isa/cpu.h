/* SPDX-License-Identifier: MIT
 * What this CPU, its operating system and RNN_ISA allow. */
#ifndef RNN_CPU_H
#define RNN_CPU_H

#include <stdbool.h>

/* Levels, each including those before it. */
typedef enum rnn_cpu_level {
    RNN_CPU_NAIVE,  /* naive only: for measuring and for tests */
    RNN_CPU_SCALAR, /* the compiler's baseline */
    RNN_CPU_AVX2,   /* AVX2 and FMA, and the operating system saves YMM registers */
    RNN_CPU_AVX512, /* AVX-512 F, DQ, BW and VL, and the operating system saves ZMM registers */
} rnn_cpu_level;

/* The CPU's level, lowered by RNN_ISA. */
rnn_cpu_level rnn_cpu_level_in_use(void);

/* The CPU's own level, whatever RNN_ISA says. */
rnn_cpu_level rnn_cpu_level_detected(void);

/* Whether the CPU computes on vectors of AVX-512 half by half, as AMD's Zen 4 does. */
bool rnn_cpu_halves_avx512(void);

/* Whether RNN_ISA is unset or one of the level names. */
bool rnn_cpu_override_is_known(void);

const char *rnn_cpu_level_name(rnn_cpu_level level);

#endif
