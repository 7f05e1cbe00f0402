/* SPDX-License-Identifier: MIT
 * The closing table of a sweep. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench/measure/measurements.h"

#include <stdio.h>

/* Problem by problem, for a reader at a terminal. */
void table_print(FILE *to, const result_list *results);

/* One line a problem and one column a backend, then every row in full, as Markdown. */
void table_print_markdown(FILE *to, const result_list *results);

/* "3.1%"; with a "!" behind it where the median says little. */
void spread_text(double cv, char text[16]);

#endif
