/* SPDX-License-Identifier: MIT
 * rnnbench gate */
#include "bench/gate/gate.h"

#include "bench/base/clock.h"
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/interrupt.h"
#include "bench/base/temporary.h"
#include "bench/gate/gate_base.h"
#include "bench/gate/gate_baseline.h"
#include "bench/gate/gate_document.h"
#include "bench/gate/gate_instructions.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static int say(int status, const char *text) {
    fflush(stdout);
    fprintf(stderr, "rnnbench gate: %s\n", text);
    return status;
}

static int status_of_end(const gate_state *gate, gate_end end) {
    switch (end) {
    case GATE_FAILED: /* the base: what the new build does is wrong */
    case GATE_HUNG:
        return say(EXIT_NOT_COMPARABLE, gate->failure);
    case GATE_UNABLE:
        return say(EXIT_USAGE, gate->failure);
    case GATE_LATE:
        return say(EXIT_NOT_COMPARABLE,
                   "the budget is too small even to check and to try these rows");
    case GATE_INTERRUPTED:
        return say(EXIT_INTERRUPTED, "interrupted; no verdict");
    case GATE_NO_MEMORY:
        return say(EXIT_USAGE, "out of memory");
    case GATE_GOES_ON:
        break;
    }
    return say(EXIT_NOT_COMPARABLE, "no verdict");
}

/* ---- Measuring ------------------------------------------------------------------------------ */

static gate_end measure(gate_state *gate) {
    const double first = gate->start + GATE_FIRST_SHARE * gate->budget;
    const double second = gate->start + GATE_SECOND_SHARE * gate->budget;
    gate_end end = gate_calibrate_rows(gate, first);
    if (end != GATE_GOES_ON || gate_count(gate, GATE_WRONG))
        return end;
    gate_plan_rounds(gate, false, first);
    end = gate_measure_rounds(gate, false, first);
    if (end != GATE_GOES_ON || gate_count(gate, GATE_WRONG))
        return end;
    gate_find_suspects(gate);
    if (gate_due_rows(gate, true) == 0)
        return GATE_GOES_ON;
    gate_plan_rounds(gate, true, second);
    return gate_measure_rounds(gate, true, second);
}

/* A build that fails over a row is wrong there; one that does not even start, everywhere. */
static gate_end blame_new(gate_state *gate, gate_end end) {
    if (end != GATE_FAILED || !gate_is_this_build(gate, gate->failed_side))
        return end;
    say(EXIT_WRONG, gate->failure);
    const bool any_left = gate_due_rows(gate, false) > 0;
    for (int i = 0; i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        if (gate->asked_row ? gate->asked_row == row : !any_left || !row->left_out)
            gate_leave_out(row, GATE_WRONG, "%.250s", gate->failure);
    }
    return GATE_GOES_ON;
}

/* A row that was found wrong is, however the rest of it ended. */
static gate_end keep_wrong(gate_state *gate, gate_end end) {
    gate_leave_out_others(gate);
    if (end != GATE_LATE && end != GATE_FAILED && end != GATE_UNABLE)
        return end;
    if (end != GATE_LATE)
        gate_note(gate, "it ended early: %.280s", gate->failure);
    return GATE_GOES_ON;
}

static void clear_ratios(gate_state *gate) {
    for (int i = 0; i < gate->row_count; i++) {
        gate_row *row = &gate->rows[i];
        row->ratio = row->low = row->high = row->visible = row->p = NAN;
    }
}

static gate_end check_and_measure(gate_state *gate) {
    clear_ratios(gate);
    progress_start(&gate->progress, gate->budget);
    gate_end end = gate_check_rows(gate);
    if (end == GATE_GOES_ON && gate_count(gate, GATE_WRONG) == 0)
        end = gate->options->instructions ? gate_count_rows(gate) : measure(gate);
    gate_stop_pair(gate);
    progress_clear(&gate->progress);
    end = blame_new(gate, end);
    if (gate_count(gate, GATE_WRONG))
        end = keep_wrong(gate, end);
    if (end == GATE_GOES_ON && !gate->options->instructions && !gate_judge(gate))
        end = GATE_NO_MEMORY;
    return end;
}

