/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate.h"

#include "bench/base/fail.h"
#include "bench/problems/backend_set.h"
#include "kernels/engine/cores.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool gate_is_this_build(const gate_state *gate, side_id side) {
    return side == NEW || !gate->options->against;
}

bool gate_row_by_cpu(const gate_row *row) {
    return row->sides[BASE].threads == 1 && row->sides[NEW].threads == 1;
}

void gate_row_name(const gate_row *row, char *text, size_t size) {
    snprintf(text, size, "%s %d thread%s %s", row->backend, row->threads,
             row->threads == 1 ? "" : "s", row->problem);
}

void gate_note(gate_state *gate, const char *format, ...) {
    va_list arguments;
    if (gate->note_count == GATE_MAX_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(gate->notes[gate->note_count++], sizeof gate->notes[0], format, arguments);
    va_end(arguments);
}

void gate_leave_out(gate_row *row, gate_outcome outcome, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->why, sizeof row->why, format, arguments);
    va_end(arguments);
    row->outcome = outcome;
    row->left_out = true;
}

void gate_leave_out_failed(const gate_state *gate, gate_row *row, side_id side, const char *why) {
    const char *who = side == NEW               ? "the new build"
                      : gate->options->baseline ? "the anchor"
                                                : "the base";
    if (!gate->cannot) /* it lacks it */
        gate_leave_out(row, side == BASE ? GATE_ONLY_NEW : GATE_ONLY_BASE, "%s", why);
    else
        gate_leave_out(row, gate_is_this_build(gate, side) ? GATE_WRONG : GATE_UNJUDGED,
                       "%s cannot do it: %.220s", who, why);
}

void gate_leave_out_others(gate_state *gate) {
    for (int i = 0; i < gate->row_count; i++)
        if (!gate->rows[i].left_out && gate->rows[i].outcome != GATE_SLOWER)
            gate_leave_out(&gate->rows[i], GATE_UNJUDGED, "%s, as a result is wrong",
                           gate->rounds ? "not judged" : "not timed");
}

int gate_count(const gate_state *gate, gate_outcome outcome) {
    int count = 0;
    for (int i = 0; i < gate->row_count; i++)
        count += gate->rows[i].outcome == outcome;
    return count;
}

bool gate_is_due(const gate_row *row, bool again) {
    return !row->left_out && (!again || row->suspect);
}

int gate_due_rows(const gate_state *gate, bool again) {
    int count = 0;
    for (int i = 0; i < gate->row_count; i++)
        count += gate_is_due(&gate->rows[i], again);
    return count;
}

void gate_free_rows(gate_state *gate) {
    for (int i = 0; i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        gate_series_free(&row->first);
        gate_series_free(&row->second);
        for (int side = 0; side < SIDES; side++)
            gate_series_free(&row->sides[side].times);
    }
    free(gate->rows);
    gate->rows = NULL;
    gate->row_count = 0;
}

/* ---- This build's ---------------------------------------------------------------------------- */

/* Other libraries' speed is not this build's: they are judged only where --backend names them. */
static bool is_selected(const gate_options *options, int index, const rnn_backend_info *info) {
    if (options->backends)
        return set_has(options->backends, index);
    return info->available && !info->version[0] && !backend_is_forced(index);
}

static bool add_row(gate_state *gate, const problem *p, const char *backend, int threads) {
    gate_row *grown = realloc(gate->rows, (size_t)(gate->row_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    gate->rows = grown;
    gate_row *row = &gate->rows[gate->row_count++];
    *row = (gate_row){.backend = backend, .threads = threads};
    problem_print(p, row->problem);
    for (int side = 0; side < SIDES; side++) {
        row->sides[side].backend = backend;
        row->sides[side].threads = threads;
    }
    return true;
}

/* Of --threads, or as many as there are cores; one for `auto`, which on more is openmp. */
static int_list threads_of(const gate_options *options, const rnn_backend_info *info) {
    static int one = 1, cores;
    cores = rnn_usable_cores();
    if (!info->threaded)
        return (int_list){&one, 1};
    if (options->threads.count)
        return options->threads;
    return (int_list){strcmp(info->name, "auto") == 0 ? &one : &cores, 1};
}

static bool add_problem(gate_state *gate, const problem *p) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++) {
        if (!is_selected(gate->options, i, &info))
            continue;
        const int_list threads = threads_of(gate->options, &info);
        for (int j = 0; j < threads.count; j++)
            if (!add_row(gate, p, info.name, threads.values[j]))
                return false;
    }
    return true;
}

bool gate_list_rows(gate_state *gate, rnn_error *error) {
    problem_request asked = gate->options->request;
    problem_list problems = {0};
    if (!asked.preset && problem_request_preset(&asked))
        asked.preset = "gate";
    bool ok = problem_list_for_sweep(&problems, &asked, error);
    for (int i = 0; ok && i < problems.count; i++)
        ok = add_problem(gate, &problems.items[i]) || fail(error, "out of memory");
    problem_list_free(&problems);
    return ok && (gate->row_count || fail(error, "no available backend is selected"));
}
