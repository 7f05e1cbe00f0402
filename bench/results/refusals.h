/* SPDX-License-Identifier: MIT
 * What was left out, by which backend and why. The same reason is kept once, and counted. */
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

/* Adds `count` cases that a backend has left out for this reason. Returns false where memory ran
 * out. */
bool refusals_add(refusal_list *list, const char *backend, const char *reason, int count);
/* Prints the reasons under a title, each with how many of `what` it stopped, as in "6 cases".
 * Prints nothing where there are none. */
void refusals_print(const refusal_list *list, const char *title, const char *what);
void refusals_free(refusal_list *list);

#endif
