/* SPDX-License-Identifier: MIT
 * rnnbench sweep */
#include "bench/base/clock.h"
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/interrupt.h"
#include "bench/measure/measure.h"
#include "bench/measure/sweep_files.h"
#include "bench/measure/table.h"
#include "bench/problems/backend_set.h"
#include "bench/results/context.h"
#include "bench/results/rows.h"
#include "kernels/engine/cores.h"

#include <stdlib.h>

/* ---- Before anything is measured ------------------------------------------------------------- */

/* The physical cores, or fewer and what says so: the limits count processors, of which a core may
 * have two. */
static rnn_core_limit usable_cores(const machine_info *machine) {
    rnn_core_limit limit = rnn_thread_limit();
    if (limit.cores > machine->cores)
        limit.cores = machine->cores;
    return limit;
}

/* One thread and all cores that may be used, unless told otherwise. */
static bool choose_threads(sweep_state *sweep, rnn_error *error) {
    const int_list *given = &sweep->options->threads;
    const rnn_core_limit limit = usable_cores(&sweep->machine);
    const int usual[] = {1, limit.cores};
    int count = given->count ? given->count : limit.cores == 1 ? 1 : 2;
    for (int i = 0; i < count; i++)
        if (!int_list_append(&sweep->threads, given->count ? given->values[i] : usual[i]))
            return fail(error, "out of memory: a list of %d threads", count);
    if (!given->count && limit.set_by[0])
        printf("threads: at most %d of %d cores (%s)\n", limit.cores, limit.online, limit.set_by);
    tell_many_threads(given, limit.cores, limit.set_by);
    return true;
}

/* What is not asked for by name is no more than what a user would choose among. */
static void choose_backends(sweep_options *options) {
    rnn_backend_info info;
    bool any = false;
    if (options->backends)
        return;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.kind != RNN_BACKEND_FORCED) {
            options->backends |= 1u << i;
        } else if (info.available) {
            printf("%s%s", any ? ", " : "left out without --backend: ", info.name);
            any = true;
        }
    if (any)
        putchar('\n');
}

/* ---- The context block ----------------------------------------------------------------------- */

static void add_to_file(const char *key, const char *value, void *data) {
    (void)data;
    gbench_add_context(key, value);
}

static void add_peaks(const sweep_state *sweep) {
    for (int p = 1; p <= sweep->peak_count; p++) {
        const peak_set *peaks = &sweep->peaks[p - 1];
        if (peaks->threads != p)
            continue;
        char key[48], value[PEAKS_TEXT_SIZE];
        snprintf(key, sizeof key, "peaks_threads_%d", p);
        peaks_text(&sweep->machine, peaks, value);
        gbench_add_context(key, value);
        printf("%d thread%s: %s\n", p, p == 1 ? "" : "s", value);
    }
}

static void add_context(const sweep_state *sweep, const char *command) {
    const sweep_options *options = sweep->options;
    const shard_choice shard = options->request.shard;
    char text[64];
    context_machine(&sweep->machine, add_to_file, NULL);
    context_build(add_to_file, NULL);
    context_environment(add_to_file, NULL);
    add_peaks(sweep);
    gbench_add_context("command", command);
    const char *preset = problem_request_preset(&options->request);
    gbench_add_context("preset", preset ? preset : "none");
    snprintf(text, sizeof text, "%llu", (unsigned long long)options->seed);
    gbench_add_context("seed", text);
    snprintf(text, sizeof text, "%d", ROWS_SCHEMA_VERSION);
    gbench_add_context(ROWS_SCHEMA_KEY, text);
    snprintf(text, sizeof text, "%d/%d", shard.index, shard.count);
    if (shard.count)
        gbench_add_context("shard", text);
}

/* ---- The sweep ------------------------------------------------------------------------------ */

