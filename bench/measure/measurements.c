/* SPDX-License-Identifier: MIT */
#include "bench/measure/measurements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

row_name results_name(const char *problem_text, const char *backend, int threads) {
    row_name name;
    const int cell = (int)strcspn(problem_text, "/");
    snprintf(name.text, sizeof name.text, "%.*s/%s%s/threads:%d", cell, problem_text, backend,
             problem_text + cell, threads);
    return name;
}

void results_add_counter(gbench_row *to, const char *name, double value, bool per_second) {
    if (to->counter_count < GBENCH_MAX_COUNTERS)
        to->counters[to->counter_count++] = (gbench_counter){name, value, per_second};
}

void results_add_rates(gbench_row *to, double flops, double weight_bytes, double roof_seconds) {
    results_add_counter(to, "GFLOP/s", 1e-9 * flops, true);
    results_add_counter(to, "weight_GB/s", 1e-9 * weight_bytes, true);
    results_add_counter(to, "roof", roof_seconds, true);
}

bool results_add(result_list *results, const measurement *row) {
    if (results->count == results->capacity) {
        int capacity = results->capacity ? 2 * results->capacity : 64;
        void *grown = realloc(results->rows, (size_t)capacity * sizeof *results->rows);
        if (!grown)
            return false;
        results->rows = grown;
        results->capacity = capacity;
    }
    results->rows[results->count++] = *row;
    return true;
}

void results_free(result_list *results) {
    free(results->rows);
    refusals_free(&results->refusals);
    *results = (struct result_list){0};
}

void results_add_failure(result_list *results, rnn_status status) {
    results->failed++;
    results->out_of_memory += status == RNN_OUT_OF_MEMORY;
}

void results_print_failures(const result_list *results) {
    printf("%d wrong, %d failed", results->wrong, results->failed);
    if (results->out_of_memory)
        printf(" (%d out of memory)", results->out_of_memory);
}

static bool same_problem(const result_list *results, int a, int b) {
    return b >= 0 && b < results->count &&
           strcmp(results->rows[a].problem, results->rows[b].problem) == 0;
}

const measurement *results_sibling(const result_list *results, int index, const char *backend) {
    const measurement *best = NULL;
    int first = index;
    while (same_problem(results, index, first - 1))
        first--;
    for (int i = first; same_problem(results, index, i); i++) {
        const measurement *row = &results->rows[i];
        if (strcmp(row->backend, backend) != 0)
            continue;
        if (row->threads == results->rows[index].threads)
            return row;
        if (!best || row->threads < best->threads)
            best = row;
    }
    return best;
}
