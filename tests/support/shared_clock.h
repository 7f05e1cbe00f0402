/* SPDX-License-Identifier: MIT
 *
 * A clock that the processes of one test share, in the file that SHARED_CLOCK names: it goes on by
 * what they say, and by nothing else, however busy the machine is.
 */
#ifndef TESTS_SHARED_CLOCK_H
#define TESTS_SHARED_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SHARED_CLOCK_PIPES 16

typedef struct shared_clock {
    _Atomic uint64_t nanoseconds;
    _Atomic uint64_t silent[SHARED_CLOCK_PIPES]; /* pipes, by inode; 0: none */
} shared_clock;

/* Ends the process where there is none. A process that has just started took some time for it. */
shared_clock *shared_clock_open(void);

double shared_clock_seconds(const shared_clock *clock);
void shared_clock_advance(shared_clock *clock, double seconds);

/* Nothing more comes from this pipe: who waits for it does so until the deadline, at once. */
void shared_clock_silence(shared_clock *clock, uint64_t pipe);
bool shared_clock_is_silent(const shared_clock *clock, uint64_t pipe);

#endif