static bool measure_all(sweep_state *sweep, sweep_files *files, const problem_list *problems) {
    double total = 0;
    for (int i = 0; i < problems->count; i++)
        total += measure_cost(sweep, &problems->items[i]);
    progress_start(&sweep->progress, total);
    for (int i = 0; i < problems->count && !*sweep->stop; i++) {
        double cost = measure_cost(sweep, &problems->items[i]);
        if (!measure_problem(sweep, &problems->items[i], cost)) {
            progress_clear(&sweep->progress);
            fputs("rnnbench sweep: out of memory\n", stderr);
            return false;
        }
        sweep->done_cost += cost;
        sweep->done_problems += !*sweep->stop;
        char text[PROBLEM_TEXT_SIZE];
        problem_print(&problems->items[i], text);
        progress_line(&sweep->progress, sweep->done_cost, text);
        if (sweep->results.count)
            sweep_files_write_now_and_then(files);
    }
    progress_clear(&sweep->progress);
    return true;
}

static int close_sweep(const sweep_state *sweep, sweep_files *files, int problems, bool complete) {
    const measurement_list *results = &sweep->results;
    if (*sweep->stop)
        gbench_add_context("interrupted", "true");
    else if (complete)
        gbench_add_context("finished", "true");
    bool written = sweep_files_write_all(files, results);
    table_print(stdout, results);
    refusals_print(&results->refusals, "not measured", "row");
    printf("\n%d of %d problems, %d rows, ", sweep->done_problems, problems, results->count);
    measurements_print_failures(results);
    printf(", %.0f s\n", clock_seconds() - sweep->start);
    if (results->count == 0 && !*sweep->stop)
        puts("nothing was measured");
    sweep_files_print(files);
    if (*sweep->stop)
        return EXIT_INTERRUPTED;
    bool fine = complete && written && results->count && !results->wrong && !results->failed;
    return fine ? EXIT_FINE : EXIT_WRONG;
}

static int run_sweep(sweep_state *sweep, sweep_files *files, const problem_list *problems,
                     const char *command) {
    sweep->start = clock_seconds();
    rnn_error error;
    if (choose_threads(sweep, &error))
        sweep->peaks = peaks_measure(&sweep->machine, &sweep->threads, sweep->options->peak_time,
                                     &sweep->peak_count, &error);
    if (!sweep->peaks) {
        fprintf(stderr, "rnnbench sweep: %s\n", error.text);
        return EXIT_WRONG;
    }
    const sweep_effort *effort = &sweep->options->request.effort;
    if (!gbench_start(effort->repetitions, effort->min_time)) {
        fputs("rnnbench sweep: out of memory\n", stderr);
        return EXIT_WRONG;
    }
    add_context(sweep, command);
    fflush(stdout);
    sweep->stop = interrupt_catch();
    bool complete = measure_all(sweep, files, problems);
    return close_sweep(sweep, files, problems->count, complete);
}

static int sweep_as_asked(sweep_options *options, const char *command) {
    rnn_error error;
    problem_list problems = {0};
    sweep_state sweep = {.options = options};
    sweep_files files;
    machine_describe(&sweep.machine);
    bool ready = sweep_files_choose(&files, options, &sweep.machine, &error) &&
                 problem_list_for_sweep(&problems, &options->request, &error);
    if (ready)
        choose_backends(options);
    int status =
        ready ? run_sweep(&sweep, &files, &problems, command) : refuse_usage("sweep", error.text);
    measurements_free(&sweep.results);
    int_list_free(&sweep.threads);
    free(sweep.peaks);
    sweep_files_free(&files);
    problem_list_free(&problems);
    return status;
}

int command_sweep(const command_line *line) {
    sweep_options options = SWEEP_OPTIONS;
    option_list list = {0};
    int status;
    sweep_options_all(&list, &options);
    if (command_read(line, &list, &status)) {
        char *command = command_text(line);
        status =
            command ? sweep_as_asked(&options, command) : refuse_usage("sweep", "out of memory");
        free(command);
    }
    sweep_options_free(&options);
    return status;
}
