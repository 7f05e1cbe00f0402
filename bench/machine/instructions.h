/* SPDX-License-Identifier: MIT
 * The CPU's counter of instructions, where the kernel and the machine allow it. */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

#include "kernels/rnn.h"

#include <stdbool.h>

/* Starts counting this thread's instructions outside of the kernel, until instructions_stop().
 * Returns false, and the reason in `error`, where they cannot be counted. */
bool instructions_start(rnn_error *error);
/* Returns how many there were, or 0 where some went uncounted, as the counter was given to others.
 */
double instructions_stop(void);

#endif
