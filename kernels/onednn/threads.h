/* SPDX-License-Identifier: MIT
 * oneDNN takes its thread count from OpenMP and has no call of its own for it. */
#ifndef RNN_ONEDNN_THREADS_H
#define RNN_ONEDNN_THREADS_H

#include <stdbool.h>

/* The OpenMP runtime that libdnnl uses; all NULL where it was built without. */
typedef struct onednn_threads {
    int (*get_max_threads)(void);
    void (*set_num_threads)(int threads);
    int (*get_max_active_levels)(void);
    void (*set_max_active_levels)(int levels);
} onednn_threads;

typedef struct onednn_setting {
    int threads;
    int levels; /* of regions with more than one thread; -1: as it is */
} onednn_setting;

onednn_threads rnn_onednn_threads_find(void);

/* Whether rnn_onednn_threads_set can make oneDNN use this many threads. */
bool rnn_onednn_threads_can_be(const onednn_threads *runtime, int threads);

/* Sets the count for what the calling thread starts, all of it on this thread alone where
 * rnn_threads_now says so, and returns what was set before. */
onednn_setting rnn_onednn_threads_set(const onednn_threads *runtime, int threads);
void rnn_onednn_threads_restore(const onednn_threads *runtime, onednn_setting before);

#endif
