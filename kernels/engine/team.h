/* SPDX-License-Identifier: MIT
 *
 * Threads that compute one run together. All of them walk through the same program, each on its own
 * share of the units, and meet at barriers. Everything here belongs to one run, in its scratch or
 * on its stack: no state is global, and an overlapping run has its own.
 *
 * Waiting spins first, as the others are mostly a fraction of a microsecond away, and then yields
 * its core: the thread that is waited for may have been put on the same one. It does not yield too
 * soon, since where another process shares the core it is gone for a time slice. In the end it
 * sleeps.
 */
#ifndef RNN_TEAM_H
#define RNN_TEAM_H

#include "kernels/rnn.h"

#include <stdatomic.h>

/* A number that only grows, waited for until it is large enough. */
typedef struct rnn_progress {
    _Alignas(RNN_ALIGNMENT) atomic_uint value;
    atomic_uint sleepers;
} rnn_progress;

void rnn_progress_reset(rnn_progress *progress);

/* Sets the value. Whoever waited for it sees everything that was written before. Only one thread at
 * a time may call it. */
void rnn_progress_advance(rnn_progress *progress, unsigned value);
void rnn_progress_wait(rnn_progress *progress, unsigned value, int spins);

/* How often a thread looks before it yields, where the others are expected within so many
 * seconds. */
int rnn_spins_within(double seconds);

typedef struct rnn_barrier {
    _Alignas(RNN_ALIGNMENT) atomic_uint arrived;
    rnn_progress passed;
} rnn_barrier;

void rnn_barrier_reset(rnn_barrier *barrier);

/* One of the `count` threads of a team; its index is 0 to count - 1. */
typedef struct rnn_member {
    int index, count;
    rnn_barrier *barrier; /* of this team; not used by a team of one */
    int spins; /* looks before it yields: rnn_spins_within the time by which members differ */
} rnn_member;

/* Returns when every member of the team has called it. */
void rnn_member_meet(const rnn_member *member);

/* On which cores the threads of one run were when they started: a bit each, up to core 1023. */
typedef struct rnn_taken_cores {
    atomic_ullong bits[16];
} rnn_taken_cores;

void rnn_taken_cores_reset(rnn_taken_cores *taken);

/* Called by each thread of a run as it starts. A thread that finds itself on a core where another
 * one has started moves to a free core among those that it may use. This is because the system
 * often wakes two threads on one core after a pause, and leaves them there while they wait for each
 * other. The set of cores that the thread may use is afterwards as it was before. */
void rnn_take_core(rnn_taken_cores *taken);

typedef struct rnn_share {
    int begin, end;
} rnn_share;

/* This member's part of `count` things. The parts of two members differ by one thing at most. */
static inline rnn_share rnn_member_share(const rnn_member *member, int count) {
    if (member->count == 1)
        return (rnn_share){0, count};
    return (rnn_share){(int)((long long)count * member->index / member->count),
                       (int)((long long)count * (member->index + 1) / member->count)};
}

#endif
