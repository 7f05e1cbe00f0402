/* SPDX-License-Identifier: MIT
 * How many threads are worth starting here. */
#ifndef RNN_CORES_H
#define RNN_CORES_H

#include <stdatomic.h>
#include <stdbool.h>

typedef struct rnn_core_limit {
    int cores;       /* at least 1 */
    int online;      /* the machine's */
    char set_by[80]; /* "affinity", "cgroup cpu.max 100000/100000", "OMP_NUM_THREADS 1"; or "" */
} rnn_core_limit;

/* How many cores this thread's affinity and the CPU quota of its control group leave. Control
 * groups are read in versions 2 and 1, and their quota is rounded up. `root` is put in front of
 * /proc and /sys; it is "" except in tests. */
rnn_core_limit rnn_core_limit_below(const char *root);
int rnn_usable_cores(void);

/* As rnn_core_limit_below, further lowered by OMP_NUM_THREADS and OMP_THREAD_LIMIT. */
rnn_core_limit rnn_thread_limit(void);

/* What the quota of the control groups was when a run last looked. As reading it takes as long as a
 * small run, a run looks at most ten times a second. */
typedef struct rnn_quota_watch {
    const char *root;      /* as of rnn_core_limit_below */
    atomic_uint last_look; /* in milliseconds */
    atomic_int cores;      /* 0: nobody has looked yet */
} rnn_quota_watch;

/* How many of the `threads` of a plan a run should have that the calling thread begins now. It has
 * no more than the cores that this thread may use, or might use 10 ms ago, by its affinity or the
 * places of OpenMP, and by the quota where there is a watch. It has 1 where the system has no
 * memory or no threads for more, and in a child process whose parent opened a parallel region on
 * this thread: the child's OpenMP would wait for threads that only the parent has. */
int rnn_threads_now(int threads, rnn_quota_watch *watch);

/* Notes that this thread has opened a parallel region of so many threads. */
void rnn_threads_were(int threads);

/* Whether the calling thread's OpenMP has threads to start; it has none in a child as above. */
bool rnn_can_start_threads(void);
/* Whether the system has room for so many threads, if a library starts them. */
bool rnn_has_room_for_threads(int threads);

#endif
