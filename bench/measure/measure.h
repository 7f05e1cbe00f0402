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
    peak_set *peaks; /* peaks[0] are those on one thread, and so on */
    int peak_count;
    int_list threads;
    measurement_list results;
    progress_bar progress;
    double start;     /* when the sweep began, by the clock */
    double done_cost; /* the cost of the problems before this one */
    int done_problems;
    const volatile sig_atomic_t *stop;
} sweep_state;

/* Returns roughly how long the problem will take, by which the time left is estimated. */
double measure_cost(const sweep_state *sweep, const problem *p);

/* Measures one problem, and adds its rows to sweep->results and to Google Benchmark's file. Returns
 * false where memory ran out. */
bool measure_problem(sweep_state *sweep, const problem *p, double cost);

#endif
