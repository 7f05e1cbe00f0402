/* SPDX-License-Identifier: MIT
 * Documents for a terminal. */
#include "bench/document/document.h"

#include <string.h>

/* A table that would be wider than this has its first column as a line above the rows that share
 * it. */
#define SCREEN_WIDTH 100
#define MAX_COLUMNS  64

/* Returns how many characters of UTF-8 a text has. */
static int width_of(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void put_padded(FILE *to, const char *text, int width, bool right) {
    const int padding = width - width_of(text);
    if (right && padding > 0)
        fprintf(to, "%*s", padding, "");
    fputs(text, to);
    if (!right && padding > 0)
        fprintf(to, "%*s", padding, "");
}

static int column_width(const document_table *table, int column) {
    int width = width_of(table->columns[column].title);
    for (int row = 0; row < table->row_count; row++) {
        const int needed = width_of(document_cell_at(table, row, column)->text);
        width = needed > width ? needed : width;
    }
    return width;
}

/* The columns that people get, and how wide they are. */
typedef struct layout {
    int columns[MAX_COLUMNS], widths[MAX_COLUMNS];
    int count;
    int first; /* 1 where the first column is a heading instead */
} layout;

static layout lay_out(const document_table *table) {
    layout l = {.count = 0};
    int total = 0;
    for (int column = 0; column < table->column_count && l.count < MAX_COLUMNS; column++) {
        if (!document_is_for(table->columns[column].audience, FOR_PEOPLE))
            continue;
        l.widths[l.count] = column_width(table, column);
        total += l.widths[l.count] + (l.count > 0 ? 2 : 0);
        l.columns[l.count++] = column;
    }
    l.first = total > SCREEN_WIDTH;
    return l;
}

/* Returns the text of a cell, or the title of the column where `row` is -1. */
static const char *text_at(const document_table *table, int row, int column) {
    return row < 0 ? table->columns[column].title : document_cell_at(table, row, column)->text;
}

/* Writes a row, with nothing behind its last text, not even spaces. */
static void put_row(FILE *to, const document_table *table, const layout *l, int row) {
    int end = l->count;
    while (end > l->first && !*text_at(table, row, l->columns[end - 1]))
        end--;
    fputs(l->first ? "  " : "", to);
    for (int i = l->first; i < end; i++) {
        const bool right = table->columns[l->columns[i]].is_number;
        fputs(i > l->first ? "  " : "", to);
        put_padded(to, text_at(table, row, l->columns[i]), right || i + 1 < end ? l->widths[i] : 0,
                   right);
    }
    fputc('\n', to);
}

static bool starts_group(const document_table *table, int column, int row) {
    return row == 0 || strcmp(document_cell_at(table, row, column)->text,
                              document_cell_at(table, row - 1, column)->text) != 0;
}

static void put_table(FILE *to, const document_table *table) {
    const layout l = lay_out(table);
    fprintf(to, "\n%s%s", table->title, *table->title ? "\n" : "");
    put_row(to, table, &l, -1);
    for (int row = 0; row < table->row_count; row++) {
        if (l.first && starts_group(table, l.columns[0], row)) {
            fputs(document_cell_at(table, row, l.columns[0])->text, to);
            fputc('\n', to);
        }
        put_row(to, table, &l, row);
    }
}

/* Writes a text broken at spaces, with further lines indented. */
static void put_paragraph(FILE *to, const char *text) {
    int used = 0;
    while (*text) {
        const int length = (int)strcspn(text, " ");
        if (used > 0 && used + 1 + length > SCREEN_WIDTH) {
            fputs("\n  ", to);
            used = 2;
        } else if (used > 0) {
            fputc(' ', to);
            used++;
        }
        fwrite(text, 1, (size_t)length, to);
        used += length;
        text += length + (text[length] == ' ');
    }
    fputc('\n', to);
}

void document_write_text(FILE *to, const document *d) {
    put_paragraph(to, d->title);
    for (int i = 0; i < d->note_count; i++)
        put_paragraph(to, d->notes[i]);
    for (int i = 0; i < d->table_count; i++)
        if (document_is_for(d->tables[i].audience, FOR_PEOPLE) && d->tables[i].row_count > 0)
            put_table(to, &d->tables[i]);
    fputs(d->legend_count ? "\n" : "", to);
    for (int i = 0; i < d->legend_count; i++)
        put_paragraph(to, d->legend[i]);
}
