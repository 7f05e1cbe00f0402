/* SPDX-License-Identifier: MIT
 * What the machine can do at most, as it is measured and not as a data sheet says. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include "bench/machine/machine.h"

typedef enum peak_isa { PEAK_BASELINE, PEAK_AVX2, PEAK_AVX512, PEAK_ISA_COUNT } peak_isa;

typedef struct peak_set {
    int threads;
    /* All figures are a second, of all threads together. A peak is 0 where this CPU lacks the
     * instructions or the cache. */
    double flops[PEAK_ISA_COUNT];
    double reads[MACHINE_MAX_CACHES]; /* bytes from L1, L2, L3 */
    double memory_reads;              /* bytes from DRAM */
} peak_set;

const char *peak_isa_name(peak_isa isa);
bool peak_isa_available(peak_isa isa);

/* Measures with so many threads at once, which are at most the cores, for about `seconds`. Returns
 * false where there was no memory, or not so many threads; the message says how many. */
bool peak_measure(const machine_info *machine, int threads, double seconds, peak_set *peaks,
                  rnn_error *error);

/* Raises each peak to that of fewer threads where these reached more, as happens on a busy machine:
 * whoever has more threads can leave some of them idle. */
void peak_raise(peak_set *peaks, const peak_set *fewer);

/* How many bytes a second come from the level behind cache `level`: from the next cache, or from
 * DRAM. */
double peak_reads_behind(const machine_info *machine, const peak_set *peaks, int level);

#endif
