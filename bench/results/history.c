/* SPDX-License-Identifier: MIT */
#include "bench/results/history.h"

#include "bench/base/growing_list.h"
#include "bench/results/backend_names.h"
#include "bench/results/comparable.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Files ----------------------------------------------------------------------------------- */

static bool has_problem(const timed_file *file, const char *text) {
    for (int i = 0; i < file->row_count; i++)
        if (strcmp(file->rows[i].problem, text) == 0)
            return true;
    return false;
}

/* Returns false where the file cannot be read, which is told. */
static bool read_file(history_file *file, const char *path) {
    rnn_error error;
    *file = (history_file){0};
    if (!rows_read(&file->rows, path, &error)) {
        fprintf(stderr, "rnnbench history: %s\n", error.text);
        return false;
    }
    rows_tell_notes(&file->rows, "history");
    const char *date = comparable_text(&file->rows, "date");
    if (!result_date_parse(date, &file->date)) {
        fprintf(stderr, "rnnbench history: %s: its date is \"%s\"\n", path, date);
        rows_free(&file->rows);
        return false;
    }
    snprintf(file->machine, sizeof file->machine, "%s, %s cores",
             comparable_text(&file->rows, "cpu"), comparable_text(&file->rows, "cores"));
    return true;
}

static int by_date(const void *left, const void *right) {
    const history_file *a = left, *b = right;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return strcmp(a->rows.path, b->rows.path);
}

static void note_change(const context_difference *difference, void *data) {
    history_file *file = data;
    const size_t used = strlen(file->changes);
    if (comparable_is_certain(difference) && difference->weight == NOTED)
        snprintf(file->changes + used, sizeof file->changes - used, "%s%s", used ? ", " : "",
                 difference->name);
}

static void note_machine(const context_difference *difference, void *data) {
    bool *same = data;
    *same = *same && difference->weight != REFUSED;
}

bool history_read_files(history *h, const path_list *list) {
    h->files = calloc((size_t)list->count + 1, sizeof *h->files);
    if (!h->files)
        return false;
    for (int i = 0; i < list->count; i++) {
        history_file *file = &h->files[h->file_count];
        if (!read_file(file, list->paths[i]))
            h->unreadable++;
        else if (has_problem(&file->rows, h->problem))
            h->file_count++;
        else
            rows_free(&file->rows);
    }
    qsort(h->files, (size_t)h->file_count, sizeof *h->files, by_date);
    for (int i = 1; i < h->file_count; i++)
        comparable_differences(comparable_context(&h->files[i - 1].rows),
                               comparable_context(&h->files[i].rows), FOR_HISTORY, note_change,
                               &h->files[i]);
    return true;
}

bool history_is_of_one_machine(const history *h) {
    bool same = true;
    for (int i = 1; i < h->file_count; i++)
        comparable_differences(comparable_context(&h->files[i].rows),
                               comparable_context(&h->files[0].rows), FOR_HISTORY, note_machine,
                               &same);
    return same;
}

/* ---- Series ---------------------------------------------------------------------------------- */

static bool add_point(history *h, const history_file *file, const timed_row *row) {
    const timed_row *anchor =
        h->anchor ? rows_find_timed(&file->rows, h->problem, h->anchor, row->threads) : NULL;
    if (h->anchor && !anchor)
        return true;
    if (!LIST_MAKE_ROOM(h->points, h->point_count))
        return false;
    h->points[h->point_count++] =
        (history_point){.file = file,
                        .row = row,
                        .anchor = anchor,
                        .value = anchor ? row->median / anchor->median : row->median,
                        .change = NAN,
                        .interval = {NAN, NAN},
                        .step = NAN};
    return true;
}

