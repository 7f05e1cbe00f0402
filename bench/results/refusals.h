/* SPDX-License-Identifier: MIT
 * What was left out, by which backend and why; the same reason is kept once and counted. */
#ifndef BENCH_REFUSALS_H
#define BENCH_REFUSALS_H

#include "kernels/rnn.h"

typedef struct refusal {
    const char *backend;
    char reason[256];
    int count;
} refusal;

typedef struct refusal_list {
    refusal *items;
    int count;
} refusal_list;

/* Counts `count` of them. False: out of memory. */
bool refusals_add(refusal_list *list, const char *backend, const char *reason, int count);
/* Under a title, each with how many of `what` it stopped; nothing where there are none. */
void refusals_print(const refusal_list *list, const char *title, const char *what);
void refusals_free(refusal_list *list);

#endif
