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

/* With all its members, as they stand, on one line. */
static void put_entry(FILE *to, json_span entry, long long first, long long *families) {
    json_span name, value;
    bool numbered = false;
    const char *separator = "{";
    for (json_cursor at = json_inside(entry); json_next_member(&at, &name, &value);) {
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

/* The names of rows, each as often as the row has repetitions; sorted. */
typedef struct repeated_names {
    json_span *names;
    int count;
} repeated_names;

static int by_name(const void *a, const void *b) {
    return json_compare_texts(*(const json_span *)a, *(const json_span *)b);
}

/* False: no memory. */
static bool list_repeated(repeated_names *list, const timed_file *part) {
    json_span entry;
    *list = (repeated_names){0};
    for (json_cursor at = json_inside(part->entries); json_next_item(&at, &entry);) {
        if (!json_is_object_span(entry))
            continue;
        const entry_kind kind = entry_kind_of(entry);
        if (!kind.iteration || !kind.name.start)
            continue;
        if (!LIST_MAKE_ROOM(list->names, list->count))
            return false;
        list->names[list->count++] = kind.name;
    }
    if (list->count > 0)
        qsort(list->names, (size_t)list->count, sizeof *list->names, by_name);
    return true;
}

/* Whether the file has the repetitions that this entry is the mean, the median or the like of. */
static bool is_derived(json_span entry, const repeated_names *repeated) {
    if (!json_is_object_span(entry) || repeated->count == 0)
        return false;
    const entry_kind kind = entry_kind_of(entry);
    return kind.aggregate && !kind.complexity && kind.name.start &&
           bsearch(&kind.name, repeated->names, (size_t)repeated->count, sizeof kind.name, by_name);
}

static void put_entries(FILE *to, const timed_file *part, const repeated_names *repeated,
                        const char **separator, long long *families) {
    const long long first = *families;
    json_span entry;
    for (json_cursor at = json_inside(part->entries); json_next_item(&at, &entry);) {
        if (is_derived(entry, repeated))
            continue;
        fputs(*separator, to);
        *separator = ",\n";
        if (json_is_object_span(entry))
            put_entry(to, entry, first, families);
        else
            put_value(to, entry);
    }
}

/* False: no memory. */
static bool put_part(FILE *to, const timed_file *part, const char **separator,
                     long long *families) {
    repeated_names repeated;
    const bool ok = list_repeated(&repeated, part);
    if (ok)
        put_entries(to, part, &repeated, separator, families);
    free(repeated.names);
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
    char number[32];
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

/* What is no text, number or flag is the library's caches and load_avg, which are small. */
#define LARGEST_MEMBER (1 << 16)

/* The caller frees the context. NULL means that memory ran out. */
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

/* ---- The whole ------------------------------------------------------------------------------- */

static bool put_context(FILE *to, const timed_file *parts, int count, bool complete) {
    if (count == 1) {
        put_span(to, parts[0].context_span);
        return true;
    }
    json_t *context = first_context(&parts[0]);
    if (context)
        join_contexts(context, parts, count, complete);
    const bool ok = context && json_dumpf(context, to, JSON_INDENT(1)) == 0;
    json_decref(context);
    return ok;
}

char *merge_json(const timed_file *parts, int count, bool complete, size_t *size,
                 rnn_error *error) {
    char *text = NULL;
    const char *separator = "";
    long long families = 0;
    FILE *to = open_memstream(&text, size);
    bool ok = to != NULL;
    if (ok) {
        fputs("{\n\"context\": ", to);
        ok = put_context(to, parts, count, complete);
        fputs(",\n\"benchmarks\": [\n", to);
        for (int i = 0; ok && i < count; i++)
            ok = put_part(to, &parts[i], &separator, &families);
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
