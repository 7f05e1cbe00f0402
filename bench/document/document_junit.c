/* SPDX-License-Identifier: MIT
 * The cases of a document as JUnit's XML, which most CI systems show. */
#include "bench/document/document.h"

#include <math.h>

static void put_text(FILE *to, const char *text) {
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", to);
        else if (*text == '>')
            fputs("&gt;", to);
        else if (*text == '&')
            fputs("&amp;", to);
        else if (*text == '"')
            fputs("&quot;", to);
        else
            fputc(*text, to);
    }
}

static void put_attribute(FILE *to, const char *name, const char *text) {
    fprintf(to, " %s=\"", name);
    put_text(to, text);
    fputc('"', to);
}

static void put_property(FILE *to, const char *name, const char *text) {
    fputs("   <property", to);
    put_attribute(to, "name", name);
    put_attribute(to, "value", text);
    fputs("/>\n", to);
}

/* Writes what people read of the row, as one line. */
static void put_output(FILE *to, const document_table *table, int row) {
    const char *separator = "";
    fputs("   <system-out>", to);
    for (int column = 0; column < table->column_count; column++) {
        const char *text = document_cell_at(table, row, column)->text;
        if (!*text || !document_is_for(table->columns[column].audience, FOR_PEOPLE))
            continue;
        fputs(separator, to);
        put_text(to, table->columns[column].title);
        fputs(": ", to);
        put_text(to, text);
        separator = ", ";
    }
    fputs("</system-out>\n", to);
}

static void put_case(FILE *to, const document_table *table, int row) {
    static const char *const elements[] = {
        [ROW_FINE] = "", [ROW_SKIPPED] = "skipped", [ROW_FAILED] = "failure"};
    const document_row *r = &table->rows[row];
    fputs("  <testcase", to);
    put_attribute(to, "classname", table->key);
    put_attribute(to, "name", r->name);
    if (isfinite(r->seconds))
        fprintf(to, " time=\"%.9g\"", r->seconds);
    fputs(">\n", to);
    if (r->outcome != ROW_FINE) {
        fprintf(to, "   <%s", elements[r->outcome]);
        put_attribute(to, "message", r->message);
        fputs("/>\n", to);
    }
    put_output(to, table, row);
    fputs("  </testcase>\n", to);
}

static int count_outcome(const document *d, document_outcome outcome, bool any) {
    int count = 0;
    for (int i = 0; i < d->table_count; i++)
        for (int row = 0; d->tables[i].cases && row < d->tables[i].row_count; row++)
            count += any || d->tables[i].rows[row].outcome == outcome;
    return count;
}

void document_write_junit(FILE *to, const document *d) {
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite", to);
    put_attribute(to, "name", d->title);
    fprintf(to, " tests=\"%d\" failures=\"%d\" skipped=\"%d\" errors=\"0\">\n  <properties>\n",
            count_outcome(d, ROW_FINE, true), count_outcome(d, ROW_FAILED, false),
            count_outcome(d, ROW_SKIPPED, false));
    for (int i = 0; i < d->property_count; i++)
        put_property(to, d->properties[i].name, d->properties[i].text);
    for (int i = 0; i < d->note_count; i++)
        put_property(to, "note", d->notes[i]);
    fputs("  </properties>\n", to);
    for (int i = 0; i < d->table_count; i++)
        for (int row = 0; d->tables[i].cases && row < d->tables[i].row_count; row++)
            put_case(to, &d->tables[i], row);
    fputs(" </testsuite>\n</testsuites>\n", to);
}
