/* SPDX-License-Identifier: MIT
 * Makes a report of results files. */
#ifndef BENCH_REPORT_GATHER_H
#define BENCH_REPORT_GATHER_H

#include "bench/report/report.h"

/* Makes a report that owns the files. On failure it has freed them. */
bool report_gather(report *all, timed_file *files, int file_count, rnn_error *error);
void report_free(report *all);

#endif
