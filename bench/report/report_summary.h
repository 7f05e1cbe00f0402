/* SPDX-License-Identifier: MIT
 * What a report says first. */
#ifndef BENCH_REPORT_SUMMARY_H
#define BENCH_REPORT_SUMMARY_H

#include "bench/report/report.h"

#include <stdio.h>

/* At the top of the page: a sentence and two tables, on who is the fastest how often, and on ours
 * against each peer. */
void summary_write(FILE *to, const report *all);

/* The same in a few lines for a terminal, with how exact the rows are and how disturbed. */
void closing_print(FILE *to, const report *all);

#endif
