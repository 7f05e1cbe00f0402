/* SPDX-License-Identifier: MIT */
#include "bench/problems/problem_filter.h"

#include <stdio.h>
#include <string.h>

static int find_cell(const char *name) {
    rnn_cell cell;
    return rnn_cell_parse(name, &cell) ? (int)cell : -1;
}

static int find_direction(const char *name) {
    rnn_direction direction;
    return rnn_direction_parse(name, &direction) ? (int)direction : -1;
}

static bool read_cells(void *variable, const char *text, rnn_error *error) {
    return read_names(variable, text, find_cell, "cell", error);
}

static bool read_directions(void *variable, const char *text, rnn_error *error) {
    return read_names(variable, text, find_direction, "direction", error);
}

void problem_filter_options(option_list *options, problem_filter *filter) {
    filter->options = options;
    filter->first = options->count;
    options_add(options, "cell", "LIST", "simple_rnn, lstm, gru", read_cells, &filter->cells);
    options_add(options, "batch", "LIST", "N", read_sizes, &filter->batch);
    options_add(options, "steps", "LIST", "T", read_sizes, &filter->steps);
    options_add(options, "features", "LIST", "D; the units if not given", read_sizes,
                &filter->features);
    options_add(options, "units", "LIST", "M", read_sizes, &filter->units);
    options_add(options, "directions", "LIST", "forward, backward, bidirectional", read_directions,
                &filter->directions);
    options_add(options, "reset-after", "LIST", "0, 1: which GRU", read_switches,
                &filter->reset_after);
    filter->end = options->count;
}

void problem_filter_free(problem_filter *filter) {
    int_list_free(&filter->batch);
    int_list_free(&filter->steps);
    int_list_free(&filter->features);
    int_list_free(&filter->units);
    int_list_free(&filter->reset_after);
}

static bool passes(const int_list *list, int value) {
    return list->count == 0 || int_list_contains(list, value);
}

bool problem_filter_passes(const problem_filter *filter, const problem *p) {
    const rnn_layer *layer = &p->layers[0];
    return set_has(filter->cells, (int)layer->cell) &&
           set_has(filter->directions, (int)layer->direction) && passes(&filter->batch, p->batch) &&
           passes(&filter->steps, p->timesteps) && passes(&filter->features, layer->features) &&
           passes(&filter->units, layer->units) &&
           (layer->cell != RNN_GRU || passes(&filter->reset_after, layer->reset_after));
}

void problem_filter_text(const problem_filter *filter, char *text, size_t size) {
    text[0] = '\0';
    for (int i = filter->first; i < filter->end; i++) {
        const option_row *row = &filter->options->rows[i];
        const size_t used = strlen(text);
        if (row->given)
            snprintf(text + used, size - used, "%s--%s %.60s", used ? " " : "", row->name,
                     row->given);
    }
}
