/* SPDX-License-Identifier: MIT
 * The machine's peaks, each on several numbers of threads. */
#ifndef BENCH_PEAKS_H
#define BENCH_PEAKS_H

#include "bench/base/ranges.h"
#include "bench/machine/peak.h"

/* Returns the peaks on 1 .. *count threads, at most as many as there are cores; the first are those
 * on one thread. They are measured on the numbers in `threads`, in about `seconds`; a number
 * between these has the peaks of the next one below. The caller frees them. Returns NULL where
 * there was no memory, or not so many threads; the message says how many. */
peak_set *peaks_measure(const machine_info *machine, const int_list *threads, double seconds,
                        int *count, rnn_error *error);

/* Writes one line, as in "baseline 20.1 GFLOP/s, ..., L1 180.0 GB/s, ..., DRAM 12.0 GB/s". */
#define PEAKS_TEXT_SIZE 256
void peaks_text(const machine_info *machine, const peak_set *peaks, char text[PEAKS_TEXT_SIZE]);

#endif
