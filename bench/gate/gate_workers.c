/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_workers.h"

#include "bench/base/clock.h"
#include "bench/base/fail.h"
#include "reference/random.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* A worker hangs that takes so many seconds, and so many times what is expected, without an
 * answer. */
#define HANGS_SECONDS 5.0
#define HANGS_TIMES   20.0
/* The seconds for an answer that the end of the budget cuts: by then it is late, or has long been
 * hanging. */
#define CUT_SECONDS 3.0

#define START_SECONDS    0.1 /* that a new process is expected to take */
#define SECONDS_TO_LEAVE 5.0
#define LEAST_TO_LEAVE   0.2 /* after the end of the budget */

/* ---- Without an answer ---------------------------------------------------------------------- */

static void describe(gate_workers *workers, side_id side, const char *doing, const char *why) {
    const bool is_this = gate_is_this_build(workers->options, side);
    workers->failed_side = side;
    snprintf(workers->failure, sizeof workers->failure, "%s (%.150s): its worker %.180s%s%.120s",
             is_this ? "new build" : "base", workers->programs->names[is_this ? NEW : side], why,
             *doing ? ", asked to " : "", doing);
}

/* An answer that may well be slow is given up before it must be taken to hang. */
static double last_moment_of(const gate_workers *workers, double now, double expected) {
    const bool slow = workers->patience > 0 && expected > workers->patience;
    return fmin(workers->last_moment, slow ? now + workers->patience : INFINITY);
}

static bool *hung_sides(gate_workers *workers) {
    return workers->asked_row ? workers->asked_row->hung : workers->hung;
}

/* The first time that a worker hangs it may be the machine that paused. */
static gate_end hung(gate_workers *workers, side_id side) {
    bool *before = hung_sides(workers);
    const gate_end end = before[side] ? GATE_FAILED : GATE_HUNG;
    before[side] = true;
    return end;
}

/* Says how a gate ends whose answer the end of the budget cuts, with too little time for a second
 * try. Where a round has shown that the worker can answer, the rounds that there are will do. */
static gate_end cut(gate_workers *workers, side_id side, double taken, double expected) {
    const bool before = hung_sides(workers)[side];
    const bool hangs = !workers->proven && taken > CUT_SECONDS + HANGS_TIMES * expected;
    return before || hangs ? GATE_FAILED : GATE_LATE;
}

/* ---- Asking --------------------------------------------------------------------------------- */

gate_end gate_ask(gate_workers *workers, side_id side, json_t **answer, double expected,
                  rnn_error *error, const char *format, ...) {
    char line[PROBLEM_TEXT_SIZE + 100];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    const double now = clock_seconds(), last = last_moment_of(workers, now, expected);
    const double limit = now + HANGS_SECONDS + HANGS_TIMES * expected;
    const worker_outcome result =
        worker_ask(&workers->pair[side], answer, fmin(limit, last), error, "%s", line);
    workers->cannot = result == WORKER_CANNOT;
    switch (result) {
    case WORKER_GONE:
        describe(workers, side, line, error->text);
        return GATE_FAILED;
    case WORKER_HUNG:
        describe(workers, side, line, error->text);
        if (limit <= last)
            return hung(workers, side);
        return last < workers->last_moment ? GATE_LATE
                                           : cut(workers, side, clock_seconds() - now, expected);
    case WORKER_INTERRUPTED:
        return GATE_INTERRUPTED;
    default:
        return GATE_GOES_ON;
    }
}

/* A row is wrong where this build answers with an error. */
static void leave_out_failed(const gate_workers *workers, gate_row *row, side_id side,
                             const char *why) {
    const char *who = side == NEW                  ? "the new build"
                      : workers->options->baseline ? "the anchor"
                                                   : "the base";
    if (!workers->cannot) /* the side lacks what the row needs */
        gate_leave_out(row, side == BASE ? GATE_ONLY_NEW : GATE_ONLY_BASE, "%s", why);
    else
        gate_leave_out(row, gate_is_this_build(workers->options, side) ? GATE_WRONG : GATE_UNJUDGED,
                       "%s cannot do it: %.220s", who, why);
}

