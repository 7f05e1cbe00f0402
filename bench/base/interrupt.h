/* SPDX-License-Identifier: MIT
 * How a long command is told to end early. */
#ifndef BENCH_INTERRUPT_H
#define BENCH_INTERRUPT_H

#include <signal.h>

/* From now on the first signal that asks the program to end sets the flag that this returns, so
 * that a command can end in order. A second signal ends the program. Under nohup a hangup stays
 * ignored. */
const volatile sig_atomic_t *interrupt_catch(void);

#endif
