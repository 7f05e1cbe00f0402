/* SPDX-License-Identifier: MIT
 * What a problem costs, roughly: the time that a sweep takes over it, the memory that it needs, and
 * what is checked in its place where a check would cost too much. */
#ifndef BENCH_PROBLEM_COST_H
#define BENCH_PROBLEM_COST_H

#include "bench/base/options.h"
#include "reference/problem.h"

/* Returns what is held against the oracle in place of a problem that would take it long: the same
 * problem on fewer timesteps. */
problem problem_as_checked(const problem *full);

/* Whether the memory that is available holds what is at work while a problem is checked and timed.
 */
bool problem_fits_memory(const problem *p, rnn_error *error);

typedef struct sweep_effort {
    int repetitions;     /* samples of a row */
    double min_time;     /* seconds that a repetition lasts at least */
    double max_run_time; /* seconds; a row of which one run takes longer is left out */
} sweep_effort;

/* The effort of a sweep, where nothing else is asked for. */
#define SWEEP_EFFORT                                                                               \
    { .repetitions = 9, .min_time = 0.01, .max_run_time = 2 }

/* Adds --repetitions, --min-time and --max-run-time; `effort` holds the defaults. */
void sweep_effort_options(option_list *options, sweep_effort *effort);

/* Roughly the seconds that a sweep takes over a problem, to tell the time left and to share
 * problems out. The estimate is the same on every machine. */
double sweep_cost(const sweep_effort *effort, const problem *p);

#endif
