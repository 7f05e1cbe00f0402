/* SPDX-License-Identifier: MIT
 * The cases of a document as CSV (RFC 4180): one header line, numbers with all their digits. */
#include "bench/document/document.h"

#include <math.h>
#include <string.h>

static void put_text(FILE *to, const char *text) {
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static void put_cell(FILE *to, const document_column *column, const document_cell *cell) {
    if (!column->is_number)
        put_text(to, cell->text);
    else if (isfinite(cell->number))
        fprintf(to, "%.17g", cell->number);
}

static const document_table *find_cases(const document *d) {
    for (int i = 0; i < d->table_count; i++)
        if (d->tables[i].cases && document_is_for(d->tables[i].audience, FOR_PROGRAMS))
            return &d->tables[i];
    return NULL;
}

/* Writes a row, or the keys of the columns where `row` is -1. */
static void put_row(FILE *to, const document_table *table, int row) {
    const char *separator = "";
    for (int column = 0; column < table->column_count; column++) {
        if (!document_is_for(table->columns[column].audience, FOR_PROGRAMS))
            continue;
        fputs(separator, to);
        separator = ",";
        if (row < 0)
            put_text(to, table->columns[column].key);
        else
            put_cell(to, &table->columns[column], document_cell_at(table, row, column));
    }
    fputs("\r\n", to);
}

void document_write_csv(FILE *to, const document *d) {
    const document_table *table = find_cases(d);
    for (int row = -1; table && row < table->row_count; row++)
        put_row(to, table, row);
}
