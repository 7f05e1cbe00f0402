/* SPDX-License-Identifier: MIT
 * rnnbench compare */
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/commands/compare_document.h"
#include "bench/document/document_output.h"
#include "bench/results/row_filter.h"

#include <stdlib.h>
#include <string.h>

/* ---- What was asked for ---------------------------------------------------------------------- */

typedef struct compare_options {
    row_filter filter;
    const char *by, *anchor, *sort;
    against_choice against;
    bool changed;
    output_choice output;
} compare_options;

static bool choose_view(const compare_options *options, int files, compare_view *view,
                        rnn_error *error) {
    const char *order = options->sort ? options->sort : "problem";
    if (options->by && strcmp(options->by, "backend") != 0)
        return fail(error, "--by %.40s: only backend", options->by);
    if (options->by && files == 2)
        return fail(error, "--by backend is about one file");
    const char *against = options->against.opponents;
    if (against && files == 2)
        return fail(error, "--against %.40s is about one file; `rnnbench merge` joins several",
                    against);
    if (against && (options->by || options->anchor))
        return fail(error, "--%s: not with --against", options->by ? "by" : "anchor");
    if (!against && (options->against.ours || options->against.limit_from))
        return fail(error, "--%s: only with --against",
                    options->against.ours ? "ours" : "at-limit-from");
    if (!options->by && !against && files == 1)
        return fail(error, "one file alone needs --by backend or --against");
    if (strcmp(order, "problem") != 0 && strcmp(order, "ratio") != 0)
        return fail(error, "--sort %.40s: problem or ratio", order);
    *view = (compare_view){.anchor = options->anchor,
                           .opponents = against ? &options->against : NULL,
                           .order = strcmp(order, "ratio") == 0 ? SLOWEST_FIRST : BY_PROBLEM,
                           .changed_only = options->changed};
    return true;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static bool has_backend(const timed_file *file, const char *name) {
    for (int i = 0; i < file->backend_count; i++)
        if (strcmp(file->backends[i], name) == 0)
            return true;
    return false;
}

static int say(int status, const char *text) {
    fprintf(stderr, "rnnbench compare: %s\n", text);
    return status;
}

/* The anchor may be a backend, and on a number of threads, that is not asked for. */
static const char *default_anchor(const compare_options *options, const timed_file *file) {
    return comparison_default_anchor(file, &(row_filter){.problems = options->filter.problems});
}

static bool check_anchor(const compare_view *view, rnn_error *error) {
    if (view->anchor && *view->anchor && !has_backend(view->base, view->anchor))
        return fail(error, "--anchor %.40s: no such backend in %.150s", view->anchor,
                    view->base->path);
    if (view->anchor && view->next && !has_backend(view->next, view->anchor))
        return fail(error, "--anchor %.40s: no such backend in %.150s", view->anchor,
                    view->next->path);
    return true;
}

static bool check_against(against_choice *choice, const timed_file *file, rnn_error *error) {
    if (!choice->ours)
        choice->ours = comparison_ours(file);
    if (!choice->ours)
        return fail(error, "%.150s has nothing but peers: choose one by --ours", file->path);
    if (!has_backend(file, choice->ours))
        return fail(error, "--ours %.40s: no such backend in %.150s", choice->ours, file->path);
    return comparison_check_opponents(file, choice, error);
}

static void tell_no_pair(const compare_view *view) {
    rows_tell_notes(view->base, "compare");
    if (view->next)
        rows_tell_notes(view->next, "compare");
    if (view->opponents)
        fprintf(stderr, "rnnbench compare: %s: no time of %s beside one of %s passes the filters\n",
                view->base->path, view->opponents->ours, view->opponents->opponents);
    else if (view->next)
        fprintf(stderr,
                "rnnbench compare: no row in common that has times and passes the filters: %s has "
                "%d rows, such as %s; %s has %d, such as %s\n",
                view->base->path, view->base->row_count, view->base->rows[0].name, view->next->path,
                view->next->row_count, view->next->rows[0].name);
    else
        fprintf(stderr,
                "rnnbench compare: %s: no row of another backend beside one of %s passes the "
                "filters\n",
                view->base->path, *view->anchor ? view->anchor : "an anchor");
}

static int show(const compare_options *options, comparison *c, const compare_view *view) {
    document d;
    document_column *columns;
    comparison_sort(c, view->next || view->opponents ? view->order : BY_PROBLEM);
    int status = EXIT_WRONG;
    if (!compare_document(&d, c, view, &columns))
        say(status, "out of memory");
    else if (document_output(&options->output, "compare", &d))
        status = EXIT_FINE;
    document_free(&d);
    free(columns);
    return status;
}

static bool compare_rows(comparison *c, const compare_view *view, const row_filter *filter,
                         rnn_error *error) {
    if (view->opponents)
        return comparison_against(c, view->base, view->opponents, filter, error);
    return view->next ? comparison_of_files(c, view->base, view->next, view->anchor, filter, error)
                      : comparison_of_backends(c, view->base, view->anchor, filter, error);
}

static int compare(compare_options *options, compare_view *view) {
    comparison c = {0};
    rnn_error error;
    if (view->opponents && !check_against(&options->against, view->base, &error))
        return say(EXIT_USAGE, error.text);
    if (!view->next && !view->opponents && !view->anchor)
        view->anchor = default_anchor(options, view->base);
    if (!check_anchor(view, &error))
        return say(EXIT_USAGE, error.text);
    const bool ok = compare_rows(&c, view, &options->filter, &error);
    int status = EXIT_NOT_COMPARABLE;
    if (!ok)
        status = say(EXIT_WRONG, error.text);
    else if (c.row_count == 0)
        tell_no_pair(view);
    else
        status = show(options, &c, view);
    comparison_free(&c);
    return status;
}

static int compare_files(compare_options *options, const option_list *list) {
    compare_view view;
    timed_file base = {0}, next = {0};
    rnn_error error;
    const int files = list->argument_count;
    if (!output_choose_format(&options->output, &error) ||
        !choose_view(options, files, &view, &error))
        return refuse_usage("compare", error.text);
    view.base = &base;
    view.next = files == 2 ? &next : NULL;
    const bool ok = rows_read(&base, list->arguments[0], &error) &&
                    (!view.next || rows_read(&next, list->arguments[1], &error));
    const int status = ok ? compare(options, &view) : say(EXIT_USAGE, error.text);
    rows_free(&base);
    rows_free(&next);
    return status;
}

int command_compare(const command_line *line) {
    compare_options options = {.by = NULL};
    option_list list = {.least_arguments = 1,
                        .most_arguments = 2,
                        .missing = "two results files are missing, or one and --by backend"};
    int status;
    problem_filter_options(&list, &options.filter.problems);
    row_filter_options(&list, &options.filter);
    options_add(&list, "by", "backend", "of one file: each backend against the anchor", read_text,
                &options.by);
    options_add(&list, "against", "LIST",
                "of one file: ours against best (of all peers), peers, others, choices, or BACKEND",
                read_text, &options.against.opponents);
    options_add(&list, "ours", "BACKEND", "by default auto, or the first that is no peer",
                read_text, &options.against.ours);
    options_add(&list, "at-limit-from", "UNITS",
                "ours as if at its roof where all layers have so many units or more", read_count,
                &options.against.limit_from);
    options_add(&list, "anchor", "BACKEND",
                "that times are relative to; of two files: each time to its own file's", read_text,
                &options.anchor);
    options_add(&list, "sort", "ORDER", "problem, or ratio: the slowest first; problem", read_text,
                &options.sort);
    options_add(&list, "changed", "", "only rows that are slower or faster beyond noise", read_flag,
                &options.changed);
    output_options(&list, &options.output);
    if (command_read(line, &list, &status))
        status = compare_files(&options, &list);
    row_filter_free(&options.filter);
    return status;
}
