/* SPDX-License-Identifier: MIT
 * Steps of report_gather(). */
#ifndef BENCH_REPORT_CASES_H
#define BENCH_REPORT_CASES_H

#include "bench/report/report.h"

/* Fills in backends, ours and reference, and each row's backend. False: more than fit. */
bool report_find_backends(report *all, rnn_error *error);

/* Fills in cases and threads; the rows are in their order. False: more than fit. */
bool report_find_cases(report *all, rnn_error *error);

#endif
