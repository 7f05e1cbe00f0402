/* SPDX-License-Identifier: MIT
 *
 * A document is what a command has to say, before it is known in which format: a title, notes and
 * tables. It is built from top to bottom. Where memory runs out meanwhile, document_complete() says
 * so at the end, and nothing else needs to check.
 */
#ifndef BENCH_DOCUMENT_H
#define BENCH_DOCUMENT_H

#include "bench/base/text_pool.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum document_audience {
    FOR_ALL,
    FOR_PEOPLE,  /* shown in text and Markdown */
    FOR_PROGRAMS /* shown in CSV, JSON and JUnit */
} document_audience;

typedef struct document_column {
    const char *key;   /* its name for programs */
    const char *title; /* its name for people */
    /* Whether it is aligned to the right, and programs get the number instead of its text. */
    bool is_number;
    document_audience audience;
} document_column;

typedef enum document_outcome { ROW_FINE, ROW_SKIPPED, ROW_FAILED } document_outcome;

typedef struct document_cell {
    const char *text;
    double number; /* NAN where there is none */
} document_cell;

typedef struct document_row {
    const char *name; /* what JUnit calls the case */
    double seconds;   /* the time that JUnit shows; NAN where there is none */
    document_outcome outcome;
    const char *message; /* why the outcome is not fine */
    int first_cell;
} document_row;

typedef struct document_table {
    const char *key, *title;
    document_audience audience;
    /* Whether its rows are JUnit's test cases. CSV has the first such table, and nothing else. */
    bool cases;
    const document_column *columns;
    int column_count;
    document_row *rows;
    int row_count;
    document_cell *cells;
    int cell_count;
} document_table;

typedef struct document_property {
    const char *name, *text;
} document_property;

typedef struct document {
    const char *title;
    document_property *properties; /* for programs */
    /* Notes stand above the tables, and programs get them as a list. The legend stands below the
     * tables, for people alone. */
    const char **notes;
    const char **legend;
    document_table *tables;
    int property_count, note_count, legend_count, table_count;
    text_pool *pool;
    bool out_of_memory;
} document;

#define DOCUMENT_FORMAT(at) __attribute__((format(printf, at, at + 1)))

void document_start(document *d, const char *title);
void document_free(document *d);
bool document_complete(const document *d);

/* Returns a copy of a text that is fit for every format and lives as long as the document. Every
 * text that is added to the document is kept so; the titles of columns stay the caller's. */
const char *document_keep(document *d, const char *text);

void document_add_property(document *d, const char *name, const char *text);
DOCUMENT_FORMAT(2) void document_add_note(document *d, const char *format, ...);
DOCUMENT_FORMAT(2) void document_add_legend(document *d, const char *format, ...);

/* Begins a table, whose columns must outlive the document. Rows and cells are then added to it, row
 * by row. */
void document_add_table(document *d, const document_table *table);
void document_add_row(document *d, const char *name, double seconds);
void document_add_outcome(document *d, document_outcome outcome, const char *message);
DOCUMENT_FORMAT(2) void document_add_text(document *d, const char *format, ...);
/* Adds a cell with a number for programs and a text for people. */
DOCUMENT_FORMAT(3) void document_add_number(document *d, double number, const char *format, ...);

const document_cell *document_cell_at(const document_table *table, int row, int column);

/* ---- Formats -------------------------------------------------------------------------------- */

typedef struct document_format {
    const char *name, *extension;
    bool rows_only; /* whether notes have no place in it */
    void (*write)(FILE *to, const document *d);
} document_format;

/* Returns the format of this name, or NULL where there is none. */
const document_format *document_format_named(const char *name);
/* Returns the format that the end of a file's name stands for, or NULL where it stands for none. */
const document_format *document_format_of_file(const char *path);

bool document_is_for(document_audience content, document_audience reader);

void document_write_text(FILE *to, const document *d);
void document_write_markdown(FILE *to, const document *d);
void document_write_csv(FILE *to, const document *d);
void document_write_json(FILE *to, const document *d);
void document_write_junit(FILE *to, const document *d);

#endif
