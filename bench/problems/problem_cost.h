/* SPDX-License-Identifier: MIT
 * How long the problems of a sweep will take, roughly: for the time left, and to share them out.
 * The same on every machine. */
#ifndef BENCH_PROBLEM_COST_H
#define BENCH_PROBLEM_COST_H

#include "bench/base/options.h"
#include "reference/problem.h"

typedef struct sweep_effort {
    int repetitions;     /* samples of a row */
    double min_time;     /* seconds that a repetition lasts at least */
    double max_run_time; /* seconds; a row of which one run takes longer is left out */
} sweep_effort;

/* Of a sweep, where nothing else is asked for. */
#define SWEEP_EFFORT                                                                               \
    { .repetitions = 9, .min_time = 0.01, .max_run_time = 2 }

/* --repetitions, --min-time and --max-run-time; `effort` holds the defaults. */
void sweep_effort_options(option_list *options, sweep_effort *effort);

/* In seconds. */
double sweep_cost(const sweep_effort *effort, const problem *p);

#endif
