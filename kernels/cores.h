/* SPDX-License-Identifier: MIT
 * How many threads are worth starting here. */
#ifndef RNN_CORES_H
#define RNN_CORES_H

typedef struct rnn_core_limit {
    int cores;       /* at least 1 */
    int online;      /* the machine's */
    char set_by[80]; /* "affinity", "cgroup cpu.max 100000/100000", "OMP_NUM_THREADS 1"; or "" */
} rnn_core_limit;

/* Cores that this thread's affinity and the CPU quota of its control group (versions 2 and 1,
 * rounded up) leave. `root` is put in front of /proc and /sys: "" but in tests. */
rnn_core_limit rnn_core_limit_below(const char *root);
int rnn_usable_cores(void);

/* The same, lowered by OMP_NUM_THREADS and OMP_THREAD_LIMIT. */
rnn_core_limit rnn_thread_limit(void);

#endif
