/* SPDX-License-Identifier: MIT
 * What a report says first. */
#ifndef BENCH_REPORT_SUMMARY_H
#define BENCH_REPORT_SUMMARY_H

#include "bench/report/report.h"

#include <stdio.h>

/* Writes the top of the page: a sentence and two tables, on who is the fastest how often, and on
 * ours against each peer. */
void summary_write(FILE *to, const report *all);

/* Prints the same in a few lines for a terminal, and how exact and how disturbed the rows are. */
void closing_print(FILE *to, const report *all);

#endif
