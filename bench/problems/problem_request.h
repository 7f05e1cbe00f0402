/* SPDX-License-Identifier: MIT
 * The problems that a command line asks for. */
#ifndef BENCH_PROBLEM_REQUEST_H
#define BENCH_PROBLEM_REQUEST_H

#include "bench/problems/problem_cost.h"
#include "bench/problems/problem_filter.h"
#include "bench/problems/problem_list.h"
#include "bench/problems/shard.h"

typedef struct problem_request {
    problem_filter filter;
    const char **patterns; /* of --problem */
    int pattern_count;
    const char *preset; /* NULL: not given */
    int max_steps;      /* 0: no cap on T */
    shard_choice shard; /* of what takes `effort` to measure */
    sweep_effort effort;
} problem_request;

/* --cell, --batch and so on, and --problem, which may be repeated. */
void problem_request_options(option_list *options, problem_request *request);
/* The same and --preset and --max-steps. */
void problem_request_options_of_sweep(option_list *options, problem_request *request);
void problem_request_free(problem_request *request);

/* The problems of the --problem patterns, of the preset, of a grid of the filters, or of the quick
 * preset; T capped, and without what the filters then reject. An empty list is refused. */
bool problem_list_for_sweep(problem_list *list, const problem_request *request, rnn_error *error);

/* The preset that such a request takes its problems from; NULL: none. */
const char *problem_request_preset(const problem_request *request);

/* The same for a check: those of the --problem patterns, or the table of problems.inc. */
bool problem_list_for_check(problem_list *list, const problem_request *request, rnn_error *error);

#endif
