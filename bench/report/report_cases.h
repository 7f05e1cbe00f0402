/* SPDX-License-Identifier: MIT
 * Which backends a report holds, and which cases. A case is a problem on a number of threads. */
#ifndef BENCH_REPORT_CASES_H
#define BENCH_REPORT_CASES_H

#include "bench/report/report.h"

/* Fills in backends, ours and reference, and each row's backend. Returns false where there are
 * more backends than fit. */
bool report_find_backends(report *all, rnn_error *error);

/* Fills in cases and threads. The rows must be in their order. Returns false where there are
 * more numbers of threads than fit. */
bool report_find_cases(report *all, rnn_error *error);

/* Returns the row that stands for a backend in a case: the one on as many threads or, where the
 * backend has none there, the one on the fewest threads, if these are not more. Returns NULL
 * where there is no such row with a time. */
const report_row *report_case_row(const report *all, const report_case *c, int backend);

/* Returns the fastest row of a peer on exactly the case's threads, or NULL where there is none. */
const report_row *report_best_peer(const report *all, const report_case *c);

#endif
