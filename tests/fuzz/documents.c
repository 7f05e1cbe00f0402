/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: documents with names from anywhere, which are read again in every format. One line
 * of the input is one name. */
#include "bench/document/document.h"
#include "tests/fuzz/formats.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 8

static const document_column columns[] = {{"key", "Key", false, FOR_ALL},
                                          {"name", "Name", false, FOR_ALL},
                                          {"shown", "Shown", false, FOR_PEOPLE},
                                          {"time", "Time", true, FOR_ALL},
                                          {"text", "Text", false, FOR_PROGRAMS}};

static void add_row(document *d, fuzz_input *in) {
    char *name = fuzz_text_until(in, "\n"), *text = fuzz_text_until(in, "\n");
    const double values[] = {0, 1.5, NAN, INFINITY, -1e300, 5e-324};
    const int outcome = fuzz_between(in, ROW_FINE, ROW_FAILED);
    const double value = values[fuzz_between(in, 0, 5)];
    document_add_row(d, name, value);
    if (outcome != ROW_FINE)
        document_add_outcome(d, (document_outcome)outcome, text);
    document_add_text(d, "%s", text);
    document_add_text(d, "%s", name);
    document_add_text(d, "%s %s", name, text);
    document_add_number(d, value, "%g %s", value, name);
    document_add_text(d, "%s", name);
    free(name);
    free(text);
}

static int make_document(document *d, fuzz_input *in) {
    const document_table table = {.key = "rows",
                                  .title = "Rows",
                                  .cases = true,
                                  .columns = columns,
                                  .column_count = sizeof columns / sizeof *columns};
    int rows = 0;
    char *title = fuzz_text_until(in, "\n"), *note = fuzz_text_until(in, "\n");
    document_start(d, title);
    document_add_property(d, "property", note);
    document_add_note(d, "%s", note);
    document_add_legend(d, "%s: %s", title, note);
    document_add_table(d, &table);
    for (; rows < MOST_ROWS && in->at < in->end; rows++)
        add_row(d, in);
    free(title);
    free(note);
    return rows;
}

/* Programs must get the very texts that the document keeps. */
static void check_json(const document *d, const char *text, size_t size, int rows) {
    json_t *root = json_loadb(text, size, 0, NULL);
    const json_t *list = json_object_get(root, "rows");
    FUZZ_CHECK((int)json_array_size(list) == rows, "%zu rows", json_array_size(list));
    FUZZ_CHECK(strcmp(json_string_value(json_object_get(root, "title")), d->title) == 0, "%s",
               d->title);
    for (int i = 0; i < rows; i++) {
        const char *got =
            json_string_value(json_object_get(json_array_get(list, (size_t)i), "name"));
        const char *kept = document_cell_at(&d->tables[0], i, 1)->text;
        FUZZ_CHECK(got && strcmp(got, kept) == 0, "%s became %s", kept, got ? got : "nothing");
    }
    json_decref(root);
}

static void check_csv(const document *d, const char *text, size_t size, int rows) {
    for (int i = 0; i < rows; i++) {
        char *got = formats_csv_field(text, size, i + 1, 1);
        const char *kept = document_cell_at(&d->tables[0], i, 1)->text;
        FUZZ_CHECK(got && strcmp(got, kept) == 0, "%s became %s", kept, got ? got : "nothing");
        free(got);
    }
}

static void check_format(const document *d, const char *name, int rows) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    FUZZ_CHECK(to, "no memory");
    document_format_named(name)->write(to, d);
    fclose(to);
    formats_check(name, text, size);
    if (strcmp(name, "json") == 0)
        check_json(d, text, size, rows);
    if (strcmp(name, "csv") == 0)
        check_csv(d, text, size, rows);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"text", "markdown", "csv", "json", "junit"};
    fuzz_input in = {data, data + size};
    document d;
    const int rows = make_document(&d, &in);
    FUZZ_CHECK(document_complete(&d), "no memory");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_format(&d, names[i], rows);
    document_free(&d);
    return 0;
}
