/* SPDX-License-Identifier: MIT
 * How long the problems of a sweep will take, roughly: for the time left, and to share them out.
 * The same on every machine. */
#ifndef BENCH_SWEEP_COST_H
#define BENCH_SWEEP_COST_H

#include "bench/options.h"

typedef struct sweep_effort {
    int repetitions;
    double min_time, max_run_time; /* seconds */
} sweep_effort;

/* What --repetitions, --min-time and --max-run-time say, or a sweep's defaults. */
sweep_effort sweep_effort_of(const cli_options *options);

/* In seconds. */
double sweep_cost(const sweep_effort *effort, const problem *p);

#endif
