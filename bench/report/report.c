/* SPDX-License-Identifier: MIT
 * The command `rnnbench report`. */
#include "bench/report/report_gather.h"

#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/replace.h"
#include "bench/report/report_page.h"
#include "bench/report/report_summary.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int refuse(int status, const char *why) {
    fflush(stdout);
    fprintf(stderr, "rnnbench report: %s\n", why);
    return status;
}

/* ---- Input ----------------------------------------------------------------------------------- */

static void free_files(timed_file *files, int count) {
    for (int i = 0; i < count; i++)
        rows_free(&files[i]);
    free(files);
}

/* Returns NULL on failure, with the reason in `error`. */
static timed_file *read_files(const option_list *options, rnn_error *error) {
    const int count = options->argument_count;
    timed_file *files = calloc((size_t)count, sizeof *files);
    if (!files)
        fail(error, "out of memory");
    for (int i = 0; files && i < count; i++)
        if (!rows_read(&files[i], options->arguments[i], error)) {
            free_files(files, i);
            return NULL;
        }
    for (int i = 0; files && i < count; i++)
        rows_tell_notes(&files[i], "report");
    return files;
}

/* Compares what the files say of their machine. A file that does not say it may be of any
 * machine. */
static bool are_of_one_machine(const timed_file *files, int count, rnn_error *error) {
    static const char *const members[] = {"cpu", "cores", "caches_per_instance", "num_cpus"};
    for (size_t k = 0; k < sizeof members / sizeof *members; k++) {
        const timed_file *first = NULL;
        for (int i = 0; i < count; i++) {
            const char *text = rows_context(&files[i], members[k]);
            if (!text)
                continue;
            if (!first)
                first = &files[i];
            else if (strcmp(text, rows_context(first, members[k])) != 0)
                return fail(error,
                            "two machines: %s is \"%.40s\" in %.60s and \"%.40s\" in %.60s; make a "
                            "report of each",
                            members[k], rows_context(first, members[k]), first->path, text,
                            files[i].path);
        }
    }
    return true;
}

/* ---- Output ---------------------------------------------------------------------------------- */

static bool write_page(const report *all, const plot_list *plots, const char *no_plots,
                       const char *path, rnn_error *error) {
    char *content = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&content, &size);
    bool ok = to != NULL;
    if (to) {
        page_write(&(page){to, all, plots, no_plots});
        ok = !ferror(to);
        ok = fclose(to) == 0 && ok;
    }
    if (!ok)
        fail(error, "out of memory");
    else if (!file_replace(path, content, size))
        ok = fail(error, "--out %.160s: %s", path, strerror(errno));
    free(content);
    return ok;
}

/* Prints what the page says first, and where the page is. Behind a page that went to a stream it
 * prints nothing. */
static void tell_page(const report *all, const char *path) {
    if (file_is_stream(path))
        return;
    closing_print(stdout, all);
    printf("%s: %d rows of %d problems\n", path, all->row_count, all->problem_count);
}

/* Without plots the page is still written, and the status says that something is missing. */
static int make_report(const report *all, const char *path) {
    rnn_error missing, error;
    plot_list *plots = plots_new(&missing);
    const bool drawn = plots && page_draw(plots, all, &missing);
    const bool written = write_page(all, plots, drawn ? NULL : missing.text, path, &error);
    plots_free(plots);
    if (!written)
        return refuse(EXIT_WRONG, error.text);
    tell_page(all, path);
    if (drawn)
        return EXIT_FINE;
    refuse(EXIT_WRONG, missing.text);
    fputs("rnnbench report: the page has its tables, but no plots\n", stderr);
    return EXIT_WRONG;
}

static int report_files(const option_list *options, const char *out) {
    rnn_error error;
    report all;
    const int count = options->argument_count;
    if (!out)
        return refuse_usage("report", "--out is missing, as in --out report.html");
    timed_file *files = read_files(options, &error);
    if (!files)
        return refuse(EXIT_USAGE, error.text);
    if (!are_of_one_machine(files, count, &error)) {
        free_files(files, count);
        return refuse(EXIT_NOT_COMPARABLE, error.text);
    }
    if (!report_gather(&all, files, count, &error))
        return refuse(EXIT_USAGE, error.text);
    const int status = make_report(&all, out);
    report_free(&all);
    return status;
}

int command_report(const command_line *line) {
    const char *out = NULL;
    option_list options = {
        .least_arguments = 1, .most_arguments = INT_MAX, .missing = "results files are missing"};
    int status;
    options_add(&options, "out", "FILE.html", "the page to make", read_text, &out);
    return command_read(line, &options, &status) ? report_files(&options, out) : status;
}
