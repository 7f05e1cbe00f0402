/* SPDX-License-Identifier: MIT
 * Documents as Markdown, with tables as GitHub has them. */
#include "bench/base/utf8.h"
#include "bench/document/document.h"
#include "bench/document/markdown.h"

#include <ctype.h>
#include <string.h>

static bool is_shown(const document_table *table, int column) {
    return document_is_for(table->columns[column].audience, FOR_PEOPLE);
}

/* Writes a row, or the titles of the columns where `row` is -1. */
static void put_row(FILE *to, const document_table *table, int row) {
    fputc('|', to);
    for (int column = 0; column < table->column_count; column++) {
        if (!is_shown(table, column))
            continue;
        fputc(' ', to);
        markdown_text(to, row < 0 ? table->columns[column].title
                                  : document_cell_at(table, row, column)->text);
        fputs(" |", to);
    }
    fputc('\n', to);
}

static void put_table(FILE *to, const document_table *table) {
    if (*table->title)
        fprintf(to, "\n#### %s\n", table->title);
    fputc('\n', to);
    put_row(to, table, -1);
    fputc('|', to);
    for (int column = 0; column < table->column_count; column++)
        if (is_shown(table, column))
            fputs(table->columns[column].is_number ? "---:|" : "---|", to);
    fputc('\n', to);
    for (int row = 0; row < table->row_count; row++)
        put_row(to, table, row);
}

static void put_list(FILE *to, const char *const *items, int count) {
    fputs(count ? "\n" : "", to);
    for (int i = 0; i < count; i++) {
        fputs("- ", to);
        markdown_text(to, items[i]);
        fputc('\n', to);
    }
}

void document_write_markdown(FILE *to, const document *d) {
    fputs("### ", to);
    markdown_text(to, d->title);
    fputc('\n', to);
    put_list(to, d->notes, d->note_count);
    for (int i = 0; i < d->table_count; i++)
        if (document_is_for(d->tables[i].audience, FOR_PEOPLE) && d->tables[i].row_count > 0)
            put_table(to, &d->tables[i]);
    put_list(to, d->legend, d->legend_count);
}

void markdown_text(FILE *to, const char *text) {
    for (utf8_character c = utf8_next(&text); c.length; c = utf8_next(&text)) {
        if (*c.bytes == '<')
            fputs("&lt;", to);
        else if (*c.bytes == '&')
            fputs("&amp;", to);
        else if (strchr("|\\`*_[]~", *c.bytes))
            fprintf(to, "\\%c", *c.bytes);
        else
            fwrite(c.bytes, 1, (size_t)c.length, to);
    }
}

void markdown_link(FILE *to, const char *name, const char *path) {
    fputc('[', to);
    markdown_text(to, name);
    fputs("](", to);
    for (; *path; path++)
        fprintf(to, isalnum((unsigned char)*path) || strchr("/.-_~", *path) ? "%c" : "%%%02X",
                (unsigned char)*path);
    fputc(')', to);
}
