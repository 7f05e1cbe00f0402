/* SPDX-License-Identifier: MIT
 * Whether results belong together, by what their contexts say of machine, build and settings. */
#ifndef BENCH_COMPARABLE_H
#define BENCH_COMPARABLE_H

#include "bench/results/rows.h"

/* Who asks, and what a difference means to them; context_members.inc has the table. */
typedef enum comparable_use { FOR_MERGE, FOR_BASELINE, FOR_COMPARE, FOR_HISTORY } comparable_use;
typedef enum comparable_weight { FINE, NOTED, REFUSED } comparable_weight;

/* What a difference in this member of the context means for this use. */
comparable_weight comparable_weigh(const char *name, comparable_use use);

/* What the context of a file says of a member, or "" where it says nothing. */
const char *comparable_text(const timed_file *file, const char *name);

typedef struct context_list {
    const row_context *items;
    int count;
} context_list;

context_list comparable_context(const timed_file *file);

typedef struct context_difference {
    /* `then` or `now` is NULL where that context lacks the member. */
    const char *name, *then, *now;
    comparable_weight weight; /* NOTED or REFUSED */
} context_difference;

/* Calls `tell` for each member that only one of the contexts has, or that both have with different
 * texts. */
void comparable_differences(context_list then, context_list now, comparable_use use,
                            void (*tell)(const context_difference *difference, void *data),
                            void *data);

/* Whether a difference is certain. It is where both contexts have the member, and where lacking it
 * says something, as of an environment variable that is not set or a sweep that was not
 * interrupted. It is not for other members: a file may be from before they were written, or may
 * have no rows that they are about. */
bool comparable_is_certain(const context_difference *difference);

/* Differences in one line, as in
 * "compiler: gcc 12.2.0, now gcc 13.1; OMP_PLACES: {0},{1}..., now not set; flags; and 3 more". */
typedef struct difference_text {
    char *text;   /* begins as "" */
    size_t size;  /* 100 or more, so that there is always room for the first difference */
    int left_out; /* how many there was no room for so far */
} difference_text;

/* Appends a difference. Its texts are cut where they are long, or left out where there is little
 * room. */
void comparable_append(difference_text *to, const context_difference *difference);
/* Appends how many differences there was no room for, where there are any. */
void comparable_append_rest(difference_text *to);

/* Writes all differences that are certain, in one line, or "" where there is none. */
void comparable_describe(context_list then, context_list now, comparable_use use, char *text,
                         size_t size);

#endif
