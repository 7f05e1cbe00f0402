/* SPDX-License-Identifier: MIT
 * rnnbench history */
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/text.h"
#include "bench/document/document.h"
#include "bench/document/document_output.h"
#include "bench/problems/problem_list.h"
#include "bench/results/comparable.h"
#include "bench/results/history.h"
#include "bench/results/store.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is asked for ----------------------------------------------------------------------- */

/* The problem as files write it, D and all. What is no problem of ours stays as it is. */
static char *written_problem(const char *given) {
    problem_list list = {0};
    rnn_error error;
    char text[PROBLEM_TEXT_SIZE];
    bool ours = problem_list_expand(&list, given, &error) && list.count == 1;
    if (ours)
        problem_print(&list.items[0], text);
    problem_list_free(&list);
    return strdup(ours ? text : given);
}

/* The files and folders that are named, or this machine's folder. */
static bool find_files(path_list *list, const option_list *options, const char *results,
                       rnn_error *error) {
    bool ok = true;
    for (int i = 1; ok && i < options->argument_count; i++)
        ok = result_files_add(list, options->arguments[i], error);
    if (options->argument_count == 1) {
        char folder[PATH_MAX];
        machine_info machine;
        machine_describe(&machine);
        ok =
            store_folder(results, &machine, folder, error) && result_files_add(list, folder, error);
    }
    if (ok && list->count == 0)
        return fail(error, "there is no .json file in %.200s",
                    options->argument_count > 1 ? options->arguments[1] : results);
    return ok;
}

/* ---- The table ------------------------------------------------------------------------------- */

enum { MOST_COLUMNS = 20 };

typedef struct history_columns {
    document_column list[MOST_COLUMNS];
    int count;
} history_columns;

static void add_column(history_columns *columns, const char *key, const char *title, bool is_number,
                       document_audience audience) {
    columns->list[columns->count++] =
        (document_column){.key = key, .title = title, .is_number = is_number, .audience = audience};
}

static history_columns choose_columns(const history *h) {
    history_columns c = {.count = 0};
    add_column(&c, "series", "backend", false, FOR_PEOPLE);
    add_column(&c, "backend", "", false, FOR_PROGRAMS);
    add_column(&c, "threads", "", true, FOR_PROGRAMS);
    add_column(&c, "date", "measured (UTC)", false, FOR_ALL);
    add_column(&c, "commit", "commit", false, FOR_ALL);
    add_column(&c, "machine", "machine", false,
               history_is_of_one_machine(h) ? FOR_PROGRAMS : FOR_ALL);
    add_column(&c, "file", "", false, FOR_PROGRAMS);
    add_column(&c, "seconds", "time", true, FOR_ALL);
    add_column(&c, "cv", "cv", true, FOR_ALL);
    if (h->anchor)
        add_column(&c, "of_anchor", "of anchor", true, FOR_ALL);
    add_column(&c, "change", "change", true, FOR_ALL);
    add_column(&c, "change_low", "", true, FOR_PROGRAMS);
    add_column(&c, "change_high", "", true, FOR_PROGRAMS);
    add_column(&c, "interval", "95% interval", true, FOR_PEOPLE);
    add_column(&c, "step", "step", true, FOR_ALL);
    add_column(&c, "changed", "changed", false, FOR_ALL);
    return c;
}

/* "+2.1%" of 1.021; "" of NAN. */
static const char *percent(double ratio, char text[16]) {
    text[0] = '\0';
    if (isfinite(ratio))
        snprintf(text, 16, "%+.1f%%", 100 * (ratio - 1));
    return text;
}

static void add_ratio(document *d, double ratio) {
    char text[16];
    document_add_number(d, ratio, "%s", percent(ratio, text));
}

static void add_interval(document *d, confidence_interval interval) {
    char low[16], high[16];
    percent(interval.low, low);
    percent(interval.high, high);
    document_add_text(d, "%s%s%s", low, *low ? " .. " : "", high);
}

static const char *date_text(time_t date, const char *format, char text[32]) {
    struct tm utc;
    gmtime_r(&date, &utc);
    strftime(text, 32, format, &utc);
    return text;
}

static void add_point(document *d, const history *h, const history_series *series,
                      const history_point *point) {
    char text[32];
    const history_file *file = point->file;
    const double cv = coefficient_of_variation(point->row->samples, point->row->sample_count);
    document_add_row(d, point->row->name, point->row->median);
    document_add_text(d, "%s, %d thread%s", series->backend, series->threads,
                      series->threads == 1 ? "" : "s");
    document_add_text(d, "%s", series->backend);
    document_add_number(d, series->threads, "%d", series->threads);
    document_add_text(d, "%s", date_text(file->date, "%Y-%m-%d %H:%M", text));
    document_add_text(d, "%s", comparable_text(&file->rows, "commit"));
    document_add_text(d, "%s", file->machine);
    document_add_text(d, "%s", file->rows.path);
    time_text(point->row->median, text);
    document_add_number(d, point->row->median, "%s", text);
    document_add_number(d, cv, "%.1f%%", 100 * cv);
    if (h->anchor)
        document_add_number(d, point->value, "%.3f", point->value);
    add_ratio(d, point->change);
    document_add_number(d, point->interval.low, "%s", "");
    document_add_number(d, point->interval.high, "%s", "");
    add_interval(d, point->interval);
    add_ratio(d, point->step);
    document_add_text(d, "%s", file->changes);
}

/* ---- What people read first ------------------------------------------------------------------ */

