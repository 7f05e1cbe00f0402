/* SPDX-License-Identifier: MIT
 *
 * Which instructions this CPU, its operating system and RNN_ISA allow. */
#ifndef RNN_CPU_H
#define RNN_CPU_H

#include <stdbool.h>

/* The features of a CPU, as bits. Those of another architecture are never set. */
typedef unsigned rnn_cpu_features;
enum {
    /* What the compiler's baseline has, and so every CPU. RNN_ISA=naive takes it away, for
     * measuring and for tests, which leaves only the textbook loops. */
    RNN_CPU_BASELINE = 1 << 0,
    RNN_CPU_AVX2 = 1 << 1,   /* with FMA, and the operating system saves YMM registers */
    RNN_CPU_AVX512 = 1 << 2, /* F, DQ, BW and VL, and the operating system saves ZMM registers */
    RNN_CPU_NEON = 1 << 3,   /* AArch64's Advanced SIMD, which includes FMA */
};

/* Whether `features` are all that is needed. */
static inline bool rnn_cpu_has(rnn_cpu_features features, rnn_cpu_features needed) {
    return (features & needed) == needed;
}

/* The features of this CPU, whatever RNN_ISA says. */
rnn_cpu_features rnn_cpu_detected(void);

/* Those features of this CPU that RNN_ISA leaves on. */
rnn_cpu_features rnn_cpu_in_use(void);

/* Whether this CPU computes on vectors of these features half by half, as AMD's Zen 4 does on those
 * of AVX-512. */
bool rnn_cpu_halves_vectors(rnn_cpu_features features);

/* One row of instruction_sets.inc. */
typedef struct rnn_instruction_set {
    const char *name;
    rnn_cpu_features features;
    bool valgrind;
} rnn_instruction_set;

/* Returns NULL beyond the last row. */
const rnn_instruction_set *rnn_instruction_set_at(int index);

/* Returns the row of that name, or NULL. */
const rnn_instruction_set *rnn_instruction_set_named(const char *name);

/* Returns the last row all of whose features are among these. */
const rnn_instruction_set *rnn_instruction_set_best(rnn_cpu_features features);

/* Returns the first row that has all of these features, for the name by which to call them. */
const rnn_instruction_set *rnn_instruction_set_with(rnn_cpu_features features);

/* Returns what RNN_ISA says where that is not the name of a row; otherwise NULL. */
const char *rnn_cpu_unknown_override(void);

#endif
