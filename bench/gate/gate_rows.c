/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_rows.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/problems/backend_set.h"
#include "kernels/engine/cores.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool gate_row_by_cpu(const gate_row *row) {
    return row->sides[BASE].threads == 1 && row->sides[NEW].threads == 1;
}

void gate_row_name(const gate_row *row, char *text, size_t size) {
    snprintf(text, size, "%s %d thread%s %s", row->backend, row->threads,
             row->threads == 1 ? "" : "s", row->problem);
}

void gate_leave_out(gate_row *row, gate_outcome outcome, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->why, sizeof row->why, format, arguments);
    va_end(arguments);
    row->outcome = outcome;
    row->left_out = true;
}

bool gate_row_is_due(const gate_row *row, bool again) {
    return !row->left_out && (!again || row->suspect);
}

/* ---- All of them ----------------------------------------------------------------------------- */

void gate_rows_leave_out_others(gate_rows *rows, bool were_timed) {
    for (int i = 0; i < rows->count; i++)
        if (!rows->items[i].left_out && rows->items[i].outcome != GATE_SLOWER)
            gate_leave_out(&rows->items[i], GATE_UNJUDGED, "%s, as a result is wrong",
                           were_timed ? "not judged" : "not timed");
}

int gate_rows_count(const gate_rows *rows, gate_outcome outcome) {
    int count = 0;
    for (int i = 0; i < rows->count; i++)
        count += rows->items[i].outcome == outcome;
    return count;
}

int gate_rows_judged(const gate_rows *rows) {
    return gate_rows_count(rows, GATE_SAME) + gate_rows_count(rows, GATE_FASTER) +
           gate_rows_count(rows, GATE_SLOWER) + gate_rows_count(rows, GATE_NOT_CONFIRMED);
}

int gate_rows_due(const gate_rows *rows, bool again) {
    int count = 0;
    for (int i = 0; i < rows->count; i++)
        count += gate_row_is_due(&rows->items[i], again);
    return count;
}

gate_row *gate_rows_add(gate_rows *rows, const char *text, const char *backend, int threads) {
    if (!LIST_MAKE_ROOM(rows->items, rows->count))
        return NULL;
    gate_row *row = &rows->items[rows->count++];
    const gate_side side = {.backend = backend, .threads = threads};
    *row = (gate_row){.backend = backend,
                      .threads = threads,
                      .sides = {side, side},
                      .p = NAN,
                      .ratio = NAN,
                      .low = NAN,
                      .high = NAN,
                      .visible = NAN};
    snprintf(row->problem, sizeof row->problem, "%s", text);
    return row;
}

void gate_rows_free(gate_rows *rows) {
    for (int i = 0; i < rows->count; i++) {
        gate_row *row = &rows->items[i];
        gate_series_free(&row->first);
        gate_series_free(&row->second);
        for (int side = 0; side < SIDES; side++)
            gate_series_free(&row->sides[side].times);
    }
    free(rows->items);
    *rows = (gate_rows){0};
}

/* ---- This build's ---------------------------------------------------------------------------- */

/* Other libraries' speed is not this build's: they are judged only where --backend names them. */
static bool is_selected(const gate_options *options, int index, const rnn_backend_info *info) {
    if (options->backends)
        return set_has(options->backends, index);
    return info->available && info->kind != RNN_BACKEND_LIBRARY && info->kind != RNN_BACKEND_FORCED;
}

/* The numbers of threads: of --threads, or as many as there are cores; one for `auto`, which on
 * more is openmp. */
static int_list threads_of(const gate_options *options, const rnn_backend_info *info) {
    static int one = 1, cores;
    cores = rnn_usable_cores();
    if (!info->threaded)
        return (int_list){&one, 1};
    if (options->threads.count)
        return options->threads;
    return (int_list){info->kind == RNN_BACKEND_CHOICE ? &one : &cores, 1};
}

static bool add_problem(gate_rows *rows, const gate_options *options, const problem *p) {
    char text[PROBLEM_TEXT_SIZE];
    rnn_backend_info info;
    problem_print(p, text);
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++) {
        if (!is_selected(options, i, &info))
            continue;
        const int_list threads = threads_of(options, &info);
        for (int j = 0; j < threads.count; j++)
            if (!gate_rows_add(rows, text, info.name, threads.values[j]))
                return false;
    }
    return true;
}

bool gate_rows_list(gate_rows *rows, const gate_options *options, rnn_error *error) {
    problem_request asked = options->request;
    problem_list problems = {0};
    if (!asked.preset && problem_request_preset(&asked))
        asked.preset = "gate";
    bool ok = problem_list_for_sweep(&problems, &asked, error);
    for (int i = 0; ok && i < problems.count; i++)
        ok = add_problem(rows, options, &problems.items[i]) || fail(error, "out of memory");
    problem_list_free(&problems);
    return ok && (rows->count || fail(error, "no available backend is selected"));
}
