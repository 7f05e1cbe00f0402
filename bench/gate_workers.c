/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "clock.h"

#include <stdarg.h>
#include <string.h>

#define START_SECONDS 5.0

static const char *const roles[SIDES] = {"base", "new build"};

static gate_end fail_by(gate_state *gate, side_id side, const char *doing, const char *why) {
    gate->failed_side = side;
    snprintf(gate->failure, sizeof gate->failure, "%s (%.150s): its worker %.180s%s%.120s",
             roles[side], gate->names[side], why, *doing ? ", asked to " : "", doing);
    return GATE_FAILED;
}

gate_end gate_start_pair(gate_state *gate, bool pinned) {
    for (int side = 0; side < SIDES; side++) {
        rnn_error error;
        json_t *answer;
        const char *words[] = {gate->programs[side], NULL};
        if (!worker_start(&gate->pair[side], words, pinned ? gate->core : WORKER_ANY_CORE,
                          gate->stop, &error))
            return fail_by(gate, (side_id)side, "", error.text);
        gate_end end = gate_ask(gate, (side_id)side, &answer, START_SECONDS, &error, "seed %llu",
                                (unsigned long long)gate->options->seed);
        json_decref(answer);
        if (end != GATE_GOES_ON)
            return end;
    }
    return GATE_GOES_ON;
}

void gate_stop_pair(gate_state *gate) {
    for (int side = 0; side < SIDES; side++)
        worker_stop(&gate->pair[side]);
}

gate_end gate_ask(gate_state *gate, side_id side, json_t **answer, double seconds, rnn_error *error,
                  const char *format, ...) {
    char line[PROBLEM_TEXT_SIZE + 100];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    const double now = clock_seconds(), last = gate->start + gate->budget + 0.5 * GATE_ALLOWANCE;
    const bool late = now + seconds > last;
    const worker_outcome result =
        worker_ask(&gate->pair[side], answer, late ? last : now + seconds, error, "%s", line);
    gate->cannot = result == WORKER_CANNOT;
    switch (result) {
    case WORKER_GONE:
        if (late && clock_seconds() >= last)
            return GATE_LATE;
        return fail_by(gate, side, line, error->text);
    case WORKER_INTERRUPTED:
        return GATE_INTERRUPTED;
    default:
        return GATE_GOES_ON;
    }
}
