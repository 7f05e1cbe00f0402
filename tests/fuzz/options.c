/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: command lines. The first byte is the command, and then each line is one argument.
 * Nothing that they ask for is run. */
#include "bench/gate/gate_options.h"
#include "bench/measure/sweep_options.h"
#include "bench/results/row_filter.h"
#include "tests/fuzz/fuzz.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ARGUMENTS 24

static void check_list(const int_list *list, int least, int most) {
    for (int i = 0; i < list->count; i++)
        FUZZ_CHECK(list->values[i] >= least && list->values[i] <= most, "%d", list->values[i]);
}

static void check_seconds(double seconds) {
    FUZZ_CHECK(seconds >= 0 && seconds <= 1e6, "%g", seconds);
}

static void check_text(const char *text) {
    FUZZ_CHECK(!text || *text, "an empty text was taken");
}

static void check_filter(const problem_filter *filter) {
    char text[200];
    check_list(&filter->batch, 1, INT_MAX);
    check_list(&filter->steps, 1, INT_MAX);
    check_list(&filter->features, 1, INT_MAX);
    check_list(&filter->units, 1, INT_MAX);
    check_list(&filter->reset_after, 0, 1);
    problem_filter_text(filter, text, sizeof text);
}

/* Checks which problems are asked for, of which there are no more than were chosen. */
static void check_request(const problem_request *request) {
    problem_list list = {0};
    rnn_error error = {""};
    const shard_choice shard = request->shard;
    check_filter(&request->filter);
    check_text(request->preset);
    check_seconds(request->effort.min_time);
    check_seconds(request->effort.max_run_time);
    FUZZ_CHECK(request->effort.repetitions >= 0 && request->effort.repetitions <= 10000, "%d",
               request->effort.repetitions);
    FUZZ_CHECK(request->max_steps >= 0, "%d", request->max_steps);
    FUZZ_CHECK(shard.count == 0 || (shard.index >= 1 && shard.index <= shard.count), "%d/%d",
               shard.index, shard.count);
    const bool ok = problem_list_for_sweep(&list, request, &error);
    if (!ok)
        fuzz_check_error(&error);
    FUZZ_CHECK(ok == (list.count > 0), "%d problems", list.count);
    for (int i = 0; i < list.count; i++)
        FUZZ_CHECK(problem_filter_passes(&request->filter, &list.items[i]),
                   "problem %d is not asked for", i);
    problem_list_free(&list);
}

/* ---- The lists of options ------------------------------------------------------------------- */

static bool parse(option_list *list, int argc, char **argv) {
    rnn_error error = {""};
    const bool ok = options_parse(list, argc, argv, &error);
    if (!ok)
        fuzz_check_error(&error);
    FUZZ_CHECK(list->argument_count < argc, "%d of %d", list->argument_count, argc);
    return ok;
}

static void try_sweep(int argc, char **argv) {
    sweep_options options = SWEEP_OPTIONS;
    option_list list = {0};
    sweep_options_all(&list, &options);
    if (parse(&list, argc, argv)) {
        check_request(&options.request);
        check_list(&options.threads, 1, RNN_MAX_THREADS);
        check_seconds(options.peak_time);
        check_text(options.out);
        check_text(options.table);
        check_text(options.results);
    }
    sweep_options_free(&options);
}

static void try_gate(int argc, char **argv) {
    gate_options options = {.seed = 1};
    option_list list = {0};
    rnn_error error = {""};
    gate_options_add(&list, &options);
    if (parse(&list, argc, argv)) {
        check_request(&options.request);
        check_list(&options.threads, 1, RNN_MAX_THREADS);
        FUZZ_CHECK(gate_options_threshold(&options) > 0 && gate_options_threshold(&options) <= 10,
                   "%g", options.threshold);
        check_seconds(gate_options_budget(&options));
        check_seconds(gate_options_floor(&options));
        check_text(options.against);
        check_text(options.baseline);
        check_text(options.cache);
        if (!gate_options_check(&options, &error))
            fuzz_check_error(&error);
    }
    gate_options_free(&options);
}

static void try_files(int argc, char **argv) {
    row_filter filter = {.backends = NULL};
    output_choice output = {NULL, NULL, NULL};
    option_list list = {.least_arguments = 1, .most_arguments = 2, .missing = "files are missing"};
    rnn_error error = {""};
    problem_filter_options(&list, &filter.problems);
    row_filter_options(&list, &filter);
    output_options(&list, &output);
    if (parse(&list, argc, argv)) {
        FUZZ_CHECK(list.argument_count >= 1 && list.argument_count <= 2, "%d", list.argument_count);
        check_filter(&filter.problems);
        check_list(&filter.threads, 1, RNN_MAX_THREADS);
        check_text(filter.backends);
        if (output_choose_format(&output, &error))
            FUZZ_CHECK(output.format, "no format");
        else
            fuzz_check_error(&error);
    }
    row_filter_free(&filter);
}

/* A worker of the gate reads one command line after the other, so none may leave anything to the
 * next. */
static void parse_another(void) {
    option_list list = {0};
    rnn_error error = {""};
    char *argv[] = {(char[]){"list"}, NULL};
    FUZZ_CHECK(options_parse(&list, 1, argv, &error), "after that: %s", error.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const tries[])(int, char **) = {try_sweep, try_gate, try_files};
    fuzz_input in = {data, data + size};
    const int which = (int)fuzz_between(&in, 0, sizeof tries / sizeof *tries - 1);
    char *argv[MOST_ARGUMENTS + 2] = {(char[]){"command"}};
    int argc = 1;
    while (in.at < in.end && argc <= MOST_ARGUMENTS)
        argv[argc++] = fuzz_text_until(&in, "\n");
    char *given[MOST_ARGUMENTS + 2]; /* a copy, because getopt_long() permutes the words */
    memcpy(given, argv, sizeof given);
    tries[which](argc, argv);
    parse_another();
    for (int i = 1; i < argc; i++)
        free(given[i]);
    return 0;
}
