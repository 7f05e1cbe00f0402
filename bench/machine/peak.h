/* SPDX-License-Identifier: MIT
 * What the machine can do: measured, not looked up. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include "bench/machine/machine.h"

typedef enum peak_isa { PEAK_BASELINE, PEAK_AVX2, PEAK_AVX512, PEAK_ISA_COUNT } peak_isa;

typedef struct peak_set {
    int threads;
    double flops[PEAK_ISA_COUNT];     /* a second, all threads together; 0: not in this CPU */
    double reads[MACHINE_MAX_CACHES]; /* bytes a second from L1, L2, L3; 0: no such cache */
    double memory_reads;              /* from DRAM */
} peak_set;

const char *peak_isa_name(peak_isa isa);
bool peak_isa_available(peak_isa isa);

/* Measures with `threads` at once (at most the cores), for about `seconds`. False: out of memory or
 * of threads, and the message says of how many. */
bool peak_measure(const machine_info *machine, int threads, double seconds, peak_set *peaks,
                  rnn_error *error);

/* Raises what `fewer` threads reached better, as on a busy machine: more threads can leave some
 * idle. */
void peak_raise(peak_set *peaks, const peak_set *fewer);

/* Bytes a second from the level behind cache `level`: the next cache, or DRAM. */
double peak_reads_behind(const machine_info *machine, const peak_set *peaks, int level);

#endif
