/* SPDX-License-Identifier: MIT */
#include "bench/problems/shard.h"

#include <stdlib.h>

typedef struct item {
    double cost;
    int position;
} item;

/* Items of equal cost keep their order, which qsort alone would leave open. */
static int dearest_first(const void *left, const void *right) {
    const item *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost < b->cost ? 1 : -1;
    return a->position - b->position;
}

static int least_loaded(const double *loads, int shards) {
    int least = 0;
    for (int i = 1; i < shards; i++)
        if (loads[i] < loads[least])
            least = i;
    return least;
}

bool shard_assign(const double *costs, int count, int shards, int *owners) {
    item *items = calloc((size_t)count + 1, sizeof *items);
    double *loads = calloc((size_t)shards, sizeof *loads);
    bool ok = items && loads;
    for (int i = 0; ok && i < count; i++)
        items[i] = (item){costs[i], i};
    if (ok)
        qsort(items, (size_t)count, sizeof *items, dearest_first);
    for (int i = 0; ok && i < count; i++) {
        int owner = least_loaded(loads, shards);
        loads[owner] += items[i].cost;
        owners[items[i].position] = owner + 1;
    }
    free(items);
    free(loads);
    return ok;
}