static void add_steps(document *d, const history *h) {
    bool enough = false, any = false;
    for (int i = 0; i < h->series_count; i++) {
        const history_series *series = &h->series[i];
        enough |= series->count >= HISTORY_LEAST_FOR_STEPS;
        for (int k = 0; k < series->count; k++) {
            const history_point *point = &series->points[k];
            char percentage[16], date[32];
            if (isnan(point->step))
                continue;
            any = true;
            document_add_note(d, "step: %s, %d thread%s: %s since %s, commit %s", series->backend,
                              series->threads, series->threads == 1 ? "" : "s",
                              percent(point->step, percentage),
                              date_text(point->file->date, "%Y-%m-%d %H:%M", date),
                              comparable_text(&point->file->rows, "commit"));
        }
    }
    if (!enough)
        document_add_note(d, "steps are looked for in %d files or more", HISTORY_LEAST_FOR_STEPS);
    else if (!any)
        document_add_note(d, "no step");
}

static void fill_document(document *d, const history *h, const history_columns *columns) {
    document_start(d, h->problem);
    document_add_property(d, "problem", h->problem);
    if (h->anchor)
        document_add_property(d, "anchor", h->anchor);
    document_add_note(d, "%d files%s%s", h->file_count,
                      history_is_of_one_machine(h) ? " of " : " of several machines",
                      history_is_of_one_machine(h) ? h->files[0].machine : "");
    if (h->without_anchor)
        document_add_note(d, "left out: %d files without a row of %s", h->without_anchor,
                          h->anchor);
    add_steps(d, h);
    document_add_table(d, &(document_table){.key = "history",
                                            .title = "",
                                            .cases = true,
                                            .columns = columns->list,
                                            .column_count = columns->count});
    for (int i = 0; i < h->series_count; i++)
        for (int k = 0; k < h->series[i].count; k++)
            add_point(d, h, &h->series[i], &h->series[i].points[k]);
    document_add_legend(d,
                        "time: median over the repetitions; cv: their standard deviation / mean");
    if (h->anchor)
        document_add_legend(d,
                            "of anchor: time / that of %s in the same file, on as many threads "
                            "if there is such a row; change and step are of this",
                            h->anchor);
    document_add_legend(d, "change: against the row above, with its bootstrap interval, which "
                           "knows the noise within a file and not that from day to day");
    document_add_legend(d,
                        "step: the level from here on against the one before, where chance would "
                        "hardly show one; a new level shows once it has about %d files. changed: "
                        "what of the build or machine was not as in the file before",
                        HISTORY_SEEN_AFTER);
}

/* ---- The command ----------------------------------------------------------------------------- */

static int refuse(const char *why) {
    fprintf(stderr, "rnnbench history: %s\n", why);
    return EXIT_NOT_COMPARABLE;
}

static int show(const history *h, const output_choice *output) {
    document d;
    const history_columns columns = choose_columns(h);
    fill_document(&d, h, &columns);
    bool written = document_complete(&d);
    if (written)
        written = document_output(output, "history", &d);
    else
        fputs("rnnbench history: out of memory\n", stderr);
    document_free(&d);
    if (!written)
        return EXIT_WRONG;
    return h->unreadable ? EXIT_USAGE : EXIT_FINE;
}

static int show_files(history *h, const path_list *list, const output_choice *output) {
    char text[PROBLEM_TEXT_SIZE + 64];
    if (!history_read_files(h, list))
        return refuse_usage("history", "out of memory");
    if (h->file_count == 0) {
        snprintf(text, sizeof text, "no row of %s in %d files", h->problem,
                 list->count - h->unreadable);
        return refuse_usage("history", text);
    }
    if (!h->anchor && !history_is_of_one_machine(h))
        return refuse("these files are of several machines, whose times do not compare; "
                      "--anchor BACKEND shows them as multiples of a backend's");
    if (!history_make_series(h))
        return refuse_usage("history", "out of memory");
    if (h->series_count == 0)
        return refuse(h->without_anchor ? "no file has a row of the anchor"
                                        : "no row passes --backend and --threads");
    return show(h, output);
}

typedef struct history_options {
    row_filter filter;
    const char *anchor, *results;
    output_choice output;
} history_options;

static int tell_history(history_options *options, const option_list *list) {
    rnn_error error;
    path_list files = {0};
    char *wanted = written_problem(list->arguments[0]);
    history h = {.problem = wanted ? wanted : list->arguments[0],
                 .anchor = options->anchor,
                 .filter = &options->filter};
    bool ready = output_choose_format_but_junit(&options->output, "history", &error) &&
                 find_files(&files, list, options->results, &error);
    int status =
        ready ? show_files(&h, &files, &options->output) : refuse_usage("history", error.text);
    history_free(&h);
    result_files_free(&files);
    free(wanted);
    return status;
}

int command_history(const command_line *line) {
    history_options options = {.results = "results"};
    option_list list = {.least_arguments = 1,
                        .most_arguments = INT_MAX,
                        .missing = "a problem is missing, as in lstm/N:1/T:25/U:64"};
    int status;
    row_filter_options(&list, &options.filter);
    options_add(&list, "anchor", "BACKEND",
                "shows times as multiples of this backend's in the same file", read_text,
                &options.anchor);
    output_options(&list, &options.output);
    options_add(&list, "results", "FOLDER", "the store of rnnbench sweep --save; results",
                read_text, &options.results);
    if (command_read(line, &list, &status))
        status = tell_history(&options, &list);
    row_filter_free(&options.filter);
    return status;
}
