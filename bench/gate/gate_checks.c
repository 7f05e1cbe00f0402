/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_checks.h"

#include "bench/base/clock.h"
#include "bench/problems/backend_set.h"
#include "bench/problems/problem_cost.h"
#include "bench/results/comparable.h"
#include "bench/results/context.h"

#include <math.h>
#include <string.h>

#define FLOPS_IN_A_SECOND  5e8 /* of the oracle, about: for guesses before a row was timed */
#define CONTEXT_SECONDS    0.5
#define CALIBRATION_SAMPLE 3e-4
#define LEAST_RUNS         12  /* runs of a row that each side is asked for, if for any */
#define LEAST_PATIENCE     0.5 /* seconds, so that a pause of the machine does not cost a row */

/* ---- Against the oracle --------------------------------------------------------------------- */

typedef struct check_answer {
    bool refused; /* there is no result: the side lacks it, or had an error */
    bool cannot;  /* refused with an error */
    bool passed;
    char text[256]; /* why it did not pass */
} check_answer;

/* A rough guess from above, as if all steps counted, of how long a check takes, or a run, which is
 * of the whole problem. */
static double guess_seconds(const gate_row *row, bool of_check) {
    problem p;
    rnn_error error;
    if (!problem_parse(&p, row->problem, &error))
        return 0;
    if (of_check)
        p = problem_as_checked(&p);
    return problem_flops(&p, problem_all_steps(&p)) / FLOPS_IN_A_SECOND;
}

static gate_end check_side(gate_workers *workers, const gate_row *row, side_id side,
                           double expected, check_answer *result) {
    rnn_error error;
    json_t *answer;
    const gate_side *asked = &row->sides[side];
    const gate_end end = gate_ask(workers, side, &answer, expected, &error, "check %s %d %s",
                                  asked->backend, asked->threads, row->problem);
    const char *why = answer                ? json_string_value(json_object_get(answer, "text"))
                      : end == GATE_GOES_ON ? error.text
                                            : NULL;
    *result = (check_answer){.refused = !answer,
                             .cannot = workers->cannot,
                             .passed = !answer || json_is_true(json_object_get(answer, "passed"))};
    snprintf(result->text, sizeof result->text, "%.255s", why ? why : "");
    json_decref(answer);
    return end;
}

/* A base that is older than the command `check` answers it with other words than its usage, and is
 * not checked. */
static gate_end find_whether_base_checks(gate_workers *workers, gate_row *none, void *what) {
    bool *base_is_checked = what;
    (void)none;
    rnn_error error = {""};
    json_t *answer;
    const gate_end end = gate_ask(workers, BASE, &answer, CONTEXT_SECONDS, &error, "check");
    json_decref(answer);
    *base_is_checked = strncmp(error.text, "usage: check", 12) == 0;
    return end;
}

/* The texts live as long as the object. The name of the CPU is left out, as both builds run on this
 * one. */
static context_list context_of(json_t *object, row_context members[CONTEXT_MOST_MEMBERS]) {
    context_list list = {members, 0};
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        if (list.count < CONTEXT_MOST_MEMBERS && json_is_string(value) && strcmp(name, "cpu") != 0)
            members[list.count++] = (row_context){name, json_string_value(value)};
    }
    return list;
}

/* Notes what makes the two builds differ besides their sources. */
static gate_end compare_contexts(gate_workers *workers, gate_row *none, void *notes) {
    (void)none;
    rnn_error error;
    row_context members[SIDES][CONTEXT_MOST_MEMBERS];
    context_list contexts[SIDES];
    json_t *answers[SIDES] = {NULL, NULL};
    char text[GATE_NOTE_SIZE - sizeof "these differ: "] = "";
    gate_end end = GATE_GOES_ON;
    for (int side = 0; side < SIDES && end == GATE_GOES_ON; side++) {
        end = gate_ask(workers, (side_id)side, &answers[side], CONTEXT_SECONDS, &error, "context");
        contexts[side] = context_of(json_object_get(answers[side], "context"), members[side]);
    }
    if (end == GATE_GOES_ON)
        comparable_describe(contexts[BASE], contexts[NEW], FOR_COMPARE, text, sizeof text);
    if (*text)
        gate_note(notes, "these differ: %s", text);
    for (int side = 0; side < SIDES; side++)
        json_decref(answers[side]);
    return end;
}

/* Notes the backends that only the base has: rows are of this build's backends, so no row would
 * tell. A base that is older than the command answers with an error, and nothing is noted. */
static gate_end compare_backends(gate_workers *workers, gate_row *none, void *notes) {
    (void)none;
    rnn_error error;
    char names[200] = "";
    size_t index;
    json_t *answer, *backend;
    rnn_backend_info own;
    const gate_end end = gate_ask(workers, BASE, &answer, CONTEXT_SECONDS, &error, "backends");
    json_array_foreach(json_object_get(answer, "backends"), index, backend) {
        const char *name = json_string_value(json_object_get(backend, "name"));
        const size_t used = strlen(names);
        if (name && json_is_true(json_object_get(backend, "available")) &&
            !(rnn_backend_get(backend_index(name), &own) == RNN_OK && own.available))
            snprintf(names + used, sizeof names - used, "%s%.60s", used ? ", " : "", name);
    }
    if (*names)
        gate_note(notes, "the base has backends that this build has not: %s", names);
    json_decref(answer);
    return end;
}

