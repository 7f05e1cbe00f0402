/* SPDX-License-Identifier: MIT */
#include "bench/document/document.h"

#include "bench/base/growing_list.h"
#include "bench/base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Appends one item to a list of the document. */
#define ADD(d, items, count, ...)                                                                  \
    do {                                                                                           \
        (d)->out_of_memory |= !LIST_MAKE_ROOM(items, count);                                       \
        if (!(d)->out_of_memory)                                                                   \
            (items)[(count)++] = __VA_ARGS__;                                                      \
    } while (0)

const char *document_keep(document *d, const char *text) {
    char *clean = utf8_clean(text);
    const char *kept = d->pool && clean ? text_pool_add(d->pool, clean, strlen(clean)) : NULL;
    free(clean);
    d->out_of_memory |= !kept;
    return kept ? kept : "";
}

static const char *keep_format(document *d, const char *format, va_list arguments) {
    char text[512];
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    char *longer = length < (int)sizeof text ? NULL : malloc((size_t)length + 1);
    if (longer)
        vsnprintf(longer, (size_t)length + 1, format, again);
    va_end(again);
    const char *kept = document_keep(d, longer ? longer : text);
    free(longer);
    return kept;
}

void document_start(document *d, const char *title) {
    *d = (document){.pool = text_pool_new()};
    d->title = document_keep(d, title);
}

void document_free(document *d) {
    for (int i = 0; i < d->table_count; i++) {
        free(d->tables[i].rows);
        free(d->tables[i].cells);
    }
    free(d->tables);
    free(d->properties);
    free(d->notes);
    free(d->legend);
    text_pool_free(d->pool);
}

bool document_complete(const document *d) {
    return !d->out_of_memory;
}

void document_add_property(document *d, const char *name, const char *text) {
    ADD(d, d->properties, d->property_count,
        (document_property){document_keep(d, name), document_keep(d, text)});
}

void document_add_note(document *d, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = keep_format(d, format, arguments);
    va_end(arguments);
    ADD(d, d->notes, d->note_count, text);
}

void document_add_legend(document *d, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = keep_format(d, format, arguments);
    va_end(arguments);
    ADD(d, d->legend, d->legend_count, text);
}

void document_add_table(document *d, const document_table *table) {
    ADD(d, d->tables, d->table_count, *table);
}

static document_table *last_table(document *d) {
    return &d->tables[d->table_count - 1];
}

void document_add_row(document *d, const char *name, double seconds) {
    if (d->out_of_memory)
        return;
    document_table *table = last_table(d);
    ADD(d, table->rows, table->row_count,
        (document_row){.name = document_keep(d, name),
                       .seconds = seconds,
                       .message = "",
                       .first_cell = table->cell_count});
}

void document_add_outcome(document *d, document_outcome outcome, const char *message) {
    if (d->out_of_memory)
        return;
    document_row *row = &last_table(d)->rows[last_table(d)->row_count - 1];
    row->outcome = outcome;
    row->message = document_keep(d, message);
}

static void add_cell(document *d, double number, const char *format, va_list arguments) {
    const char *text = keep_format(d, format, arguments);
    if (d->out_of_memory)
        return;
    document_table *table = last_table(d);
    ADD(d, table->cells, table->cell_count, (document_cell){text, number});
}

void document_add_text(document *d, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_cell(d, NAN, format, arguments);
    va_end(arguments);
}

void document_add_number(document *d, double number, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_cell(d, number, format, arguments);
    va_end(arguments);
}

const document_cell *document_cell_at(const document_table *table, int row, int column) {
    return &table->cells[table->rows[row].first_cell + column];
}

/* ---- Formats -------------------------------------------------------------------------------- */

static const document_format formats[] = {
    {"text", ".txt", false, document_write_text},
    {"markdown", ".md", false, document_write_markdown},
    {"csv", ".csv", true, document_write_csv},
    {"json", ".json", false, document_write_json},
    {"junit", ".xml", false, document_write_junit},
};
enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

const document_format *document_format_named(const char *name) {
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const document_format *document_format_of_file(const char *path) {
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (int i = 0; dot && i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].extension, dot) == 0)
            return &formats[i];
    return NULL;
}

bool document_is_for(document_audience content, document_audience reader) {
    return content == FOR_ALL || content == reader;
}
