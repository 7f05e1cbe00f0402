/* SPDX-License-Identifier: MIT
 * One problem of a sweep: every backend and number of threads checked, then timed together. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench/base/progress.h"
#include "bench/machine/peak.h"
#include "bench/measure/measurements.h"
#include "bench/measure/sweep_options.h"

/* What is the same for all problems of a sweep. */
typedef struct sweep_state {
    const sweep_options *options;
    machine_info machine;
    peak_set *peaks; /* by threads, peaks[0] on one */
    int peak_count;
    int_list threads;
    result_list results;
    progress_bar progress;
    double start;     /* by the clock */
    double done_cost; /* of the problems before this one */
    int done_problems;
    const volatile sig_atomic_t *stop;
} sweep_state;

/* Roughly how long the problem will take, for the time left. */
double measure_cost(const sweep_state *sweep, const problem *p);

/* Adds to sweep->results and to Google Benchmark's file. False: out of memory. */
bool measure_problem(sweep_state *sweep, const problem *p, double cost);

#endif