static bool add_file(history *h, const history_file *file) {
    if (h->anchor && !rows_find_timed(&file->rows, h->problem, h->anchor, 1))
        h->without_anchor++;
    for (int i = 0; i < file->rows.row_count; i++) {
        const timed_row *row = &file->rows.rows[i];
        bool asked_for = strcmp(row->problem, h->problem) == 0 && row_filter_passes(h->filter, row);
        if (!row->error && asked_for && !add_point(h, file, row))
            return false;
    }
    return true;
}

/* ---- Changes and steps ----------------------------------------------------------------------- */

static sample_set samples_of(const timed_row *row) {
    return (sample_set){row->samples, row->sample_count};
}

/* Of two anchored points it is a ratio of ratios. */
static confidence_interval interval_of_change(const history_point *before,
                                              const history_point *point) {
    sample_set over[2] = {samples_of(point->row)}, under[2] = {samples_of(before->row)};
    if (point->anchor) {
        over[1] = samples_of(before->anchor);
        under[1] = samples_of(point->anchor);
    }
    return quotient_of_medians_interval(over, under, point->anchor ? 2 : 1, &BOOTSTRAP_DEFAULT);
}

static void note_levels(history_series *series, const double *values, const int *steps, int count) {
    for (int i = 0; i < count; i++) {
        const int before = i ? steps[i - 1] : 0, start = steps[i];
        const int end = i + 1 < count ? steps[i + 1] : series->count;
        series->points[start].step =
            median(values + start, end - start) / median(values + before, start - before);
    }
}

static bool find_series_steps(history_series *series) {
    double *values = calloc((size_t)series->count, sizeof *values);
    int *steps = calloc((size_t)series->count, sizeof *steps);
    int count = values && steps ? 0 : -1;
    for (int i = 0; count == 0 && i < series->count; i++)
        values[i] = series->points[i].value;
    if (count == 0 && series->count >= HISTORY_LEAST_FOR_STEPS)
        count = find_steps(values, series->count, &STEP_SEARCH_DEFAULT, steps);
    if (count > 0)
        note_levels(series, values, steps, count);
    free(values);
    free(steps);
    return count >= 0;
}

static bool finish_series(history_series *series) {
    for (int i = 1; i < series->count; i++) {
        history_point *point = &series->points[i];
        point->change = point->value / point[-1].value;
        point->interval = interval_of_change(&point[-1], point);
    }
    return find_series_steps(series);
}

static int by_backend_and_threads(const timed_row *a, const timed_row *b) {
    const int order = backend_order(a->backend, b->backend);
    return order ? order : (a->threads > b->threads) - (a->threads < b->threads);
}

/* The files are ordered by date. */
static int by_series(const void *left, const void *right) {
    const history_point *a = left, *b = right;
    const int order = by_backend_and_threads(a->row, b->row);
    return order ? order : (a->file > b->file) - (a->file < b->file);
}

/* Each series is a run of the points. */
static bool cut_series(history *h) {
    h->series = calloc((size_t)h->point_count + 1, sizeof *h->series);
    if (!h->series)
        return false;
    if (h->point_count)
        qsort(h->points, (size_t)h->point_count, sizeof *h->points, by_series);
    for (int i = 0; i < h->point_count; i++) {
        history_point *point = &h->points[i];
        if (i == 0 || by_backend_and_threads(point[-1].row, point->row) != 0)
            h->series[h->series_count++] = (history_series){
                .backend = point->row->backend, .threads = point->row->threads, .points = point};
        h->series[h->series_count - 1].count++;
    }
    return true;
}

bool history_make_series(history *h) {
    bool ok = true;
    for (int i = 0; ok && i < h->file_count; i++)
        ok = add_file(h, &h->files[i]);
    ok = ok && cut_series(h);
    for (int i = 0; ok && i < h->series_count; i++)
        ok = finish_series(&h->series[i]);
    return ok;
}

void history_free(history *h) {
    for (int i = 0; i < h->file_count; i++)
        rows_free(&h->files[i].rows);
    free(h->files);
    free(h->points);
    free(h->series);
}
