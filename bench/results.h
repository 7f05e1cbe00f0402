/* SPDX-License-Identifier: MIT
 * What a sweep has found out so far. */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "gbench.h"
#include "problem.h"

typedef struct measurement {
    char problem[PROBLEM_TEXT_SIZE];
    const char *backend;
    int threads;
    gbench_result time;
    double flops, roof_seconds;
    double max_error;
} measurement;

/* Something that was not measured, or not by that backend; the same reason is kept once. */
typedef struct refusal {
    const char *backend;
    char reason[256];
    int count;
} refusal;

typedef struct result_list {
    measurement *rows; /* of one problem after the other */
    int count, capacity;
    refusal *refusals;
    int refusal_count;
    int wrong, failed; /* rows */
} result_list;

bool results_add(result_list *results, const measurement *row);
bool results_refuse(result_list *results, const char *backend, const char *reason);
void results_free(result_list *results);

/* The row of the same problem as rows[index] by another backend: on as many threads or, failing
 * that, on the fewest; NULL if there is none. */
const measurement *results_sibling(const result_list *results, int index, const char *backend);

#endif
