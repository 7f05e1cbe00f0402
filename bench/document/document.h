/* SPDX-License-Identifier: MIT
 *
 * What a command has to say, before it is known in which format: a title, notes and tables. It is
 * built from top to bottom; memory that runs out is told at the end, by document_complete().
 */
#ifndef BENCH_DOCUMENT_H
#define BENCH_DOCUMENT_H

#include "bench/base/text_pool.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum document_audience {
    FOR_ALL,
    FOR_PEOPLE,  /* text and Markdown */
    FOR_PROGRAMS /* CSV, JSON and JUnit */
} document_audience;

typedef struct document_column {
    const char *key;   /* for programs */
    const char *title; /* for people */
    bool is_number;    /* aligned to the right; programs get the number, not its text */
    document_audience audience;
} document_column;

typedef enum document_outcome { ROW_FINE, ROW_SKIPPED, ROW_FAILED } document_outcome;

typedef struct document_cell {
    const char *text;
    double number; /* NAN: none */
} document_cell;

typedef struct document_row {
    const char *name; /* JUnit's name of the case */
    double seconds;   /* JUnit's time; NAN: none */
    document_outcome outcome;
    const char *message; /* of an outcome that is not fine */
    int first_cell;
} document_row;

typedef struct document_table {
    const char *key, *title;
    document_audience audience;
    bool cases; /* its rows are JUnit's test cases; the first such table is what CSV has */
    const document_column *columns;
    int column_count;
    document_row *rows;
    int row_count, row_capacity;
    document_cell *cells;
    int cell_count, cell_capacity;
} document_table;

typedef struct document_property {
    const char *name, *text;
} document_property;

typedef struct document {
    const char *title;
    document_property *properties; /* for programs */
    const char **notes;            /* above the tables; programs get them as a list */
    const char **legend;           /* for people, below the tables */
    document_table *tables;
    int property_count, note_count, legend_count, table_count;
    int property_capacity, note_capacity, legend_capacity, table_capacity;
    text_pool *pool;
    bool out_of_memory;
} document;

#define DOCUMENT_FORMAT(at) __attribute__((format(printf, at, at + 1)))

void document_start(document *d, const char *title);
void document_free(document *d);
bool document_complete(const document *d);

/* A copy, fit for every format, that lives as long as the document. All texts that are added are
 * kept so; titles of columns are the caller's. */
const char *document_keep(document *d, const char *text);

void document_add_property(document *d, const char *name, const char *text);
DOCUMENT_FORMAT(2) void document_add_note(document *d, const char *format, ...);
DOCUMENT_FORMAT(2) void document_add_legend(document *d, const char *format, ...);

/* `columns` outlives the document. Rows and cells are added to the last table. */
void document_add_table(document *d, const document_table *table);
void document_add_row(document *d, const char *name, double seconds);
void document_add_outcome(document *d, document_outcome outcome, const char *message);
DOCUMENT_FORMAT(2) void document_add_text(document *d, const char *format, ...);
/* `number` is for programs, the rest for people. */
DOCUMENT_FORMAT(3) void document_add_number(document *d, double number, const char *format, ...);

const document_cell *document_cell_at(const document_table *table, int row, int column);

/* ---- Formats -------------------------------------------------------------------------------- */

typedef struct document_format {
    const char *name, *extension;
    bool rows_only; /* notes have no place in it */
    void (*write)(FILE *to, const document *d);
} document_format;

/* NULL: there is no such format. */
const document_format *document_format_named(const char *name);
/* By the end of a file's name; NULL: it tells none. */
const document_format *document_format_of_file(const char *path);

bool document_is_for(document_audience content, document_audience reader);

void document_write_text(FILE *to, const document *d);
void document_write_markdown(FILE *to, const document *d);
void document_write_csv(FILE *to, const document *d);
void document_write_json(FILE *to, const document *d);
void document_write_junit(FILE *to, const document *d);

#endif
