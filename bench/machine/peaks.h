/* SPDX-License-Identifier: MIT
 * The machine's peaks on several numbers of threads. */
#ifndef BENCH_PEAKS_H
#define BENCH_PEAKS_H

#include "bench/base/ranges.h"
#include "bench/machine/peak.h"

/* On 1 .. *count threads, at most the cores, the peaks on one being the first; in about `seconds`.
 * A number between those in `threads` takes the peaks of the next one below that was measured. The
 * caller frees them; NULL: out of memory or of threads, and the message says of how many. */
peak_set *peaks_measure(const machine_info *machine, const int_list *threads, double seconds,
                        int *count, rnn_error *error);

/* "baseline 20.1 GFLOP/s, ..., L1 180.0 GB/s, ..., DRAM 12.0 GB/s" */
#define PEAKS_TEXT_SIZE 256
void peaks_text(const machine_info *machine, const peak_set *peaks, char text[PEAKS_TEXT_SIZE]);

#endif
