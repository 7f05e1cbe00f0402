/* SPDX-License-Identifier: MIT */
#include "bench/problems/problem_request.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/problems/presets.h"
#include "reference/problem_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Options ------------------------------------------------------------------------------ */

static bool read_pattern(void *variable, const char *text, rnn_error *error) {
    problem_request *request = variable;
    if (!LIST_MAKE_ROOM(request->patterns, request->pattern_count))
        return fail(error, "out of memory");
    request->patterns[request->pattern_count++] = text;
    return true;
}

void problem_request_options(option_list *options, problem_request *request) {
    problem_filter_options(options, &request->filter);
    options_add(
        options, "problem", "PATTERN",
        "a problem whose values may be lists, as lstm,gru/N:1,8/T:25/U:16:64:x2; repeatable",
        read_pattern, request);
}

void problem_request_options_of_sweep(option_list *options, problem_request *request) {
    problem_request_options(options, request);
    options_add(options, "preset", "NAME",
                "quick, full, keras, deepbench, tiny, grid, gate; the lists above filter it",
                read_text, &request->preset);
    options_add(options, "max-steps", "T", "caps T", read_count, &request->max_steps);
}

void problem_request_free(problem_request *request) {
    problem_filter_free(&request->filter);
    free(request->patterns);
}

/* ---- The problems that are asked for ------------------------------------------------------- */

/* Expands the patterns of --problem; an error names the option and its text. */
static bool expand_given(problem_list *list, const problem_request *request, rnn_error *error) {
    for (int i = 0; i < request->pattern_count; i++) {
        const char *given = request->patterns[i];
        rnn_error why;
        if (problem_list_expand(list, given, &why))
            continue;
        if (strncmp(why.text, given, strlen(given)) == 0)
            return fail(error, "--problem %.240s", why.text);
        return fail(error, "--problem %.90s: %.150s", given, why.text);
    }
    return true;
}

/* The list that was given, or the grid's own where none was. */
static int_list or_default(const int_list *given, int_list fallback) {
    return given->count ? *given : fallback;
}

static bool append_cell_grid(problem_list *list, const problem_request *request, rnn_cell cell,
                             rnn_direction direction, bool reset_after, rnn_error *error) {
    int batches[] = {1, 8, 32}, steps[] = {25}, units[] = {64};
    int_list n = or_default(&request->filter.batch, (int_list){batches, 3});
    int_list t = or_default(&request->filter.steps, (int_list){steps, 1});
    int_list m = or_default(&request->filter.units, (int_list){units, 1});
    if (!request->filter.directions && direction != RNN_FORWARD)
        return true;
    /* Every size passes its own filter: what rejects one problem rejects all. */
    problem first = problem_defaults(cell, n.values[0], t.values[0], 1, m.values[0]);
    first.layers[0].direction = direction;
    first.layers[0].reset_after = reset_after;
    first.layers[0].features =
        request->filter.features.count ? request->filter.features.values[0] : m.values[0];
    if (!problem_filter_passes(&request->filter, &first))
        return true;
    for (int i = 0; i < n.count; i++)
        for (int j = 0; j < t.count; j++)
            for (int k = 0; k < m.count; k++) {
                int_list d = or_default(&request->filter.features, (int_list){&m.values[k], 1});
                for (int l = 0; l < d.count; l++) {
                    problem p =
                        problem_defaults(cell, n.values[i], t.values[j], d.values[l], m.values[k]);
                    p.layers[0].direction = direction;
                    p.layers[0].reset_after = reset_after;
                    char text[PROBLEM_TEXT_SIZE];
                    problem_print(&p, text);
                    if (problem_filter_passes(&request->filter, &p) &&
                        !problem_list_add_text(list, text, error))
                        return false;
                }
            }
    return true;
}

static bool append_grid(problem_list *list, const problem_request *request, rnn_error *error) {
    for (int cell = 0; cell < RNN_CELL_COUNT; cell++)
        for (int direction = 0; direction < RNN_DIRECTION_COUNT; direction++)
            for (int before = 0; before <= (cell == RNN_GRU); before++)
                if (!append_cell_grid(list, request, (rnn_cell)cell, (rnn_direction)direction,
                                      cell == RNN_GRU && !before, error))
                    return false;
    return true;
}

