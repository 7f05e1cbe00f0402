/* SPDX-License-Identifier: MIT
 * rnnbench gate */
#include "bench/base/clock.h"
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/interrupt.h"
#include "bench/gate/gate_baseline.h"
#include "bench/gate/gate_checks.h"
#include "bench/gate/gate_document.h"
#include "bench/gate/gate_instructions.h"
#include "bench/gate/gate_rounds.h"
#include "bench/gate/gate_verdict.h"

#include <sys/random.h>
#include <unistd.h>

static int say(int status, const char *text) {
    fflush(stdout);
    fprintf(stderr, "rnnbench gate: %s\n", text);
    return status;
}

/* How a gate ends that has no verdict. */
static int refuse(const gate_workers *workers, gate_end end) {
    static const struct {
        int status;
        const char *why; /* NULL: the workers say how they failed */
    } ends[] = {
        [GATE_GOES_ON] = {EXIT_NOT_COMPARABLE, "no verdict"},
        /* Only the base's failure ends here: a new build that fails is wrong. */
        [GATE_FAILED] = {EXIT_NOT_COMPARABLE, NULL},
        [GATE_HUNG] = {EXIT_NOT_COMPARABLE, NULL},
        [GATE_UNABLE] = {EXIT_USAGE, NULL},
        [GATE_LATE] = {EXIT_NOT_COMPARABLE,
                       "the budget is too small even to check and to try these rows"},
        [GATE_INTERRUPTED] = {EXIT_INTERRUPTED, "interrupted; no verdict"},
        [GATE_NO_MEMORY] = {EXIT_USAGE, "out of memory"},
    };
    return say(ends[end].status, ends[end].why ? ends[end].why : workers->failure);
}

/* ---- Measuring ------------------------------------------------------------------------------ */

static bool any_is_wrong(const gate_state *gate) {
    return gate_rows_count(&gate->rows, GATE_WRONG) > 0;
}

static gate_end measure_series(gate_state *gate, bool again, double until) {
    gate_plan_rounds(&gate->plan, &gate->rows, again, until);
    return gate_measure_rounds(gate, again, until);
}

static gate_end measure(gate_state *gate) {
    const gate_plan *plan = &gate->plan;
    const double first = plan->start + GATE_FIRST_SHARE * plan->budget;
    const double second = plan->start + GATE_SECOND_SHARE * plan->budget;
    gate_end end = gate_calibrate_rows(&gate->workers, &gate->rows, first);
    if (end == GATE_GOES_ON && !any_is_wrong(gate))
        end = measure_series(gate, false, first);
    if (end != GATE_GOES_ON || any_is_wrong(gate))
        return end;
    gate_find_suspects(&gate->rows, &gate->rule);
    return gate_rows_due(&gate->rows, true) ? measure_series(gate, true, second) : GATE_GOES_ON;
}

/* A new build that fails over a row is wrong in that row; one that does not even start is wrong in
 * all of them. */
static gate_end blame_new(gate_state *gate, gate_end end) {
    if (end != GATE_FAILED || !gate_is_this_build(gate->options, gate->workers.failed_side))
        return end;
    say(EXIT_WRONG, gate->workers.failure);
    const bool any_left = gate_rows_due(&gate->rows, false) > 0;
    for (int i = 0; i < gate->rows.count; i++) {
        gate_row *row = &gate->rows.items[i];
        if (gate->workers.asked_row ? gate->workers.asked_row == row : !any_left || !row->left_out)
            gate_leave_out(row, GATE_WRONG, "%.250s", gate->workers.failure);
    }
    return GATE_GOES_ON;
}

/* A row that was found wrong stays wrong, however the rest of the gate ended. */
static gate_end keep_wrong(gate_state *gate, gate_end end) {
    gate_rows_leave_out_others(&gate->rows, gate->plan.rounds);
    if (end != GATE_LATE && end != GATE_FAILED && end != GATE_UNABLE)
        return end;
    if (end != GATE_LATE)
        gate_note(&gate->notes, "it ended early: %.280s", gate->workers.failure);
    return GATE_GOES_ON;
}

static gate_end check_and_measure(gate_state *gate) {
    progress_start(&gate->progress, gate->plan.budget);
    gate_end end = gate_check_rows(gate);
    if (end == GATE_GOES_ON && !any_is_wrong(gate))
        end = gate->options->instructions ? gate_count_rows(gate) : measure(gate);
    gate_stop_pair(&gate->workers);
    progress_clear(&gate->progress);
    end = blame_new(gate, end);
    if (any_is_wrong(gate))
        end = keep_wrong(gate, end);
    if (end == GATE_GOES_ON && !gate->options->instructions &&
        !gate_judge(&gate->rows, &gate->rule))
        end = GATE_NO_MEMORY;
    return end;
}

static int report(const gate_state *gate) {
    document d;
    const gate_rows *rows = &gate->rows;
    bool ok = gate_document(&d, gate);
    if (!ok)
        say(EXIT_USAGE, "out of memory");
    else
        ok = document_output(&gate->options->output, "gate", &d);
    document_free(&d);
    if (!ok)
        return EXIT_USAGE;
    if (gate_rows_count(rows, GATE_WRONG) || gate_rows_count(rows, GATE_SLOWER))
        return EXIT_WRONG;
    return gate_rows_judged(rows)
               ? EXIT_FINE
               : say(EXIT_NOT_COMPARABLE, "no row could be judged; a longer --budget helps where "
                                          "it was too small or the machine too noisy");
}

/* ---- What was asked for --------------------------------------------------------------------- */

static int find_and_run(gate_state *gate) {
    rnn_error error;
    gate_plan *plan = &gate->plan;
    int status = gate_find_programs(&gate->programs, gate->options, gate->workers.stop, &error);
    plan->start = clock_seconds();
    gate->workers.last_moment = plan->start + plan->budget + 0.5 * GATE_ALLOWANCE;
    if (status == EXIT_FINE && gate->options->baseline)
        status = gate_list_baseline(&gate->rows, gate->options, &gate->notes, &error);
    else if (status == EXIT_FINE && !gate_rows_list(&gate->rows, gate->options, &error))
        status = EXIT_USAGE;
    if (status != EXIT_FINE)
        return say(status, error.text);
    const gate_end end = check_and_measure(gate);
    return end == GATE_GOES_ON ? report(gate) : refuse(&gate->workers, end);
}

/* Each gate draws its own random numbers: the same draws would favour one side for ever. */
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
    gate_state gate = {
        .options = options,
        .rule = {.threshold = gate_options_threshold(options),
                 .floor = gate_options_floor(options)},
        .plan = {.budget = gate_options_budget(options), .random = random_start()},
        .workers = {.options = options,
                    .programs = &gate.programs,
                    .stop = interrupt_catch(),
                    .random = random_start()},
    };
    const int status = find_and_run(&gate);
    gate_rows_free(&gate.rows);
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
