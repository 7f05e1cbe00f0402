/* SPDX-License-Identifier: MIT */
#include "merge_json.h"

#include "comparable.h"
#include "fail.h"
#include "rows_json.h"
#include "text_list.h"

#include <stdlib.h>
#include <string.h>

/* ---- Rows ------------------------------------------------------------------------------------ */

/* rows_parse() leaves an empty list for a number that is not finite. */
static void clear_non_finite(json_t *entry) {
    const char *name;
    json_t *value;
    json_object_foreach(entry, name, value) {
        if (json_is_array(value))
            json_object_set_new(entry, name, json_null());
    }
}

/* Families are numbered through a file; those of the next one go on behind `*families`. */
static void renumber(json_t *entry, json_int_t first, json_int_t *families) {
    json_t *index = json_object_get(entry, "family_index");
    if (!json_is_integer(index))
        return;
    json_int_t number = first + json_integer_value(index);
    json_object_set_new(entry, "family_index", json_integer(number));
    if (number >= *families)
        *families = number + 1;
}

static bool append_rows(json_t *to, const json_t *document, json_int_t *families) {
    const json_int_t first = *families;
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(document, "benchmarks"), i, entry) {
        clear_non_finite(entry);
        renumber(entry, first, families);
        if (json_array_append(to, entry) != 0)
            return false;
    }
    return true;
}

/* ---- Context --------------------------------------------------------------------------------- */

#define SEPARATOR " / "

/* "a / b", once each. */
static void append_text(json_t *context, const char *name, const char *text) {
    const json_t *there = json_object_get(context, name);
    if (!there)
        json_object_set_new(context, name, json_string(text));
    else if (json_is_string(there) && !text_list_has(json_string_value(there), SEPARATOR, text))
        json_object_set_new(context, name,
                            json_sprintf("%s" SEPARATOR "%s", json_string_value(there), text));
}

static void join_member(json_t *context, const timed_file *part, const char *name) {
    const char *there = json_string_value(json_object_get(context, name));
    const char *text = comparable_text(part, name);
    if (strcmp(name, "date") == 0 && there && strcmp(there, text) < 0)
        json_object_set_new(context, name, json_string(text));
    else if (strcmp(name, "host_name") == 0 || comparable_weigh(name, FOR_MERGE) == REFUSED)
        append_text(context, name, text);
}

static void join_contexts(json_t *context, const timed_file *parts, int count, bool complete) {
    char number[16];
    for (int i = 1; i < count; i++)
        for (int k = 0; k < parts[i].context_count; k++)
            join_member(context, &parts[i], parts[i].context[k].name);
    json_object_del(context, "shard");
    json_object_del(context, "finished");
    if (complete)
        json_object_set_new(context, "finished", json_string("true"));
    snprintf(number, sizeof number, "%d files", count);
    json_object_set_new(context, "merged", json_string(number));
}

/* ---- The whole ------------------------------------------------------------------------------- */

static bool join_documents(json_t *whole, const timed_file *parts, int count, rnn_error *error) {
    json_t *rows = json_object_get(whole, "benchmarks");
    json_int_t families = 0;
    for (int i = 0; i < count; i++) {
        json_t *document = rows_parse(parts[i].path, 0, error);
        if (!document)
            return false;
        bool ok = append_rows(rows, document, &families);
        if (ok && i == 0)
            ok = json_object_update(json_object_get(whole, "context"),
                                    json_object_get(document, "context")) == 0;
        json_decref(document);
        if (!ok)
            return fail(error, "out of memory");
    }
    return true;
}

char *merge_json(const timed_file *parts, int count, bool complete, size_t *size,
                 rnn_error *error) {
    char *text = NULL;
    json_t *whole = json_pack("{s:{}, s:[]}", "context", "benchmarks");
    if (!whole || !join_documents(whole, parts, count, error)) {
        if (!whole)
            fail(error, "out of memory");
        json_decref(whole);
        return NULL;
    }
    join_contexts(json_object_get(whole, "context"), parts, count, complete);
    text = json_dumps(whole, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(whole);
    if (!text)
        fail(error, "out of memory");
    else
        *size = strlen(text);
    return text;
}