static bool append_preset(problem_list *list, const char *name, rnn_error *error) {
    const problem_preset *preset = preset_find(name);
    char known[96];
    if (!preset)
        return fail(error, "--preset %.80s: not one of %s", name,
                    preset_names(known, sizeof known));
    bool ok = true;
    for (int i = 0; ok && i < preset->pattern_count; i++)
        ok = problem_list_expand(list, preset->patterns[i], error);
    return ok;
}

/* Caps T, then keeps what the filters let pass; a cap can make two problems one. */
static bool filter(problem_list *list, const problem_request *request, rnn_error *error) {
    problem_list all = *list;
    *list = (problem_list){0};
    bool ok = true;
    for (int i = 0; ok && i < all.count; i++) {
        problem p = all.items[i];
        if (request->max_steps && p.timesteps > request->max_steps)
            p.timesteps = request->max_steps;
        if (problem_filter_passes(&request->filter, &p))
            ok = problem_list_add(list, &p, error);
    }
    problem_list_free(&all);
    return ok;
}

static void keep_owned(problem_list *list, const int *owners, int owner) {
    int kept = 0;
    for (int i = 0; i < list->count; i++)
        if (owners[i] == owner)
            list->items[kept++] = list->items[i];
    list->count = kept;
    free(list->slots); /* they say where the problems were before */
    list->slots = NULL;
}

/* Leaves the problems of one shard, in the order they had. */
static bool keep_shard(problem_list *list, const problem_request *request, rnn_error *error) {
    if (request->shard.count == 0)
        return true;
    const int all = list->count;
    double *costs = calloc((size_t)all, sizeof *costs);
    int *owners = calloc((size_t)all, sizeof *owners);
    for (int i = 0; costs && i < all; i++)
        costs[i] = sweep_cost(&request->effort, &list->items[i]);
    bool ok = costs && owners && shard_assign(costs, all, request->shard.count, owners);
    if (ok)
        keep_owned(list, owners, request->shard.index);
    else
        fail(error, "out of memory: %d problems", all);
    free(costs);
    free(owners);
    if (ok && list->count == 0)
        return fail(error, "--shard %d/%d: there are %d problems, so nothing is left for it",
                    request->shard.index, request->shard.count, all);
    return ok;
}

/* Ends a choice: filters what was collected. */
static bool finish(problem_list *list, const problem_request *request, bool collected,
                   rnn_error *error) {
    bool ok = collected && filter(list, request, error);
    if (ok && list->count == 0) {
        char filters[200], cap[32] = "";
        problem_filter_text(&request->filter, filters, sizeof filters);
        if (request->max_steps)
            snprintf(cap, sizeof cap, "%s--max-steps %d", *filters ? " " : "", request->max_steps);
        ok = fail(error, "no problem passes %s%s", filters, cap);
    }
    ok = ok && keep_shard(list, request, error);
    for (int i = 0; ok && i < list->count; i++)
        ok = problem_fits_memory(&list->items[i], error);
    if (!ok)
        problem_list_free(list);
    return ok;
}

const char *problem_request_preset(const problem_request *request) {
    const problem_filter *f = &request->filter;
    const bool asks_for_grid =
        f->directions || f->batch.count || f->steps.count || f->features.count || f->units.count;
    return request->preset || request->pattern_count || asks_for_grid ? request->preset : "quick";
}

bool problem_list_for_sweep(problem_list *list, const problem_request *request, rnn_error *error) {
    const char *preset = problem_request_preset(request);
    bool ok;
    if (request->preset && request->pattern_count)
        ok = fail(error, "--preset %.80s: excludes --problem %.120s", request->preset,
                  request->patterns[0]);
    else if (request->pattern_count)
        ok = expand_given(list, request, error);
    else if (preset)
        ok = append_preset(list, preset, error);
    else
        ok = append_grid(list, request, error);
    return finish(list, request, ok, error);
}

bool problem_list_for_check(problem_list *list, const problem_request *request, rnn_error *error) {
    bool ok = !request->pattern_count || expand_given(list, request, error);
    for (int i = 0; ok && !request->pattern_count && i < problem_table_count(); i++)
        ok = problem_list_add_text(list, problem_table_get(i)->text, error);
    return finish(list, request, ok, error);
}
