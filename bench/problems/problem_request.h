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
    shard_choice shard; /* of the problems, by what `effort` says they cost */
    sweep_effort effort;
} problem_request;

/* Adds --cell, --batch and so on, and --problem, which may be repeated. */
void problem_request_options(option_list *options, problem_request *request);
/* Adds the same options and --preset and --max-steps. */
void problem_request_options_of_sweep(option_list *options, problem_request *request);
void problem_request_free(problem_request *request);

/* Lists the problems of the --problem patterns, of the preset, of a grid of the filters, or of the
 * quick preset; T is capped, and what the filters then reject is left out. An empty list is
 * refused. */
bool problem_list_for_sweep(problem_list *list, const problem_request *request, rnn_error *error);

/* The preset that a request for a sweep takes its problems from; NULL: none. */
const char *problem_request_preset(const problem_request *request);

/* Lists the problems for a check in the same way: those of the --problem patterns, or of the table
 * of problems.inc. */
bool problem_list_for_check(problem_list *list, const problem_request *request, rnn_error *error);

#endif
