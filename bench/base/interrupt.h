/* SPDX-License-Identifier: MIT */
#ifndef BENCH_INTERRUPT_H
#define BENCH_INTERRUPT_H

#include <signal.h>

/* From now on the first signal that asks the program to end sets the flag that is returned, so that
 * a command can end in order; the second one ends the program. Under nohup a hangup stays ignored.
 */
const volatile sig_atomic_t *interrupt_catch(void);

#endif
