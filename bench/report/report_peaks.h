/* SPDX-License-Identifier: MIT
 * The measured peaks that stand in the files' contexts. */
#ifndef BENCH_REPORT_PEAKS_H
#define BENCH_REPORT_PEAKS_H

#include "bench/report/report.h"

typedef struct report_peak_name {
    char text[16];
} report_peak_name;

enum { REPORT_MOST_PEAKS = 8 }; /* as many of multiply-adds, and of reads; more are left out */

/* What the files have measured peaks of, in their order: multiply-adds by instruction set, the
 * narrowest first, and reads by level. */
typedef struct report_peak_names {
    report_peak_name flops[REPORT_MOST_PEAKS], reads[REPORT_MOST_PEAKS];
    int flops_count, reads_count;
} report_peak_names;

report_peak_names report_find_peaks(const report *all);

/* Returns a measured peak on `threads` threads or the next fewer that were measured, the highest
 * of all files, in units of 1e9 a second. `name` is one of report_find_peaks(). Returns NAN
 * where it is not known. */
double report_peak(const report *all, int threads, const char *name);

#endif
