/* SPDX-License-Identifier: MIT
 * What a tile fetches beside what it multiplies. */
#ifndef RNN_VEC_FETCH_H
#define RNN_VEC_FETCH_H

enum { LINE_FLOATS = 64 / sizeof(float) }; /* a cache line */

/* The lines that a tile fetches, one for each k. */
typedef struct fetched_lines {
    const float *line;
    int step; /* distance to the next line; 0 where there is nothing to fetch */
} fetched_lines;

#endif
