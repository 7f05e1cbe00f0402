/* SPDX-License-Identifier: MIT
 * Time, and all that waits for it. Tests link another clock, which they set. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

double clock_seconds(void);

void clock_sleep(double seconds);

/* As poll() for input from one descriptor. Looks once even where it is later than `deadline`. */
int clock_wait(int descriptor, double deadline);

#endif
