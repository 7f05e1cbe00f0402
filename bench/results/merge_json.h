/* SPDX-License-Identifier: MIT
 * Results files as one. */
#ifndef BENCH_MERGE_JSON_H
#define BENCH_MERGE_JSON_H

#include "bench/results/rows.h"

#include <stddef.h>

/* The entries of all parts as they stand in their files, under the context of the first one; where
 * that of another differs and should not, it has both. `complete`: nothing of the sweep is missing.
 * What rows.h leaves out is there, too. The parts have their texts. free() it; NULL: no memory. */
char *merge_json(const timed_file *parts, int count, bool complete, size_t *size, rnn_error *error);

#endif
