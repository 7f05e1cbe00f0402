/* SPDX-License-Identifier: MIT
 * What a sweep is asked for. */
#ifndef BENCH_SWEEP_OPTIONS_H
#define BENCH_SWEEP_OPTIONS_H

#include "bench/problems/problem_request.h"

typedef struct sweep_options {
    problem_request request;
    unsigned backends; /* a set */
    int_list threads;
    uint64_t seed;
    double peak_time; /* seconds, for the machine's peaks */
    const char *out, *table;
    bool save;           /* into the store ... */
    const char *results; /* ... in this folder */
} sweep_options;

#define SWEEP_OPTIONS                                                                              \
    { .request.effort = SWEEP_EFFORT, .seed = 1, .peak_time = 2.5, .results = "results" }

/* Those that any command has which times problems as a sweep does. */
void sweep_options_of_timing(option_list *list, sweep_options *options);
/* All of them. */
void sweep_options_all(option_list *list, sweep_options *options);
void sweep_options_free(sweep_options *options);

#endif
