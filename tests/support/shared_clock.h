/* SPDX-License-Identifier: MIT
 *
 * A clock that the processes of one test share, in the file that SHARED_CLOCK names. It goes on by
 * what they say and by nothing else, however busy the machine is. */
#ifndef TESTS_SHARED_CLOCK_H
#define TESTS_SHARED_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SHARED_CLOCK_PIPES 16

typedef struct shared_clock {
    _Atomic uint64_t nanoseconds;
    _Atomic uint64_t silent[SHARED_CLOCK_PIPES]; /* inodes of pipes; 0: none */
} shared_clock;

/* Ends the process where there is no clock. For a process that has just started, the clock goes on
 * by the time that a start takes. */
shared_clock *shared_clock_open(void);

double shared_clock_seconds(const shared_clock *clock);
void shared_clock_advance(shared_clock *clock, double seconds);

/* Says that nothing more comes from this pipe. Whoever waits for it then waits until the deadline,
 * which comes at once. */
void shared_clock_silence(shared_clock *clock, uint64_t pipe);
bool shared_clock_is_silent(const shared_clock *clock, uint64_t pipe);

#endif
