/* SPDX-License-Identifier: MIT
 * rnnbench sweep */
#include "clock.h"
#include "commands.h"
#include "context.h"
#include "cores.h"
#include "fail.h"
#include "interrupt.h"
#include "measure.h"
#include "peaks.h"
#include "problems.h"
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Before anything is measured ------------------------------------------------------------- */

/* The path behind a chain of links, for a file that can be written; NULL, and why, for one that
 * cannot. Opens the file as it will be opened at the end, and leaves no trace. */
static char *writable_file(const char *option, const char *path, rnn_error *error) {
    struct stat before;
    bool existed = stat(path, &before) == 0;
    FILE *file = fopen(path, "a");
    if (!file) {
        fail(error, "%s %.160s: %s", option, path, strerror(errno));
        return NULL;
    }
    fclose(file);
    char *real = realpath(path, NULL);
    if (!real) /* a pipe's link leads nowhere */
        real = strdup(path);
    if (!existed && real)
        unlink(real);
    if (!real)
        fail(error, "%s %.160s: out of memory", option, path);
    return real;
}

static bool choose_files(sweep_state *sweep, rnn_error *error) {
    const char *out = sweep->options->out, *table = sweep->options->table;
    if (out && !(sweep->out = writable_file("--out", out, error)))
        return false;
    if (table && !(sweep->table = writable_file("--table", table, error)))
        return false;
    if (out && table && strcmp(sweep->out, sweep->table) == 0)
        return fail(error, "--table %.160s: the same file as --out", table);
    return true;
}

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
    const double budget = 2.5;
    sweep->peaks =
        peaks_measure(&sweep->machine, &sweep->threads, budget, &sweep->peak_count, error);
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
}

/* ---- The sweep ------------------------------------------------------------------------------ */

/* The file is rewritten as a whole, so not after every problem of a long sweep. */
static bool write_now_and_then(const sweep_state *sweep, double *last) {
    const double interval = 20;
    double now = clock_seconds();
    if (!sweep->out || now - *last < interval)
        return true;
    *last = now;
    return gbench_write(sweep->out);
}

static bool measure_all(sweep_state *sweep, const problem_list *problems) {
    double total = 0, last_write = clock_seconds();
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
        if (!write_now_and_then(sweep, &last_write))
            return true; /* told when the last write fails as well */
    }
    progress_clear(&sweep->progress);
    return true;
}

static bool write_table(const char *path, const result_list *results) {
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    table_print_markdown(file, results);
    bool ok = !ferror(file);
    return fclose(file) == 0 && ok;
}

static bool write_files(const sweep_state *sweep) {
    bool ok = true;
    if (sweep->out && !gbench_write(sweep->out)) {
        fprintf(stderr, "rnnbench sweep: --out %s: %s\n", sweep->options->out, strerror(errno));
        ok = false;
    }
    if (sweep->table && !write_table(sweep->table, &sweep->results)) {
        fprintf(stderr, "rnnbench sweep: --table %s: %s\n", sweep->options->table, strerror(errno));
        ok = false;
    }
    return ok;
}

static int close_sweep(const sweep_state *sweep, int problems, bool complete) {
    const result_list *results = &sweep->results;
    if (*sweep->stop)
        gbench_add_context("interrupted", "true");
    bool written = write_files(sweep);
    table_print(stdout, results);
    refusals_print(&results->refusals, "not measured", "row");
    printf("\n%d of %d problems, %d rows, %d wrong, %d failed, %.0f s\n", sweep->done_problems,
           problems, results->count, results->wrong, results->failed,
           clock_seconds() - sweep->start);
    if (results->count == 0 && !*sweep->stop)
        puts("nothing was measured");
    if (*sweep->stop)
        return EXIT_INTERRUPTED;
    bool fine = complete && written && results->count && !results->wrong && !results->failed;
    return fine ? EXIT_FINE : EXIT_WRONG;
}

static int run_sweep(sweep_state *sweep, const problem_list *problems) {
    sweep->start = clock_seconds();
    machine_describe(&sweep->machine);
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
    bool complete = measure_all(sweep, problems);
    return close_sweep(sweep, problems->count, complete);
}

int command_sweep(const cli_options *given) {
    rnn_error error;
    cli_options with_backends = *given;
    const cli_options *options = &with_backends;
    problem_list problems = {0};
    sweep_state sweep = {.options = options,
                         .repetitions = options->repetitions ? options->repetitions : 9,
                         .min_time = options->min_time > 0 ? options->min_time : 0.01,
                         .max_run_time = options->max_run_time > 0 ? options->max_run_time : 2};
    bool ready = choose_files(&sweep, &error) && problem_list_for_sweep(&problems, options, &error);
    if (ready)
        choose_backends(&with_backends);
    int status = ready ? run_sweep(&sweep, &problems) : refuse_usage("sweep", error.text);
    results_free(&sweep.results);
    int_list_free(&sweep.threads);
    free(sweep.peaks);
    free(sweep.out);
    free(sweep.table);
    problem_list_free(&problems);
    return status;
}
