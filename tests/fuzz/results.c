/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: results files. What is read must be within what rows.h promises, must be read again
 * from what `merge` writes of it, and must be JSON where another reader says so. */
#include "bench/results/merge_json.h"
#include "bench/results/rows.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The text ------------------------------------------------------------------------------- */

/* Whether a text has a run of digits that may not fit a whole number of 64 bits, or a double. */
static bool has_large_number(const char *text) {
    int digits = 0;
    for (; *text; text++) {
        if (digits > 0 && (*text == 'e' || *text == 'E'))
            return true;
        digits = *text >= '0' && *text <= '9' ? digits + 1 : 0;
        if (digits > 18)
            return true;
    }
    return false;
}

/* Whether a text may have what only one of the two readers takes: Google Benchmark's numbers, large
 * numbers, escapes that may be half a character, and deep nesting. */
static bool may_differ(const char *text) {
    return strstr(text, "NaN") || strstr(text, "Infinity") || strstr(text, "\\u") ||
           strstr(text, "\xef\xbb\xbf") || has_large_number(text) || strlen(text) > 2000;
}

static void compare_with_jansson(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    json_span root;
    rnn_error error = {""};
    int mended = 0;
    FUZZ_CHECK(text, "no memory");
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    /* To jansson a NUL is the end of the text. */
    const bool has_end = strlen(text) < size, differ = may_differ(text);
    json_t *other = has_end ? NULL : json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    const bool ok = json_open(text, size, &root, &mended, &error);
    FUZZ_CHECK(ok || !other, "another reader takes it: %s", error.text);
    FUZZ_CHECK(!ok || other || has_end || mended || differ, "another reader refuses it");
    FUZZ_CHECK(!other || mended == 0, "%d characters were mended of right ones", mended);
    if (!ok)
        fuzz_check_error(&error);
    json_decref(other);
    free(text);
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static void check_times(const timed_row *row) {
    double least = INFINITY, most = 0;
    FUZZ_CHECK(row->sample_count >= 1, "%s", row->name);
    for (int i = 0; i < row->sample_count; i++) {
        FUZZ_CHECK(isfinite(row->samples[i]) && row->samples[i] > 0, "%s: %g", row->name,
                   row->samples[i]);
        least = fmin(least, row->samples[i]);
        most = fmax(most, row->samples[i]);
    }
    FUZZ_CHECK(row->median >= least && row->median <= most, "%s: %g", row->name, row->median);
    FUZZ_CHECK(isnan(row->cpu_seconds) || isfinite(row->cpu_seconds), "%s", row->name);
    FUZZ_CHECK(row->counter_count <= ROWS_MAX_MEMBERS, "%d counters", row->counter_count);
    for (int i = 0; i < row->counter_count; i++)
        FUZZ_CHECK(row->counters[i].name && !isinf(row->counters[i].value), "%s", row->name);
}

static void check_rows(const timed_file *file) {
    FUZZ_CHECK(file->row_count >= 1, "no row");
    FUZZ_CHECK(file->schema >= 0 && file->schema <= ROWS_SCHEMA_VERSION, "%d", file->schema);
    FUZZ_CHECK(file->note_count <= ROWS_MAX_NOTES && file->context_count <= ROWS_MAX_MEMBERS &&
                   file->backend_count <= ROWS_MAX_NAMES,
               "too many");
    for (int i = 0; i < file->note_count; i++)
        FUZZ_CHECK(*file->notes[i], "an empty note");
    for (int i = 0; i < file->row_count; i++) {
        const timed_row *row = &file->rows[i];
        FUZZ_CHECK(row->name && row->problem && row->cell && row->backend && row->label, "row %d",
                   i);
        FUZZ_CHECK(!*row->cell == !*row->backend, "%s: \"%s\", \"%s\"", row->name, row->cell,
                   row->backend);
        FUZZ_CHECK(rows_find(file, row->problem, row->backend, row->threads) == row,
                   "%s is not found", row->name);
        if (row->error)
            FUZZ_CHECK(*row->error, "%s: an error without words", row->name);
        else
            check_times(row);
    }
}

/* ---- What merge writes of them --------------------------------------------------------------- */

static bool are_equal(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void check_same_rows(const timed_file *a, const timed_file *b) {
    FUZZ_CHECK(a->row_count == b->row_count, "%d rows became %d", a->row_count, b->row_count);
    for (int i = 0; i < a->row_count; i++) {
        const timed_row *x = &a->rows[i], *y = &b->rows[i];
        FUZZ_CHECK(strcmp(x->name, y->name) == 0, "%s became %s", x->name, y->name);
        FUZZ_CHECK(!x->error == !y->error, "%s: %s, %s", x->name, x->error ? x->error : "",
                   y->error ? y->error : "");
        FUZZ_CHECK(x->error || (x->sample_count == y->sample_count && x->median == y->median &&
                                are_equal(x->cpu_seconds, y->cpu_seconds)),
                   "%s: %d of %g, %d of %g", x->name, x->sample_count, x->median, y->sample_count,
                   y->median);
    }
}

static void check_merged(const timed_file *file) {
    size_t size;
    rnn_error error = {""};
    timed_file again;
    fuzz_file copy;
    char *text = merge_json(file, 1, true, &size, &error);
    FUZZ_CHECK(text, "%s", error.text);
    fuzz_file_open(&copy, text, size);
    FUZZ_CHECK(rows_read(&again, copy.path, &error), "%s in:\n%s", error.text, text);
    check_same_rows(file, &again);
    rows_free(&again);
    fuzz_file_close(&copy);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    timed_file file;
    rnn_error error = {""};
    fuzz_file input;
    compare_with_jansson(data, size);
    fuzz_file_open(&input, data, size);
    if (rows_read_with_text(&file, input.path, &error)) {
        check_rows(&file);
        check_merged(&file);
        rows_free(&file);
    } else {
        fuzz_check_error(&error);
        FUZZ_CHECK(strstr(error.text, input.path), "does not name the file: %s", error.text);
    }
    fuzz_file_close(&input);
    return 0;
}
