/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate.h"

#include "bench/base/clock.h"
#include "bench/base/fail.h"
#include "bench/worker/worker_shift.h"
#include "reference/random.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* What no answer may take beyond what is expected, by how much, and how many times that. */
#define HANGS_SECONDS 5.0
#define HANGS_TIMES   20.0
/* The same of one that the end of the budget cuts: by then it is late, or has long been hanging. */
#define CUT_SECONDS 3.0

#define START_SECONDS    0.1 /* that are expected of a new process */
#define SECONDS_TO_LEAVE 5.0
#define LEAST_TO_LEAVE   0.2 /* behind the end of the budget */

/* ---- Without an answer ---------------------------------------------------------------------- */

static void describe(gate_state *gate, side_id side, const char *doing, const char *why) {
    const bool is_this = gate_is_this_build(gate, side);
    gate->failed_side = side;
    snprintf(gate->failure, sizeof gate->failure, "%s (%.150s): its worker %.180s%s%.120s",
             is_this ? "new build" : "base", gate->names[is_this ? NEW : side], why,
             *doing ? ", asked to " : "", doing);
}

double gate_last_moment(const gate_state *gate) {
    return gate->start + gate->budget + 0.5 * GATE_ALLOWANCE;
}

/* The same of one answer: what may well be slow is not waited for as what must be hanging. */
static double last_moment_of(const gate_state *gate, double now, double expected) {
    const bool slow = gate->patience > 0 && expected > gate->patience;
    return fmin(gate_last_moment(gate), slow ? now + gate->patience : INFINITY);
}

static bool *hung_sides(gate_state *gate) {
    return gate->asked_row ? gate->asked_row->hung : gate->hung;
}

/* The first time it may be the machine that paused, */
static gate_end hung(gate_state *gate, side_id side) {
    bool *before = hung_sides(gate);
    const gate_end end = before[side] ? GATE_FAILED : GATE_HUNG;
    before[side] = true;
    return end;
}

/* and so it was, once the second try has gone well. */
static void forget_hung(gate_state *gate) {
    bool *before = hung_sides(gate);
    for (int side = 0; side < SIDES; side++)
        before[side] = false;
}

/* Cut by the end of the budget: too little time for a second try. Where a round has shown that it
 * can answer, the rounds that there are will do. */
static gate_end cut(gate_state *gate, side_id side, double taken, double expected) {
    const bool before = hung_sides(gate)[side];
    const bool hangs = gate->rounds == 0 && taken > CUT_SECONDS + HANGS_TIMES * expected;
    return before || hangs ? GATE_FAILED : GATE_LATE;
}

/* ---- Asking --------------------------------------------------------------------------------- */

gate_end gate_ask(gate_state *gate, side_id side, json_t **answer, double expected,
                  rnn_error *error, const char *format, ...) {
    char line[PROBLEM_TEXT_SIZE + 100];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    const double now = clock_seconds(), last = last_moment_of(gate, now, expected);
    const double limit = now + HANGS_SECONDS + HANGS_TIMES * expected;
    const worker_outcome result =
        worker_ask(&gate->pair[side], answer, fmin(limit, last), error, "%s", line);
    gate->cannot = result == WORKER_CANNOT;
    switch (result) {
    case WORKER_GONE:
        describe(gate, side, line, error->text);
        return GATE_FAILED;
    case WORKER_HUNG:
        describe(gate, side, line, error->text);
        if (limit <= last)
            return hung(gate, side);
        return last < gate_last_moment(gate) ? GATE_LATE
                                             : cut(gate, side, clock_seconds() - now, expected);
    case WORKER_INTERRUPTED:
        return GATE_INTERRUPTED;
    default:
        return GATE_GOES_ON;
    }
}

gate_end gate_with_row(gate_state *gate, gate_row *row, bool pinned, gate_action *action,
                       void *what) {
    gate->asked_row = row;
    gate_end end = action(gate, row, what);
    while (end == GATE_HUNG) {
        gate_stop_pair(gate);
        end = gate_start_pair(gate, pinned);
        if (end != GATE_GOES_ON)
            return end;
        gate->asked_row = row;
        end = action(gate, row, what);
    }
    if (end != GATE_GOES_ON)
        return end; /* with the row to blame in gate->asked_row */
    forget_hung(gate);
    gate->asked_row = NULL;
    return end;
}

/* ---- A pair --------------------------------------------------------------------------------- */

static gate_end start_side(gate_state *gate, side_id side, bool pinned) {
    rnn_error error;
    json_t *answer;
    const char *program = gate->programs[side], *words[] = {program, NULL};
    const worker_place place = {.core = pinned ? gate->core : WORKER_ANY_CORE,
                                .shift = random_below(&gate->random, WORKER_MOST_SHIFT)};
    bool started =
        access(program, X_OK) == 0 || fail(&error, "%.200s: %s", program, strerror(errno));
    if (started)
        started = worker_start(&gate->pair[side], words, place, gate->stop, &error);
    if (!started) {
        snprintf(gate->failure, sizeof gate->failure, "%s", error.text);
        return GATE_UNABLE;
    }
    const gate_end end = gate_ask(gate, side, &answer, START_SECONDS, &error, "seed %llu",
                                  (unsigned long long)gate->options->seed);
    json_decref(answer);
    return end;
}

static gate_end start_both(gate_state *gate, bool pinned) {
    gate->first_side = random_chance(&gate->random, 2) ? BASE : NEW;
    const gate_end end = start_side(gate, gate->first_side, pinned);
    return end == GATE_GOES_ON ? start_side(gate, !gate->first_side, pinned) : end;
}

gate_end gate_start_pair(gate_state *gate, bool pinned) {
    bool before[SIDES]; /* over the question that the pair is started for */
    memcpy(before, gate->hung, sizeof before);
    gate->asked_row = NULL;
    gate_end end = start_both(gate, pinned);
    while (end == GATE_HUNG) {
        gate_stop_pair(gate);
        end = start_both(gate, pinned);
    }
    if (end == GATE_GOES_ON)
        memcpy(gate->hung, before, sizeof before);
    return end;
}

void gate_stop_pair(gate_state *gate) {
    for (int side = 0; side < SIDES; side++) {
        const double left = fmax(LEAST_TO_LEAVE, gate_last_moment(gate) - clock_seconds());
        worker_stop(&gate->pair[side], fmin(SECONDS_TO_LEAVE, left));
    }
}
