/* SPDX-License-Identifier: MIT
 * The machine that the program runs on. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "kernels/rnn.h"

#define MACHINE_MAX_CACHES 3

typedef struct machine_info {
    /* The model's name, with family and model number behind it where the name tells no models
     * apart. */
    char cpu[128];
    int cores; /* how many physical cores this process may use */
    int cache_count;
    struct {
        size_t bytes;             /* in one instance of this cache */
        int cores;                /* how many cores share one instance */
    } caches[MACHINE_MAX_CACHES]; /* L1 for data, L2, L3 */
    size_t memory;                /* in bytes */
} machine_info;

/* Describes the machine. A field that cannot be found out is "unknown", 1 or 0. */
void machine_describe(machine_info *machine);

/* Returns how many bytes of memory this process may still take, which are those that are free
 * within the limit of its control group, or 0 where that is unknown. */
size_t machine_available_memory(void);

/* Returns how many bytes of the caches of a level, which is 0 for L1, so many threads have together
 * when each runs on a core of its own. */
size_t machine_cache_bytes(const machine_info *machine, int level, int threads);

/* Writes as in "L1 48 KiB, L2 1 MiB, L3 32 MiB for 2 cores". */
void machine_caches_text(const machine_info *machine, char *text, size_t size);

#endif
