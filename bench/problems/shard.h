/* SPDX-License-Identifier: MIT
 * Sharing out work of known cost. */
#ifndef BENCH_SHARD_H
#define BENCH_SHARD_H

#include <stdbool.h>

typedef struct shard_choice {
    int index, count; /* 1-based; count 0: the whole */
} shard_choice;

/* owners[i] becomes the shard, 1..shards, that item i falls to: the dearest first, each to the one
 * that has least so far. No shard is then dearer than the mean by more than the dearest item, and
 * everyone who asks gets the same answer. False: out of memory. */
bool shard_assign(const double *costs, int count, int shards, int *owners);

#endif
