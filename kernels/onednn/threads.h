/* SPDX-License-Identifier: MIT
 * oneDNN takes its thread count from OpenMP and has no call of its own for it. */
#ifndef RNN_ONEDNN_THREADS_H
#define RNN_ONEDNN_THREADS_H

#include <stdbool.h>

/* The OpenMP runtime that libdnnl uses. Both members are NULL where libdnnl was built without
 * one. */
typedef struct onednn_threads {
    int (*get_max_threads)(void);
    void (*set_num_threads)(int threads);
} onednn_threads;

onednn_threads rnn_onednn_threads_find(void);

/* Whether rnn_onednn_threads_set can make oneDNN use this many threads. */
bool rnn_onednn_threads_can_be(const onednn_threads *runtime, int threads);

/* Sets the number of threads for what the calling thread starts, and returns the one before. */
int rnn_onednn_threads_set(const onednn_threads *runtime, int threads);

#endif
