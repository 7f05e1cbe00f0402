/* SPDX-License-Identifier: MIT
 * The CPU's counter of instructions, where the kernel and the machine allow it. */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

#include "kernels/rnn.h"

#include <stdbool.h>

/* Counts those of this thread outside the kernel, until instructions_stop(), which returns how many
 * there were; 0: some went uncounted, as the counter was given to others. False: it cannot, for the
 * reason in `error`. */
bool instructions_start(rnn_error *error);
double instructions_stop(void);

#endif
