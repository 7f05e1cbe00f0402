/* SPDX-License-Identifier: MIT
 * What this CPU, its operating system and RNN_ISA allow. */
#ifndef RNN_CPU_H
#define RNN_CPU_H

#include <stdbool.h>

/* What a CPU has, as bits. Those of another architecture are never set. */
typedef unsigned rnn_cpu_features;
enum {
    /* The compiler's baseline. Every CPU has it; RNN_ISA=naive takes it away, for measuring and for
     * tests, and leaves the textbook loops alone. */
    RNN_CPU_BASELINE = 1 << 0,
    RNN_CPU_AVX2 = 1 << 1,   /* with FMA, and the operating system saves YMM registers */
    RNN_CPU_AVX512 = 1 << 2, /* F, DQ, BW and VL, and the operating system saves ZMM registers */
};

/* Whether `features` are all that is needed. */
static inline bool rnn_cpu_has(rnn_cpu_features features, rnn_cpu_features needed) {
    return (features & needed) == needed;
}

/* This CPU's own, whatever RNN_ISA says. */
rnn_cpu_features rnn_cpu_detected(void);

/* Those of them that RNN_ISA leaves on. */
rnn_cpu_features rnn_cpu_in_use(void);

/* Whether this CPU computes on vectors of these features half by half, as AMD's Zen 4 does on those
 * of AVX-512. */
bool rnn_cpu_halves_vectors(rnn_cpu_features features);

/* A row of instruction_sets.inc. */
typedef struct rnn_instruction_set {
    const char *name;
    rnn_cpu_features features;
    bool valgrind;
} rnn_instruction_set;

/* NULL: beyond the last one. */
const rnn_instruction_set *rnn_instruction_set_at(int index);

/* The row of that name, or NULL. */
const rnn_instruction_set *rnn_instruction_set_named(const char *name);

/* The last row of which a CPU with these features has all. */
const rnn_instruction_set *rnn_instruction_set_best(rnn_cpu_features features);

/* The first row that has all of these features: what to call them. */
const rnn_instruction_set *rnn_instruction_set_with(rnn_cpu_features features);

/* What RNN_ISA says, where that is not the name of a row; else NULL. */
const char *rnn_cpu_unknown_override(void);

#endif
