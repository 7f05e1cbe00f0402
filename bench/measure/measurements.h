/* SPDX-License-Identifier: MIT
 * What a sweep has found out so far. */
#ifndef BENCH_MEASUREMENTS_H
#define BENCH_MEASUREMENTS_H

#include "bench/measure/gbench.h"
#include "bench/results/refusals.h"
#include "reference/problem.h"

typedef struct measurement {
    char problem[PROBLEM_TEXT_SIZE];
    const char *backend;
    int threads;
    gbench_result time;
    double flops, roof_seconds;
    double max_error;
} measurement;

typedef struct result_list {
    measurement *rows; /* of one problem after the other */
    int count, capacity;
    refusal_list refusals;
    int wrong, failed; /* rows */
    int out_of_memory; /* of those that failed */
} result_list;

/* The problem's text with the backend behind the cell: lstm/avx2/N:8/T:32/D:64/U:128/threads:1 */
typedef struct row_name {
    char text[PROBLEM_TEXT_SIZE + 64];
} row_name;
row_name results_name(const char *problem_text, const char *backend, int threads);

/* The counters that every row has first: what it does a second, and its roof. */
void results_add_rates(gbench_row *to, double flops, double weight_bytes, double roof_seconds);
/* One more than there is room for is left out. */
void results_add_counter(gbench_row *to, const char *name, double value, bool per_second);

bool results_add(result_list *results, const measurement *row);
void results_free(result_list *results);

/* Counts a row that has no result. */
void results_add_failure(result_list *results, rnn_status status);
/* "2 wrong, 3 failed (1 out of memory)" */
void results_print_failures(const result_list *results);

/* The row of the same problem as rows[index] by another backend: on as many threads or, failing
 * that, on the fewest; NULL if there is none. */
const measurement *results_sibling(const result_list *results, int index, const char *backend);

#endif
