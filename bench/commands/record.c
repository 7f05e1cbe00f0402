/* SPDX-License-Identifier: MIT
 * rnnbench record: samples that another program has measured, as the files that a sweep writes. */
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/json_span.h"
#include "bench/base/load_file.h"
#include "bench/measure/sweep_files.h"
#include "bench/measure/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (256 << 20)

/* ---- One row --------------------------------------------------------------------------------- */

static double member_number(json_span row, const char *name) {
    return json_number_of(json_first_member(row, name));
}

static const char *member_text(json_span row, const char *name, text_pool *pool) {
    const json_span value = json_first_member(row, name);
    return json_is_text_span(value) ? json_shown_text_of(value, pool) : NULL;
}

static int count_items(json_span list) {
    int count = 0;
    json_span item;
    for (json_cursor at = json_inside(list); json_next_item(&at, &item);)
        count++;
    return count;
}

/* Numbers of at least `least`, one a repetition; free() them. NULL: they are not that. */
static double *read_samples(json_span list, double least, int *count) {
    if (!json_is_list_span(list))
        return NULL;
    json_span item;
    double *values = calloc((size_t)count_items(list) + 1, sizeof *values);
    *count = 0;
    for (json_cursor at = json_inside(list); values && json_next_item(&at, &item);) {
        const double value = json_number_of(item);
        if (!(value >= least)) {
            free(values);
            return NULL;
        }
        values[(*count)++] = value;
    }
    return values;
}

/* The names live as long as the pool. */
static bool read_counters(gbench_row *to, json_span row, text_pool *pool, rnn_error *error) {
    const json_span counters = json_first_member(row, "counters");
    json_span name, value;
    if (!json_is_object_span(counters))
        return true;
    for (json_cursor at = json_inside(counters); json_next_member(&at, &name, &value);) {
        const char *text = json_shown_text_of(name, pool);
        if (!text)
            return fail(error, "out of memory");
        if (to->counter_count == GBENCH_MAX_COUNTERS)
            return fail(error, "counters: there are more than %d with those of every row",
                        GBENCH_MAX_COUNTERS);
        row_add_counter(to, text, json_number_of(value), false);
    }
    return true;
}

static bool read_row(measurement_list *results, json_span row, text_pool *pool, rnn_error *error) {
    const double least_time = 1e-12; /* so that no rate is infinite */
    const char *text = member_text(row, "problem", pool);
    const char *backend = member_text(row, "backend", pool);
    const char *label = member_text(row, "label", pool);
    const double threads = member_number(row, "threads");
    const double iterations = member_number(row, "iterations");
    if (!text || !strchr(text, '/') || strlen(text) >= PROBLEM_TEXT_SIZE || !backend || !*backend ||
        strlen(backend) > 40 || !label)
        return fail(error, "problem, backend and label are to be texts, and fit into a name");
    if (!(threads >= 1 && threads <= RNN_MAX_THREADS) || !(iterations >= 1 && iterations <= 1e15))
        return fail(error, "threads and iterations are to be numbers from 1");
    measurement kept = {.backend = backend,
                        .threads = (int)threads,
                        .flops = member_number(row, "flops"),
                        .roof_seconds = member_number(row, "roof_seconds")};
    const double weight_bytes = member_number(row, "weight_bytes");
    if (!isfinite(kept.flops) || !isfinite(kept.roof_seconds) || !isfinite(weight_bytes))
        return fail(error, "flops, weight_bytes and roof_seconds are to be numbers");
    const row_name name = row_name_of(text, backend, kept.threads);
    gbench_row to = {.name = name.text, .label = label, .result = &kept.time};
    row_add_rates(&to, kept.flops, weight_bytes, kept.roof_seconds);
    if (!read_counters(&to, row, pool, error))
        return false;
    for (int i = 0; i < to.counter_count; i++)
        if (strcmp(to.counters[i].name, "max_error") == 0)
            kept.max_error = to.counters[i].value;
    int count = 0, cpu_count = 0;
    double *seconds = read_samples(json_first_member(row, "seconds"), least_time, &count);
    double *cpu_seconds = read_samples(json_first_member(row, "cpu_seconds"), 0, &cpu_count);
    bool ok = (seconds && cpu_seconds && count > 0 && count == cpu_count) ||
              fail(error, "seconds and cpu_seconds are to be lists of as many numbers, above 0");
    memcpy(kept.problem, text, strlen(text) + 1);
    if (ok)
        ok = (gbench_add_samples(
                  &to, &(gbench_samples){seconds, cpu_seconds, count, (long)iterations}) &&
              measurements_add(results, &kept)) ||
             fail(error, "out of memory");
    free(seconds);
    free(cpu_seconds);
    return ok;
}

