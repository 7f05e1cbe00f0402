/* SPDX-License-Identifier: MIT */
#include "bench/results/merge_json.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/json_span.h"
#include "bench/base/text.h"
#include "bench/results/comparable.h"
#include "bench/results/row_entries.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Entries --------------------------------------------------------------------------------- */

static void put_span(FILE *to, json_span span) {
    fwrite(span.start, 1, span.length, to);
}

/* JSON, unlike Google Benchmark, has no number that is not finite. */
static void put_value(FILE *to, json_span value) {
    const bool finite = !json_is_number_span(value) || isfinite(json_number_of(value));
    if (finite)
        put_span(to, value);
    else
        fputs("null", to);
}

/* Families are numbered through a file; those of the next one go on behind `*families`. */
static void put_family(FILE *to, json_span value, long long first, long long *families) {
    const double index = json_number_of(value);
    const bool known = index >= 0 && index < 1e9;
    const long long number = first + (known ? (long long)index : 0);
    if (!known) {
        put_value(to, value);
        return;
    }
    fprintf(to, "%lld", number);
    if (number >= *families)
        *families = number + 1;
}

/* An entry that is longer is not shortened: looking for each of its members would take long. */
#define LARGEST_ENTRY (1 << 12)

/* On one line, with its members as they stand, but for what `repetition`, the first one of its row,
 * gives; it is no span where all is written. */
static void put_entry(FILE *to, json_span entry, json_span repetition, long long first,
                      long long *families) {
    json_span name, value;
    const bool shorten = repetition.start && repetition.start != entry.start &&
                         entry.length <= LARGEST_ENTRY && repetition.length <= LARGEST_ENTRY;
    bool numbered = false;
    const char *separator = "{";
    for (json_cursor at = json_inside(entry); json_next_member(&at, &name, &value);) {
        if (shorten && entry_member_is_given(entry, repetition, name))
            continue;
        const bool is_family = !numbered && json_text_is(name, "family_index");
        fputs(separator, to);
        put_span(to, name);
        fputs(": ", to);
        if (is_family)
            put_family(to, value, first, families);
        else
            put_value(to, value);
        numbered |= is_family;
        separator = ", ";
    }
    fputs(*separator == ',' ? "}" : "{}", to);
}

/* A row that is there with its repetitions. */
typedef struct repeated_row {
    json_span name, first; /* first: the entry */
} repeated_row;

typedef struct repeated_rows {
    repeated_row *rows; /* sorted by name, each once */
    int count;
} repeated_rows;

static int by_name(const void *a, const void *b) {
    return json_compare_texts(((const repeated_row *)a)->name, ((const repeated_row *)b)->name);
}

static int by_name_and_place(const void *a, const void *b) {
    const char *x = ((const repeated_row *)a)->first.start,
               *y = ((const repeated_row *)b)->first.start;
    const int order = by_name(a, b);
    return order ? order : (x > y) - (x < y);
}

static void keep_first_of_each(repeated_rows *list) {
    int kept = 0;
    qsort(list->rows, (size_t)list->count, sizeof *list->rows, by_name_and_place);
    for (int i = 0; i < list->count; i++)
        if (i == 0 || by_name(&list->rows[i], &list->rows[kept - 1]) != 0)
            list->rows[kept++] = list->rows[i];
    list->count = kept;
}

/* False: no memory. */
static bool list_repeated(repeated_rows *list, const timed_file *part) {
    json_span entry;
    *list = (repeated_rows){0};
    for (json_cursor at = json_inside(part->entries); json_next_item(&at, &entry);) {
        if (!json_is_object_span(entry))
            continue;
        const entry_kind kind = entry_kind_of(entry);
        if (!kind.iteration || !kind.name.start)
            continue;
        if (!LIST_MAKE_ROOM(list->rows, list->count))
            return false;
        list->rows[list->count++] = (repeated_row){kind.name, entry};
    }
    if (list->count > 0)
        keep_first_of_each(list);
    return true;
}

/* The first repetition of the entry's row; no span where there is none. */
static json_span first_repetition(const repeated_rows *repeated, const entry_kind *kind) {
    const repeated_row wanted = {.name = kind->name}, *found = NULL;
    if (kind->name.start && repeated->count > 0)
        found = bsearch(&wanted, repeated->rows, (size_t)repeated->count, sizeof wanted, by_name);
    return found ? found->first : (json_span){NULL, 0};
}

typedef struct entry_writer {
    FILE *to;
    const char *separator;
    long long families; /* so far */
    bool shortens;      /* leaves out what the first repetition of a row gives */
} entry_writer;

