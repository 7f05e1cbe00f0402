/* SPDX-License-Identifier: MIT
 * rnnbench sweep */
#include "bench/base/clock.h"
#include "bench/base/fail.h"
#include "bench/base/interrupt.h"
#include "bench/commands.h"
#include "bench/machine/peaks.h"
#include "bench/measure/measure.h"
#include "bench/measure/sweep_files.h"
#include "bench/measure/table.h"
#include "bench/problems/problems.h"
#include "bench/problems/sweep_cost.h"
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
    options_tell_threads(sweep->options, limit.cores, limit.set_by);
    return true;
}

static bool measure_peaks(sweep_state *sweep, rnn_error *error) {
    const double given = sweep->options->peak_time, seconds = given > 0 ? given : 2.5;
    sweep->peaks =
        peaks_measure(&sweep->machine, &sweep->threads, seconds, &sweep->peak_count, error);
    return sweep->peaks != NULL;
}

/* What is not asked for by name is no more than what a user would choose among. */
static void choose_backends(cli_options *options) {
    rnn_backend_info info;
    bool any = false;
    if (options->backends)
        return;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (!options_backend_is_forced(i)) {
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

static void add_context(const sweep_state *sweep) {
    const cli_options *options = sweep->options;
    char text[64];
    context_machine(&sweep->machine, add_to_file, NULL);
    context_build(add_to_file, NULL);
    context_environment(add_to_file, NULL);
    add_peaks(sweep);
    gbench_add_context("command", options->command_line);
    const char *preset = problem_list_preset(options);
    gbench_add_context("preset", preset ? preset : "none");
    snprintf(text, sizeof text, "%llu", (unsigned long long)options->seed);
    gbench_add_context("seed", text);
    snprintf(text, sizeof text, "%d", ROWS_SCHEMA_VERSION);
    gbench_add_context(ROWS_SCHEMA_KEY, text);
    snprintf(text, sizeof text, "%d/%d", options->shard.index, options->shard.count);
    if (options->shard.count)
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
    const result_list *results = &sweep->results;
    if (*sweep->stop)
        gbench_add_context("interrupted", "true");
    else if (complete)
        gbench_add_context("finished", "true");
    bool written = sweep_files_write_all(files, results);
    table_print(stdout, results);
    refusals_print(&results->refusals, "not measured", "row");
    printf("\n%d of %d problems, %d rows, ", sweep->done_problems, problems, results->count);
    results_print_failures(results);
    printf(", %.0f s\n", clock_seconds() - sweep->start);
    if (results->count == 0 && !*sweep->stop)
        puts("nothing was measured");
    sweep_files_print(files);
    if (*sweep->stop)
        return EXIT_INTERRUPTED;
    bool fine = complete && written && results->count && !results->wrong && !results->failed;
    return fine ? EXIT_FINE : EXIT_WRONG;
}

static int run_sweep(sweep_state *sweep, sweep_files *files, const problem_list *problems) {
    sweep->start = clock_seconds();
    rnn_error error;
    if (!choose_threads(sweep, &error) || !measure_peaks(sweep, &error)) {
        fprintf(stderr, "rnnbench sweep: %s\n", error.text);
        return EXIT_WRONG;
    }
    if (!gbench_start(sweep->repetitions, sweep->min_time)) {
        fputs("rnnbench sweep: out of memory\n", stderr);
        return EXIT_WRONG;
    }
    add_context(sweep);
    fflush(stdout);
    sweep->stop = interrupt_catch();
    bool complete = measure_all(sweep, files, problems);
    return close_sweep(sweep, files, problems->count, complete);
}

int command_sweep(const cli_options *given) {
    rnn_error error;
    cli_options with_backends = *given;
    const cli_options *options = &with_backends;
    problem_list problems = {0};
    const sweep_effort effort = sweep_effort_of(options);
    sweep_state sweep = {.options = options,
                         .repetitions = effort.repetitions,
                         .min_time = effort.min_time,
                         .max_run_time = effort.max_run_time};
    sweep_files files;
    machine_describe(&sweep.machine);
    bool ready = sweep_files_choose(&files, options, &sweep.machine, &error) &&
                 problem_list_for_sweep(&problems, options, &error);
    if (ready)
        choose_backends(&with_backends);
    int status = ready ? run_sweep(&sweep, &files, &problems) : refuse_usage("sweep", error.text);
    results_free(&sweep.results);
    int_list_free(&sweep.threads);
    free(sweep.peaks);
    sweep_files_free(&files);
    problem_list_free(&problems);
    return status;
}
