/* SPDX-License-Identifier: MIT
 * Documents as JSON: the properties, the notes, and each table as a list of objects. */
#include "bench/document/document.h"

#include <jansson.h>
#include <math.h>

static json_t *cell_value(const document_column *column, const document_cell *cell) {
    if (!column->is_number)
        return json_string(cell->text);
    return isfinite(cell->number) ? json_real(cell->number) : json_null();
}

static json_t *row_object(const document_table *table, int row) {
    json_t *object = json_object();
    for (int i = 0; i < table->column_count; i++) {
        const document_column *column = &table->columns[i];
        if (document_is_for(column->audience, FOR_PROGRAMS))
            json_object_set_new(object, column->key,
                                cell_value(column, document_cell_at(table, row, i)));
    }
    return object;
}

static json_t *table_list(const document_table *table) {
    json_t *list = json_array();
    for (int row = 0; row < table->row_count; row++)
        json_array_append_new(list, row_object(table, row));
    return list;
}

void document_write_json(FILE *to, const document *d) {
    json_t *root = json_object(), *notes = json_array();
    json_object_set_new(root, "title", json_string(d->title));
    for (int i = 0; i < d->property_count; i++)
        json_object_set_new(root, d->properties[i].name, json_string(d->properties[i].text));
    for (int i = 0; i < d->note_count; i++)
        json_array_append_new(notes, json_string(d->notes[i]));
    json_object_set_new(root, "notes", notes);
    for (int i = 0; i < d->table_count; i++)
        if (document_is_for(d->tables[i].audience, FOR_PROGRAMS))
            json_object_set_new(root, d->tables[i].key, table_list(&d->tables[i]));
    json_dumpf(root, to, JSON_INDENT(1));
    fputc('\n', to);
    json_decref(root);
}
