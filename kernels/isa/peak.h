/* SPDX-License-Identifier: MIT
 * The loops whose speed is a peak of the machine: what no kernel of an instruction set exceeds.
 * They stand in its kernel table and are compiled with it; whoever measures them sees this header.
 */
#ifndef RNN_PEAK_H
#define RNN_PEAK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rnn_peak {
    const char *name; /* in results files */
    int flops_per_round;
    /* Does multiply-adds on registers alone. The result depends on all of them, so that the
     * compiler drops none. */
    float (*multiply_add)(long rounds, float factor, float addend);
    /* Reads `count` floats `passes` times and returns a sum over all reads. `data` is aligned to 64
     * bytes, `count` a multiple of RNN_PEAK_READ_STEP. */
    float (*read)(const float *data, size_t count, long passes);
} rnn_peak;

#define RNN_PEAK_READ_STEP 256

/* Those that this build has, in the order of the rows of backends.inc. NULL: beyond the last one.
 */
const rnn_peak *rnn_peak_at(int index);

/* Whether this CPU has the instructions, whatever RNN_ISA says. */
bool rnn_peak_runs(int index);

/* The index of the best peak of an instruction set, named as by rnn_isa_name(); 0, which is the
 * compiler's baseline, where it has none of its own. */
int rnn_peak_of(const char *instruction_set);

#endif
