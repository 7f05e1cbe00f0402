/* SPDX-License-Identifier: MIT
 * What the machine can do at most, as it is measured and not as a data sheet says. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include "bench/base/ranges.h"
#include "bench/machine/machine.h"

/* The instruction sets that have a peak, of which the first is the compiler's baseline. */
enum { PEAK_MOST_ISAS = 8 };
int peak_isa_count(void);
const char *peak_isa_name(int isa);
bool peak_isa_available(int isa); /* on this CPU */

typedef struct peak_set {
    int threads;
    /* All figures are a second, of all threads together. A peak is 0 where this CPU lacks the
     * instructions or the cache. */
    double flops[PEAK_MOST_ISAS];
    double reads[MACHINE_MAX_CACHES]; /* bytes from L1, L2, L3 */
    double memory_reads;              /* bytes from DRAM */
} peak_set;

/* Measures with so many threads at once, which are at most the cores, for about `seconds`. Returns
 * false where there was no memory, or not so many threads; the message says how many. */
bool peak_measure(const machine_info *machine, int threads, double seconds, peak_set *peaks,
                  rnn_error *error);

/* Raises each peak to that of fewer threads where these reached more, as happens on a busy machine:
 * whoever has more threads can leave some of them idle. */
void peak_raise(peak_set *peaks, const peak_set *fewer);

/* Returns how many bytes a second come from behind the caches of a level: from the next cache, or
 * from DRAM. */
double peak_reads_behind(const machine_info *machine, const peak_set *peaks, int level);

/* Returns the peaks on 1 .. *count threads, at most as many as there are cores; the first are those
 * on one thread. They are measured on the numbers in `threads`, in about `seconds`; a number
 * between these has the peaks of the next one below. The caller frees them. Returns NULL where
 * there was no memory, or not so many threads; the message says how many. */
peak_set *peaks_measure(const machine_info *machine, const int_list *threads, double seconds,
                        int *count, rnn_error *error);

/* Writes one line, as in "baseline 20.1 GFLOP/s, ..., L1 180.0 GB/s, ..., DRAM 12.0 GB/s". */
#define PEAKS_TEXT_SIZE 512 /* for all of PEAK_MOST_ISAS and MACHINE_MAX_CACHES */
void peaks_text(const machine_info *machine, const peak_set *peaks, char text[PEAKS_TEXT_SIZE]);

#endif
