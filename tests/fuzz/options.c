/* SPDX-License-Identifier: MIT
 * Fuzz target: command lines. The first byte is the command, then one line an argument. Nothing is
 * run of what they ask for. */
#include "bench/problems/problems.h"
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

static void check_options(const cli_options *o, int argc) {
    check_list(&o->batch, 1, INT_MAX);
    check_list(&o->steps, 1, INT_MAX);
    check_list(&o->features, 1, INT_MAX);
    check_list(&o->units, 1, INT_MAX);
    check_list(&o->threads, 1, RNN_MAX_THREADS);
    check_list(&o->reset_after, 0, 1);
    check_seconds(o->min_time);
    check_seconds(o->max_run_time);
    check_seconds(o->peak_time);
    check_seconds(o->random_seconds);
    check_seconds(o->budget);
    check_seconds(o->floor);
    FUZZ_CHECK(o->threshold >= 0 && o->threshold <= 10, "%g", o->threshold);
    FUZZ_CHECK(o->repetitions >= 0 && o->repetitions <= 10000, "%d", o->repetitions);
    FUZZ_CHECK(o->max_steps >= 0, "%d", o->max_steps);
    FUZZ_CHECK(o->shard.count == 0 || (o->shard.index >= 1 && o->shard.index <= o->shard.count),
               "%d/%d", o->shard.index, o->shard.count);
    FUZZ_CHECK(o->problem_count <= argc && o->argument_count < argc, "%d, %d of %d",
               o->problem_count, o->argument_count, argc);
    FUZZ_CHECK(memchr(o->filters, '\0', sizeof o->filters), "filters without an end");
    const char *const texts[] = {o->preset,        o->out,      o->table,  o->results,
                                 o->backend_names, o->by,       o->anchor, o->sort,
                                 o->against,       o->baseline, o->cache,  o->format};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_text(texts[i]);
}

/* Which problems they ask for: no more than chosen. */
static void choose_problems(const cli_options *options, command_id command) {
    problem_list list = {0};
    rnn_error error = {""};
    const bool ok = command == COMMAND_check ? problem_list_for_check(&list, options, &error)
                                             : problem_list_for_sweep(&list, options, &error);
    if (!ok)
        fuzz_check_error(&error);
    FUZZ_CHECK(ok == (list.count > 0), "%d problems", list.count);
    for (int i = 0; i < list.count; i++)
        FUZZ_CHECK(options_select(options, &list.items[i]), "problem %d is not asked for", i);
    problem_list_free(&list);
}

/* A worker of the gate reads one command line after the other: none leaves anything to the next. */
static void parse_another(void) {
    cli_options options;
    rnn_error error = {""};
    char *argv[] = {(char[]){"list"}, NULL};
    FUZZ_CHECK(options_parse(&options, COMMAND_list, 1, argv, &error), "after that: %s",
               error.text);
    options_free(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, data + size};
    const command_id command = (command_id)fuzz_between(&in, 0, COMMAND_COUNT - 1);
    char *argv[MOST_ARGUMENTS + 2] = {(char[]){"command"}};
    int argc = 1;
    while (in.at < in.end && argc <= MOST_ARGUMENTS)
        argv[argc++] = fuzz_text_until(&in, "\n");
    char *given[MOST_ARGUMENTS + 2]; /* getopt_long() permutes the others */
    memcpy(given, argv, sizeof given);

    cli_options options;
    rnn_error error = {""};
    if (options_parse(&options, command, argc, argv, &error)) {
        check_options(&options, argc);
        if (command == COMMAND_sweep || command == COMMAND_check || command == COMMAND_tune)
            choose_problems(&options, command);
    } else {
        fuzz_check_error(&error);
    }
    options_free(&options);
    parse_another();
    for (int i = 1; i < argc; i++)
        free(given[i]);
    return 0;
}
