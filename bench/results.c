/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool results_refuse(result_list *results, const char *backend, const char *reason) {
    for (int i = 0; i < results->refusal_count; i++) {
        refusal *known = &results->refusals[i];
        if (strcmp(known->backend, backend) == 0 && strcmp(known->reason, reason) == 0) {
            known->count++;
            return true;
        }
    }
    size_t count = (size_t)results->refusal_count + 1;
    void *grown = realloc(results->refusals, count * sizeof *results->refusals);
    if (!grown)
        return false;
    results->refusals = grown;
    refusal *added = &results->refusals[results->refusal_count++];
    *added = (refusal){.backend = backend, .count = 1};
    snprintf(added->reason, sizeof added->reason, "%s", reason);
    return true;
}

void results_free(result_list *results) {
    free(results->rows);
    free(results->refusals);
    *results = (struct result_list){0};
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
