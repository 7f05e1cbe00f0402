/* SPDX-License-Identifier: MIT
 * Which rows of a results file the filters of a command line let pass. */
#ifndef BENCH_SELECTION_H
#define BENCH_SELECTION_H

#include "bench/options.h"
#include "bench/results/rows.h"

/* A row whose name is not of our form passes only where no filter is given. */
bool selection_has(const cli_options *options, const timed_row *row);

/* A backend's place: as `rnnbench list` has them, others behind these by their names. */
int backend_order(const char *a, const char *b);

#endif
