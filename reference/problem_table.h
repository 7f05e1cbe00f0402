/* SPDX-License-Identifier: MIT
 *
 * The problems of problems.inc, and others that are drawn at random. */
#ifndef RNN_REFERENCE_PROBLEM_TABLE_H
#define RNN_REFERENCE_PROBLEM_TABLE_H

#include "reference/problem.h"

typedef struct problem_table_row {
    const char *why;  /* what the problem is there for */
    const char *text; /* for problem_parse */
} problem_table_row;

int problem_table_count(void);
/* `index` is 0 to problem_table_count() - 1. */
const problem_table_row *problem_table_get(int index);

/* Draws a problem that case_create accepts: with any option, and with small sizes that are often
 * near the edges of tiles. It moves *state on, which may start as any number. */
void problem_random(problem *problem, uint64_t *state);

#endif
