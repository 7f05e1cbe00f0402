/* SPDX-License-Identifier: MIT
 * Whether results belong together: what their contexts say of machine, build and settings. */
#ifndef BENCH_COMPARABLE_H
#define BENCH_COMPARABLE_H

#include "bench/results/rows.h"

/* Who asks, and what a difference is to them: see context_members.inc. */
typedef enum comparable_use { FOR_MERGE, FOR_BASELINE, FOR_COMPARE, FOR_HISTORY } comparable_use;
typedef enum comparable_weight { FINE, NOTED, REFUSED } comparable_weight;

comparable_weight comparable_weigh(const char *name, comparable_use use);

/* What the context says of it, "" where it says nothing. */
const char *comparable_text(const timed_file *file, const char *name);

typedef struct context_list {
    const row_context *items;
    int count;
} context_list;

context_list comparable_context(const timed_file *file);

typedef struct context_difference {
    const char *name, *then, *now; /* a text is NULL where the context lacks the member */
    comparable_weight weight;      /* NOTED or REFUSED */
} context_difference;

/* Calls `tell` for each member that one of them has and the other has not, or has otherwise. */
void comparable_differences(context_list then, context_list now, comparable_use use,
                            void (*tell)(const context_difference *difference, void *data),
                            void *data);

/* Whether both contexts have the member, or to lack it says something: an environment variable that
 * is not set, a sweep that was not interrupted. Of other members a file may be from before they
 * were written, or have no rows that they are about. */
bool comparable_is_certain(const context_difference *difference);

/* "compiler: gcc 12.2.0, now gcc 13.1; OMP_PLACES: {0},{1}..., now not set; flags; and 3 more" */
typedef struct difference_text {
    char *text;   /* "" at first */
    size_t size;  /* 100 or more, so that the first is always told */
    int left_out; /* so far */
} difference_text;

/* Texts are cut where they are long, or left out where there is little room. */
void comparable_append(difference_text *to, const context_difference *difference);
void comparable_append_rest(difference_text *to); /* how many there was no room for */

/* Those that are certain; "": none. */
void comparable_describe(context_list then, context_list now, comparable_use use, char *text,
                         size_t size);

#endif
