/* SPDX-License-Identifier: MIT */
#include "bench/results/row_filter.h"

#include "bench/base/text.h"

void row_filter_options(option_list *options, row_filter *filter) {
    options_add(options, "backend", "LIST", "names as in the files", read_text, &filter->backends);
    options_add(options, "threads", "LIST", "P", read_threads, &filter->threads);
}

void row_filter_free(row_filter *filter) {
    problem_filter_free(&filter->problems);
    int_list_free(&filter->threads);
}

static bool has_passing_problem(const problem_filter *filter, const timed_row *row) {
    char given[200];
    problem p;
    rnn_error error;
    problem_filter_text(filter, given, sizeof given);
    if (!*given)
        return true;
    return *row->cell && problem_parse(&p, row->problem, &error) &&
           problem_filter_passes(filter, &p);
}

bool row_filter_passes(const row_filter *filter, const timed_row *row) {
    return (!filter->backends || text_list_has(filter->backends, ",", row->backend)) &&
           (filter->threads.count == 0 || int_list_contains(&filter->threads, row->threads)) &&
           has_passing_problem(&filter->problems, row);
}