static void put_row_entry(entry_writer *w, json_span entry, const repeated_rows *repeated,
                          long long first_family) {
    const entry_kind kind = entry_kind_of(entry);
    json_span first = first_repetition(repeated, &kind);
    /* What the file's repetitions give, such as their mean and median. */
    if (kind.aggregate && !kind.complexity && first.start)
        return;
    if (!w->shortens || !kind.iteration || (first.start && !entry_has_time(first)))
        first.start = NULL;
    fputs(w->separator, w->to);
    put_entry(w->to, entry, first, first_family, &w->families);
    w->separator = ",\n";
}

static void put_odd_entry(entry_writer *w, json_span entry) {
    fputs(w->separator, w->to);
    put_value(w->to, entry);
    w->separator = ",\n";
}

/* False: no memory. */
static bool put_part(entry_writer *w, const timed_file *part) {
    repeated_rows repeated;
    const long long first_family = w->families;
    json_span entry;
    const bool ok = list_repeated(&repeated, part);
    for (json_cursor at = json_inside(part->entries); ok && json_next_item(&at, &entry);)
        if (json_is_object_span(entry))
            put_row_entry(w, entry, &repeated, first_family);
        else
            put_odd_entry(w, entry);
    free(repeated.rows);
    return ok;
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
    for (int i = 1; i < count; i++)
        for (int k = 0; k < parts[i].context_count; k++)
            join_member(context, &parts[i], parts[i].context[k].name);
    json_object_del(context, "shard");
    json_object_del(context, "finished");
    if (complete)
        json_object_set_new(context, "finished", json_string("true"));
    json_object_set_new(context, "merged", json_sprintf("%d files", count));
}

/* What is no text, number or flag is the library's caches and load_avg, which are small. */
#define LARGEST_MEMBER (1 << 16)

/* free() it; NULL: no memory. */
static json_t *first_context(const timed_file *part) {
    json_t *context = json_object();
    json_span name, value;
    int members = 0;
    for (json_cursor at = json_inside(part->context_span); json_next_member(&at, &name, &value);) {
        char *key = json_text_of(name, part->strings);
        if (!key || value.length > LARGEST_MEMBER || json_object_get(context, key) ||
            ++members > ROWS_MAX_MEMBERS)
            continue;
        json_object_set_new(context, key,
                            json_loadb(value.start, value.length, JSON_DECODE_ANY, NULL));
    }
    return context;
}

/* Whether all are of rnnbench; what another program means by a member that a repetition lacks is
 * not known. */
static bool are_ours(const timed_file *parts, int count) {
    for (int i = 0; i < count; i++)
        if (parts[i].schema == 0 && !rows_context(&parts[i], "rnnbench"))
            return false;
    return true;
}

/* Of a file of version 0 nobody knows whether its sweep came to its end. */
static void raise_version(json_t *context, int from) {
    if (from == 0 && !json_object_get(context, "finished"))
        json_object_set_new(context, "finished", json_string("not said"));
    json_object_set_new(context, ROWS_SCHEMA_KEY, json_sprintf("%d", ROWS_SCHEMA_VERSION));
}

/* ---- The whole ------------------------------------------------------------------------------- */

static bool put_context(FILE *to, const timed_file *parts, int count, bool complete,
                        bool shortened) {
    if (count == 1 && (!shortened || parts[0].schema == ROWS_SCHEMA_VERSION)) {
        put_span(to, parts[0].context_span);
        return true;
    }
    json_t *context = first_context(&parts[0]);
    if (context && count > 1)
        join_contexts(context, parts, count, complete);
    if (context && shortened)
        raise_version(context, parts[0].schema);
    const bool ok = context && json_dumpf(context, to, JSON_INDENT(1)) == 0;
    json_decref(context);
    return ok;
}

char *merge_json(const timed_file *parts, int count, bool complete, size_t *size,
                 rnn_error *error) {
    char *text = NULL;
    FILE *to = open_memstream(&text, size);
    entry_writer entries = {.to = to, .separator = "", .shortens = are_ours(parts, count)};
    bool ok = to != NULL;
    if (ok) {
        fputs("{\n\"context\": ", to);
        ok = put_context(to, parts, count, complete, entries.shortens);
        fputs(",\n\"benchmarks\": [\n", to);
        for (int i = 0; ok && i < count; i++)
            ok = put_part(&entries, &parts[i]);
        fputs("\n]\n}\n", to);
        ok = !ferror(to) && ok;
        ok = fclose(to) == 0 && ok;
    }
    if (ok)
        return text;
    fail(error, "out of memory");
    free(text);
    return NULL;
}
