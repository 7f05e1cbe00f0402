/* SPDX-License-Identifier: MIT
 * What a sweep is asked for. */
#ifndef BENCH_SWEEP_OPTIONS_H
#define BENCH_SWEEP_OPTIONS_H

#include "bench/problems/problem_request.h"

typedef struct sweep_options {
    problem_request request;
    unsigned backends; /* the set of those that are asked for */
    int_list threads;
    uint64_t seed;
    double peak_time; /* seconds that measuring the machine's peaks may take */
    const char *out, *table;
    bool save;           /* whether files go into the store */
    const char *results; /* the folder of that store */
} sweep_options;

#define SWEEP_OPTIONS                                                                              \
    { .request.effort = SWEEP_EFFORT, .seed = 1, .peak_time = 2.5, .results = "results" }

/* Adds the options that any command has which times problems as a sweep does. */
void sweep_options_of_timing(option_list *list, sweep_options *options);
/* Adds all options of a sweep. */
void sweep_options_all(option_list *list, sweep_options *options);
void sweep_options_free(sweep_options *options);

#endif
