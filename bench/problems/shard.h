/* SPDX-License-Identifier: MIT
 * Sharing out work of known cost. */
#ifndef BENCH_SHARD_H
#define BENCH_SHARD_H

#include <stdbool.h>

typedef struct shard_choice {
    int index, count; /* index is 1-based; count 0: no shards, but the whole */
} shard_choice;

/* Shares items out: owners[i] becomes the shard, 1..shards, that item i falls to. The dearest item
 * goes first, and each goes to the shard that has least so far. No shard is then dearer than the
 * mean by more than the dearest item, and everyone who asks gets the same answer. False: out of
 * memory. */
bool shard_assign(const double *costs, int count, int shards, int *owners);

#endif