/* ---- All of them ----------------------------------------------------------------------------- */

static bool read_context(json_span context, text_pool *pool, rnn_error *error) {
    json_span name, value;
    for (json_cursor at = json_inside(context); json_next_member(&at, &name, &value);) {
        const char *key = json_shown_text_of(name, pool);
        const char *text = json_shown_text_of(value, pool);
        if (!json_is_text_span(value))
            return fail(error, "context: %.80s is no text", key ? key : "a member");
        if (!key || !text)
            return fail(error, "out of memory");
        gbench_add_context(key, text);
    }
    return true;
}

static bool read_all(measurement_list *results, json_span root, text_pool *pool, rnn_error *error) {
    const json_span none = {NULL, 0};
    const bool is_object = json_is_object_span(root);
    const json_span context = is_object ? json_first_member(root, "context") : none;
    const json_span rows = is_object ? json_first_member(root, "rows") : none;
    if (!json_is_object_span(context) || !json_is_list_span(rows))
        return fail(error, "\"context\", an object, or \"rows\", a list, is missing");
    if (!read_context(context, pool, error))
        return false;
    json_span row;
    rnn_error why;
    int at = 0;
    for (json_cursor cursor = json_inside(rows); json_next_item(&cursor, &row); at++) {
        if (!json_is_object_span(row))
            return fail(error, "row %d is no object", at);
        if (!read_row(results, row, pool, &why))
            return fail(error, "row %d: %.200s", at, why.text);
    }
    return at > 0 || fail(error, "there are no rows");
}

static bool read_input(measurement_list *results, text_pool *pool, rnn_error *error) {
    size_t size;
    int mended;
    json_span root;
    rnn_error why;
    char *text = load_file("/dev/stdin", MOST_BYTES, &size, error);
    if (!text)
        return false;
    bool ok = pool && gbench_start(1, 0.1);
    if (!ok)
        fail(error, "out of memory");
    else if (!json_open(text, size, &root, &mended, &why) || !read_all(results, root, pool, &why))
        ok = fail(error, "standard input: %.220s", why.text);
    free(text);
    return ok;
}

static int record(sweep_files *files) {
    measurement_list results = {0};
    text_pool *pool = text_pool_new();
    rnn_error error;
    int status = EXIT_FINE;
    if (!read_input(&results, pool, &error))
        status = refuse_usage("record", error.text);
    else if (!sweep_files_write_all(files, &results))
        status = EXIT_WRONG;
    else if (!files->out && !files->table)
        table_print(stdout, &results);
    measurements_free(&results);
    text_pool_free(pool);
    return status;
}

int command_record(const command_line *line) {
    sweep_options names = {.out = NULL};
    sweep_files files;
    option_list options = {0};
    rnn_error error;
    int status;
    options_add(&options, "out", "FILE", "results file", read_text, &names.out);
    options_add(&options, "table", "FILE", "its table, as Markdown; without both: on the terminal",
                read_text, &names.table);
    if (!command_read(line, &options, &status))
        return status;
    if (!sweep_files_choose(&files, &names, NULL, &error)) {
        status = refuse_usage("record", error.text);
    } else {
        files.command = line->name;
        status = record(&files);
    }
    sweep_files_free(&files);
    return status;
}
