/* SPDX-License-Identifier: MIT
 * The closing table of a sweep. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench/measure/measurements.h"

#include <stdio.h>

/* Prints the rows problem by problem, for a reader at a terminal. */
void table_print(FILE *to, const measurement_list *results);

/* Prints an overview, of one line a problem and one column a backend, and then every row in full,
 * as Markdown. */
void table_print_markdown(FILE *to, const measurement_list *results);

/* Writes as in "3.1%", with a "!" behind it where the median says little. */
void spread_text(double cv, char text[16]);

#endif
