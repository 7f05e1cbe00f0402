/* SPDX-License-Identifier: MIT
 * Which backends a report holds, and which cases. A case is a problem on a number of threads. */
#ifndef BENCH_REPORT_CASES_H
#define BENCH_REPORT_CASES_H

#include "bench/report/report.h"

/* Fills in backends, ours and reference, and each row's backend. False: there are more backends
 * than fit. */
bool report_find_backends(report *all, rnn_error *error);

/* Fills in cases and threads; the rows must be in their order. False: there are more numbers of
 * threads than fit. */
bool report_find_cases(report *all, rnn_error *error);

/* Returns the row of a backend that stands for it in a case: that on as many threads or, of a
 * backend that has none there, that on the fewest, if these are no more. NULL: there is none with a
 * time. */
const report_row *report_case_row(const report *all, const report_case *c, int backend);

/* Returns the fastest row of a peer on exactly the case's threads; NULL: there is none. */
const report_row *report_best_peer(const report *all, const report_case *c);

#endif