gate_end gate_prepare(gate_workers *workers, gate_row *row, side_id side, double expected) {
    rnn_error error;
    json_t *answer;
    const gate_side *asked = &row->sides[side];
    const gate_end end = gate_ask(workers, side, &answer, expected, &error, "prepare %s %d %s",
                                  asked->backend, asked->threads, row->problem);
    if (end == GATE_GOES_ON && !answer)
        leave_out_failed(workers, row, side, error.text);
    json_decref(answer);
    return end;
}

gate_end gate_run(gate_workers *workers, gate_row *row, side_id side, double expected,
                  const char *command, int runs, const char *member, double *of_one) {
    rnn_error error;
    json_t *answer;
    const gate_end end = gate_ask(workers, side, &answer, expected, &error, "%s %d", command, runs);
    *of_one = json_number_value(json_object_get(answer, member)) / runs;
    if (end == GATE_GOES_ON && !answer)
        leave_out_failed(workers, row, side, error.text);
    json_decref(answer);
    return end;
}

gate_end gate_with_row(gate_workers *workers, gate_row *row, bool pinned, gate_action *action,
                       void *what) {
    workers->asked_row = row;
    gate_end end = action(workers, row, what);
    while (end == GATE_HUNG) {
        gate_stop_pair(workers);
        end = gate_start_pair(workers, pinned);
        if (end != GATE_GOES_ON)
            return end;
        workers->asked_row = row;
        end = action(workers, row, what);
    }
    if (end != GATE_GOES_ON)
        return end; /* with the row to blame in workers->asked_row */
    memset(hung_sides(workers), 0, sizeof workers->hung); /* it was the machine that paused */
    workers->asked_row = NULL;
    return end;
}

/* ---- A pair --------------------------------------------------------------------------------- */

static gate_end start_side(gate_workers *workers, side_id side, bool pinned) {
    rnn_error error;
    json_t *answer;
    const char *program = workers->programs->paths[side], *words[] = {program, NULL};
    const worker_place place = {.core = pinned ? workers->core : WORKER_ANY_CORE,
                                .shift = random_below(&workers->random, WORKER_MOST_SHIFT)};
    bool started =
        access(program, X_OK) == 0 || fail(&error, "%.200s: %s", program, strerror(errno));
    if (started)
        started = worker_start(&workers->pair[side], words, place, workers->stop, &error);
    if (!started) {
        snprintf(workers->failure, sizeof workers->failure, "%s", error.text);
        return GATE_UNABLE;
    }
    const gate_end end = gate_ask(workers, side, &answer, START_SECONDS, &error, "seed %llu",
                                  (unsigned long long)workers->options->seed);
    json_decref(answer);
    return end;
}

static gate_end start_both(gate_workers *workers, bool pinned) {
    workers->first_side = random_chance(&workers->random, 2) ? BASE : NEW;
    const gate_end end = start_side(workers, workers->first_side, pinned);
    return end == GATE_GOES_ON ? start_side(workers, !workers->first_side, pinned) : end;
}

gate_end gate_start_pair(gate_workers *workers, bool pinned) {
    bool before[SIDES]; /* what hung over the question that the pair is started for */
    memcpy(before, workers->hung, sizeof before);
    workers->asked_row = NULL;
    gate_end end = start_both(workers, pinned);
    while (end == GATE_HUNG) {
        gate_stop_pair(workers);
        end = start_both(workers, pinned);
    }
    if (end == GATE_GOES_ON)
        memcpy(workers->hung, before, sizeof before);
    return end;
}

void gate_stop_pair(gate_workers *workers) {
    for (int side = 0; side < SIDES; side++) {
        const double left = fmax(LEAST_TO_LEAVE, workers->last_moment - clock_seconds());
        worker_stop(&workers->pair[side], fmin(SECONDS_TO_LEAVE, left));
    }
}
