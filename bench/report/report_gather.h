/* SPDX-License-Identifier: MIT
 * Makes a report of results files. */
#ifndef BENCH_REPORT_GATHER_H
#define BENCH_REPORT_GATHER_H

#include "bench/report/report.h"

/* Takes the files over, and frees them on failure, too. */
bool report_gather(report *all, timed_file *files, int file_count, rnn_error *error);
void report_free(report *all);

#endif
