/* SPDX-License-Identifier: MIT
 *
 * The loops whose speed is a peak of the machine, which no kernel of an instruction set exceeds.
 * They stand in the instruction set's kernel table and are compiled with it; whoever measures them
 * includes this header. */
#ifndef RNN_PEAK_H
#define RNN_PEAK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rnn_peak {
    const char *name; /* as results files have it */
    int flops_per_round;
    /* Does multiply-adds on registers alone. The result depends on all of them, so that the
     * compiler drops none. */
    float (*multiply_add)(long rounds, float factor, float addend);
    /* Reads `count` floats `passes` times and returns a sum over all reads. `data` is aligned to 64
     * bytes, `count` a multiple of RNN_PEAK_READ_STEP. */
    float (*read)(const float *data, size_t count, long passes);
} rnn_peak;

#define RNN_PEAK_READ_STEP 256

/* The peaks that this build has, in the order of the rows of backends.inc; NULL beyond the last
 * one. */
const rnn_peak *rnn_peak_at(int index);

/* Whether this CPU has the instructions, whatever RNN_ISA says. */
bool rnn_peak_runs(int index);

/* The index of the best peak of an instruction set, whose name is as rnn_isa_name() gives it. Where
 * it has none of its own this is 0, the peak of the compiler's baseline. */
int rnn_peak_of(const char *instruction_set);

#endif
