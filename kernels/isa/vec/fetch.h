/* SPDX-License-Identifier: MIT
 * What a tile fetches beside what it multiplies. */
#ifndef RNN_VEC_FETCH_H
#define RNN_VEC_FETCH_H

enum { LINE_FLOATS = 64 / sizeof(float) }; /* of a cache */

/* Lines for a tile to fetch, one for each k. */
typedef struct fetched_lines {
    const float *line;
    int step; /* to the next line; 0 where there is nothing to fetch */
} fetched_lines;

#endif
