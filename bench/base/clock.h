/* SPDX-License-Identifier: MIT
 * The one clock of the program, and everything that waits for it. Tests link another clock in its
 * place, whose time they set. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

/* Returns the seconds since some moment in the past. The clock never goes back. */
double clock_seconds(void);

void clock_sleep(double seconds);

/* Waits like poll() for input from one descriptor, until `deadline` by clock_seconds(), and returns
 * what poll() returns. It looks once even where the deadline is over. */
int clock_wait(int descriptor, double deadline);

#endif