static int verdict(const gate_state *gate) {
    if (gate_count(gate, GATE_WRONG) || gate_count(gate, GATE_SLOWER))
        return EXIT_WRONG;
    return gate_count(gate, GATE_SAME) + gate_count(gate, GATE_FASTER) +
                   gate_count(gate, GATE_NOT_CONFIRMED)
               ? EXIT_FINE
               : EXIT_NOT_COMPARABLE;
}

static int report(const gate_state *gate) {
    document d;
    bool ok = gate_document(&d, gate);
    if (!ok)
        say(EXIT_USAGE, "out of memory");
    else
        ok = document_output(&gate->options->output, "gate", &d);
    document_free(&d);
    if (!ok)
        return EXIT_USAGE;
    const int status = verdict(gate);
    return status == EXIT_NOT_COMPARABLE ? say(status, "no row could be judged") : status;
}

static int run(gate_state *gate) {
    const gate_end end = check_and_measure(gate);
    return end == GATE_GOES_ON ? report(gate) : status_of_end(gate, end);
}

/* ---- What was asked for --------------------------------------------------------------------- */

static int find_base(gate_state *gate, char program[PATH_MAX], char name[PATH_MAX + 100]) {
    rnn_error error;
    const char *against = gate->options->against;
    if (!against) {
        snprintf(name, PATH_MAX + 100, "%s",
                 gate->options->baseline ? gate->options->baseline : "this program again");
        strcpy(program, gate->programs[NEW]);
        return EXIT_FINE;
    }
    switch (gate_find_base(against, gate->options->cache, program, PATH_MAX, gate->stop, &error)) {
    case BASE_FOUND:
        snprintf(name, PATH_MAX + 100, "%s (%s)", against, program);
        return EXIT_FINE;
    case BASE_UNKNOWN:
        return say(EXIT_USAGE, error.text);
    case BASE_INTERRUPTED:
        return say(EXIT_INTERRUPTED, error.text);
    default:
        return say(EXIT_NOT_COMPARABLE, error.text);
    }
}

/* Workers need one each, and a revision takes minutes to build. */
static bool check_temporary_folder(rnn_error *error) {
    char path[PATH_MAX];
    if (!temporary_name(path, error))
        return false;
    unlink(path);
    return true;
}

static int gate_programs(gate_state *gate) {
    char programs[SIDES][PATH_MAX], base_name[PATH_MAX + 100];
    rnn_error error;
    if (!gate_find_this(programs[NEW], PATH_MAX))
        return say(EXIT_USAGE, "this program's own file is not to be found");
    for (int side = 0; side < SIDES; side++)
        gate->programs[side] = programs[side];
    if (!check_temporary_folder(&error))
        return say(EXIT_USAGE, error.text);
    gate->names[BASE] = base_name;
    gate->names[NEW] = programs[NEW];
    const int found = find_base(gate, programs[BASE], base_name);
    if (found != EXIT_FINE)
        return found;
    gate->start = clock_seconds();
    int listed = EXIT_FINE;
    if (gate->options->baseline)
        listed = gate_list_baseline(gate, &error);
    else if (!gate_list_rows(gate, &error))
        listed = EXIT_USAGE;
    if (listed == EXIT_FINE)
        return run(gate);
    return say(listed, error.text);
}

/* What a gate draws is drawn anew in each: the same draws would favour one side for ever. */
static uint64_t random_start(void) {
    uint64_t start;
    if (getrandom(&start, sizeof start, GRND_NONBLOCK) != (ssize_t)sizeof start)
        start = (uint64_t)(1e9 * clock_seconds()) ^ (uint64_t)getpid() << 32;
    return start;
}

static int gate_as_asked(gate_options *options) {
    rnn_error error;
    if (!gate_options_check(options, &error) || !output_choose_format(&options->output, &error))
        return refuse_usage("gate", error.text);
    gate_state gate = {.options = options,
                       .rule = {.threshold = gate_options_threshold(options),
                                .floor = gate_options_floor(options)},
                       .budget = gate_options_budget(options),
                       .random = random_start(),
                       .stop = interrupt_catch()};
    const int status = gate_programs(&gate);
    gate_free_rows(&gate);
    return status;
}

int command_gate(const command_line *line) {
    gate_options options = {.seed = 1};
    option_list list = {0};
    int status;
    gate_options_add(&list, &options);
    if (command_read(line, &list, &status))
        status = gate_as_asked(&options);
    gate_options_free(&options);
    return status;
}
