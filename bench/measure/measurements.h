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

typedef struct measurement_list {
    measurement *rows; /* those of one problem stand together */
    int count;
    refusal_list refusals;
    int wrong, failed; /* how many rows were, and have no measurement */
    int out_of_memory; /* how many of the failed rows had too little memory */
} measurement_list;

/* The name of a row is its problem's text with the backend behind the cell, as in
 * lstm/avx2/N:8/T:32/D:64/U:128/threads:1. */
typedef struct row_name {
    char text[PROBLEM_TEXT_SIZE + 64];
} row_name;
row_name row_name_of(const char *problem_text, const char *backend, int threads);

/* Adds the counters that every row begins with: what it does a second, and its roof. */
void row_add_rates(gbench_row *to, double flops, double weight_bytes, double roof_seconds);
/* Adds a counter, or leaves it out where there is no room for one more. */
void row_add_counter(gbench_row *to, const char *name, double value, bool per_second);

/* Returns false where memory ran out. */
bool measurements_add(measurement_list *results, const measurement *row);
void measurements_free(measurement_list *results);

/* Counts a row that failed with this status. */
void measurements_add_failure(measurement_list *results, rnn_status status);
/* Prints as in "2 wrong, 3 failed (1 out of memory)". */
void measurements_print_failures(const measurement_list *results);

/* Finds the row of another backend for the problem of rows[index]: the one on as many threads or,
 * failing that, on the fewest. Returns NULL where there is none. */
const measurement *measurements_sibling(const measurement_list *results, int index,
                                        const char *backend);

#endif