/* The base goes first: the new build may take many times as long as it, and no more. */
static gate_end check_row(gate_workers *workers, gate_row *row, void *what) {
    const bool *base_is_checked = what;
    check_answer base = {.passed = true}, new = {.passed = true};
    const double start = clock_seconds(), expected = guess_seconds(row, true);
    gate_end end = GATE_GOES_ON;
    if (*base_is_checked)
        end = check_side(workers, row, BASE, expected, &base);
    if (end == GATE_GOES_ON)
        end = check_side(workers, row, NEW, fmax(expected, clock_seconds() - start), &new);
    if (end != GATE_GOES_ON)
        return end;
    if (!new.passed)
        gate_leave_out(row, GATE_WRONG, "%s", new.text);
    else if (new.cannot && !base.refused)
        gate_leave_out(row, GATE_WRONG, "the new build cannot do it: %.220s", new.text);
    else if (new.refused)
        gate_leave_out(row, base.refused ? GATE_UNJUDGED : GATE_ONLY_BASE, "%s", new.text);
    else if (workers->options->baseline && (base.cannot || !base.passed))
        gate_leave_out(row, GATE_WRONG, "the anchor is: %.230s", base.text);
    else if (base.refused)
        gate_leave_out(row, GATE_ONLY_NEW, "%s", base.text);
    else if (!base.passed)
        gate_leave_out(row, GATE_UNJUDGED, "the base is wrong: %.200s", base.text);
    return GATE_GOES_ON;
}

gate_end gate_check_rows(gate_state *gate) {
    gate_workers *workers = &gate->workers;
    bool base_is_checked = false;
    gate_end end = gate_start_pair(workers, false);
    if (end == GATE_GOES_ON)
        end = gate_with_row(workers, NULL, false, compare_contexts, &gate->notes);
    if (end == GATE_GOES_ON && gate->options->against && !gate->options->backends)
        end = gate_with_row(workers, NULL, false, compare_backends, &gate->notes);
    if (end == GATE_GOES_ON)
        end = gate_with_row(workers, NULL, false, find_whether_base_checks, &base_is_checked);
    for (int i = 0; i < gate->rows.count && end == GATE_GOES_ON; i++) {
        gate_row *row = &gate->rows.items[i];
        progress_show(&gate->progress, clock_seconds() - gate->plan.start, "checking");
        if (!row->left_out)
            end = gate_with_row(workers, row, false, check_row, &base_is_checked);
    }
    gate_stop_pair(workers);
    return end;
}

/* ---- Calibration ---------------------------------------------------------------------------- */

/* Takes the faster of two samples, as the first may be disturbed. */
static gate_end calibrate_side(gate_workers *workers, gate_row *row, side_id side) {
    gate_side *s = &row->sides[side];
    const double start = clock_seconds(), guess = guess_seconds(row, false);
    gate_end end = gate_prepare(workers, row, side, guess);
    row->prepare_seconds += clock_seconds() - start;
    for (int i = 0; i < 2 && end == GATE_GOES_ON && !row->left_out; i++) {
        const int runs = s->seconds > 0 ? (int)fmin(ceil(CALIBRATION_SAMPLE / s->seconds), 1e6) : 1;
        double seconds;
        end = gate_run(workers, row, side, (1 + runs) * fmax(s->seconds, guess), "run", runs,
                       "seconds", &seconds);
        s->seconds = i ? fmin(seconds, s->seconds) : seconds;
        if (end == GATE_GOES_ON && !row->left_out && !(seconds > 0))
            gate_leave_out(row, GATE_UNJUDGED, "%s's answer has no time",
                           side == BASE ? "base" : "new");
    }
    return end;
}

static gate_end calibrate_row(gate_workers *workers, gate_row *row, void *nothing) {
    (void)nothing;
    gate_end end = GATE_GOES_ON;
    row->prepare_seconds = 0; /* a try before that hung does not count */
    for (int side = 0; side < SIDES && end == GATE_GOES_ON && !row->left_out; side++)
        end = calibrate_side(workers, row, (side_id)side);
    return end;
}

/* A row for which the time before `until` cannot be enough is given up, and so is the pair that was
 * asked about it. */
static gate_end calibrate_in_time(gate_workers *workers, gate_row *row, double until) {
    const double left = until - clock_seconds();
    workers->patience = fmax(left / LEAST_RUNS, LEAST_PATIENCE);
    gate_end end = left > 0 ? gate_with_row(workers, row, false, calibrate_row, NULL) : GATE_LATE;
    workers->patience = 0;
    if (end != GATE_LATE)
        return end;
    gate_leave_out(row, GATE_UNJUDGED, "the budget is too small for %s",
                   left > 0 ? "a row that takes so long" : "so many rows");
    if (clock_seconds() > until)
        return GATE_GOES_ON; /* without a pair: no other row needs one */
    gate_stop_pair(workers);
    return gate_start_pair(workers, false);
}

gate_end gate_calibrate_rows(gate_workers *workers, gate_rows *rows, double until) {
    gate_end end = gate_start_pair(workers, false);
    for (int i = 0; i < rows->count && end == GATE_GOES_ON; i++)
        if (!rows->items[i].left_out)
            end = calibrate_in_time(workers, &rows->items[i], until);
    gate_stop_pair(workers);
    return end;
}
