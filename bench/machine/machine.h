/* SPDX-License-Identifier: MIT
 * The machine this runs on. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "kernels/rnn.h"

#define MACHINE_MAX_CACHES 3

typedef struct machine_info {
    char cpu[128]; /* the model's name, by family and model number where it tells none apart */
    int cores;     /* physical ones that this process may use */
    int cache_count;
    struct {
        size_t bytes;             /* of one instance */
        int cores;                /* that share one instance */
    } caches[MACHINE_MAX_CACHES]; /* L1 data, L2, L3 */
    size_t memory;                /* bytes */
} machine_info;

/* Fields that cannot be found out stay "unknown", 1 or 0. */
void machine_describe(machine_info *machine);

/* Bytes that this process may still take: free ones, within its control group's limit. 0: unknown.
 */
size_t machine_available_memory(void);

/* Bytes of cache `level` (0 for L1) that `threads` cores have together. */
size_t machine_cache_bytes(const machine_info *machine, int level, int threads);

/* "L1 48 KiB, L2 1 MiB, L3 32 MiB for 2 cores" */
void machine_caches_text(const machine_info *machine, char *text, size_t size);

#endif
