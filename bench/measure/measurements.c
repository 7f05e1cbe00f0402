/* SPDX-License-Identifier: MIT */
#include "bench/measure/measurements.h"

#include "bench/base/growing_list.h"

#include <stdio.h>

row_name row_name_of(const char *problem_text, const char *backend, int threads) {
    row_name name;
    const int cell = (int)strcspn(problem_text, "/");
    snprintf(name.text, sizeof name.text, "%.*s/%s%s/threads:%d", cell, problem_text, backend,
             problem_text + cell, threads);
    return name;
}

void row_add_counter(gbench_row *to, const char *name, double value, bool per_second) {
    if (to->counter_count < GBENCH_MAX_COUNTERS)
        to->counters[to->counter_count++] = (gbench_counter){name, value, per_second};
}

void row_add_rates(gbench_row *to, double flops, double weight_bytes, double roof_seconds) {
    row_add_counter(to, "GFLOP/s", 1e-9 * flops, true);
    row_add_counter(to, "weight_GB/s", 1e-9 * weight_bytes, true);
    row_add_counter(to, "roof", roof_seconds, true);
}

bool measurements_add(measurement_list *results, const measurement *row) {
    if (!LIST_MAKE_ROOM(results->rows, results->count))
        return false;
    results->rows[results->count++] = *row;
    return true;
}

void measurements_free(measurement_list *results) {
    free(results->rows);
    refusals_free(&results->refusals);
    *results = (struct measurement_list){0};
}

void measurements_add_failure(measurement_list *results, rnn_status status) {
    results->failed++;
    results->out_of_memory += status == RNN_OUT_OF_MEMORY;
}

void measurements_print_failures(const measurement_list *results) {
    printf("%d wrong, %d failed", results->wrong, results->failed);
    if (results->out_of_memory)
        printf(" (%d out of memory)", results->out_of_memory);
}

static bool same_problem(const measurement_list *results, int a, int b) {
    return b >= 0 && b < results->count &&
           strcmp(results->rows[a].problem, results->rows[b].problem) == 0;
}

const measurement *measurements_sibling(const measurement_list *results, int index,
                                        const char *backend) {
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
