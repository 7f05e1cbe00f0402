/* SPDX-License-Identifier: MIT
 * The problems of problems.inc, and others drawn at random. */
#ifndef RNN_REFERENCE_PROBLEM_TABLE_H
#define RNN_REFERENCE_PROBLEM_TABLE_H

#include "reference/problem.h"

typedef struct problem_table_row {
    const char *why;  /* what the problem is there for */
    const char *text; /* for problem_parse */
} problem_table_row;

int problem_table_count(void);
/* index 0 .. problem_table_count() - 1 */
const problem_table_row *problem_table_get(int index);

/* A problem that case_create accepts: any option, small sizes with a liking for the edges of tiles.
 * Moves *state on; start it with any number. */
void problem_random(problem *problem, uint64_t *state);

#endif
