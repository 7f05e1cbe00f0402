/* SPDX-License-Identifier: MIT */
#include "bench/results/selection.h"

#include "bench/base/text_list.h"

#include <limits.h>
#include <string.h>

static bool passes_problem_filters(const cli_options *options, const timed_row *row) {
    problem p;
    rnn_error error;
    if (!options->filters[0])
        return true;
    return *row->cell && problem_parse(&p, row->problem, &error) && options_select(options, &p);
}

bool selection_has(const cli_options *options, const timed_row *row) {
    return (!options->backend_names || text_list_has(options->backend_names, ",", row->backend)) &&
           (options->threads.count == 0 || int_list_contains(&options->threads, row->threads)) &&
           passes_problem_filters(options, row);
}

static int registry_index(const char *name) {
    rnn_backend_info info;
    if (!*name)
        return -1;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, name) == 0)
            return i;
    return INT_MAX;
}

int backend_order(const char *a, const char *b) {
    if (strcmp(a, b) == 0)
        return 0; /* what asking the registry, which takes its time, would say */
    const int x = registry_index(a), y = registry_index(b);
    return x != y ? (x > y) - (x < y) : strcmp(a, b);
}
