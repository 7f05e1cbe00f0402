/* SPDX-License-Identifier: MIT */
#include "bench/results/rows.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/json_span.h"
#include "bench/base/load_file.h"
#include "bench/base/text_pool.h"
#include "bench/base/utf8.h"
#include "bench/results/row_entries.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Context --------------------------------------------------------------------------------- */

/* Returns NULL where memory ran out, and "" for a value that has no one text. */
static const char *context_text(timed_file *file, json_span value) {
    char number[32];
    if (json_is_text_span(value))
        return json_shown_text_of(value, file->strings);
    if (!json_is_number_span(value))
        return text_pool_add(file->strings, value.start, value.length);
    snprintf(number, sizeof number, "%.15g", json_number_of(value));
    return text_pool_add(file->strings, number, strlen(number));
}

static bool has_one_text(json_span value) {
    return json_is_text_span(value) || json_is_number_span(value) || json_is_span(value, "true") ||
           json_is_span(value, "false");
}

/* The library's own members come first; a program may have given it others of the same name. */
static bool add_context(timed_file *file, json_span name, json_span value, rnn_error *error) {
    row_context *added = &file->context[file->context_count];
    added->name = json_shown_text_of(name, file->strings);
    if (!added->name)
        return fail(error, "out of memory");
    if (rows_context(file, added->name)) {
        rows_note(file, "its context has %.100s twice: the second is left out", added->name);
        return true;
    }
    added->text = context_text(file, value);
    file->context_count++;
    return added->text || fail(error, "out of memory");
}

static bool read_context(timed_file *file, json_span context, rnn_error *error) {
    int members = 0;
    json_span name, value;
    file->context = calloc(ROWS_MAX_MEMBERS, sizeof *file->context);
    if (!file->context)
        return fail(error, "out of memory");
    for (json_cursor at = json_inside(context); json_next_member(&at, &name, &value);)
        if (has_one_text(value) && ++members <= ROWS_MAX_MEMBERS &&
            !add_context(file, name, value, error))
            return false;
    if (members > ROWS_MAX_MEMBERS)
        rows_note(file, "its context has %d members: those after %d are left out", members,
                  ROWS_MAX_MEMBERS);
    return true;
}

/* `json_schema_version` is Google Benchmark's own. */
static bool check_schema(timed_file *file, rnn_error *error) {
    const char *own = rows_context(file, ROWS_SCHEMA_KEY);
    const char *library = rows_context(file, "json_schema_version");
    char *end = "";
    const long version = own ? strtol(own, &end, 10) : 0;
    if (own && (end == own || *end || version < 0))
        return fail(error, ROWS_SCHEMA_KEY " is \"%.40s\", no version", own);
    if (version > ROWS_SCHEMA_VERSION)
        return fail(error,
                    "is of " ROWS_SCHEMA_KEY " %ld; this program knows those up to %d, a newer "
                    "rnnbench reads it",
                    version, ROWS_SCHEMA_VERSION);
    if (library && strcmp(library, "1") != 0)
        return fail(error,
                    "is of Google Benchmark's json_schema_version %.20s; this program knows 1",
                    library);
    file->schema = (int)version;
    return true;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* An entry that is one of a row. */
typedef struct entry_place {
    json_span name, text;
    int place;
    bool iteration; /* it is a repetition, and no aggregate */
} entry_place;

typedef struct entry_list {
    entry_place *items; /* first in the order of the file, then by name */
    json_span *texts;   /* in the order of the items */
    int count;
    int complexity; /* entries left out because they are of a family */
    json_span family;
} entry_list;

static int shown_length(json_span text) {
    const size_t length = text.length - 2; /* without its quotes */
    return length < 100 ? (int)length : 100;
}

/* Whether the entry is of a row; what is not is noted. */
static bool is_of_a_row(timed_file *file, entry_list *list, json_span entry, int at,
                        json_span *name) {
    if (!json_is_object_span(entry)) {
        rows_note(file, "entry %d of \"benchmarks\" is no object: it is left out", at);
        return false;
    }
    const entry_kind kind = entry_kind_of(entry);
    *name = kind.name;
    if (!kind.name.start)
        rows_note(file, "entry %d of \"benchmarks\" has no run_name: it is left out", at);
    else if (kind.complexity && list->complexity++ == 0)
        list->family = kind.name;
    else if (!kind.iteration && !kind.aggregate)
        rows_note(file,
                  "entry %d of \"benchmarks\", %.*s: run_type is not iteration or aggregate: "
                  "it is left out",
                  at, shown_length(kind.name), kind.name.start + 1);
    return kind.name.start && !kind.complexity && (kind.iteration || kind.aggregate);
}

static bool append_entry(entry_list *list, json_span name, json_span text) {
    if (!LIST_MAKE_ROOM(list->items, list->count))
        return false;
    list->items[list->count] =
        (entry_place){name, text, list->count, entry_kind_of(text).iteration};
    list->count++;
    return true;
}

static bool list_entries(timed_file *file, entry_list *list, json_span entries, rnn_error *error) {
    int at = 0;
    json_span entry, name;
    for (json_cursor cursor = json_inside(entries); json_next_item(&cursor, &entry); at++) {
        if (at == ROWS_MAX_ENTRIES)
            return fail(error, "has more than %d entries", ROWS_MAX_ENTRIES);
        if (is_of_a_row(file, list, entry, at, &name) && !append_entry(list, name, entry))
            return fail(error, "out of memory");
    }
    if (list->complexity)
        rows_note(
            file,
            "%d entries of complexity (BigO, RMS), which are no rows, are left out; the first "
            "is of %.*s",
            list->complexity, shown_length(list->family), list->family.start + 1);
    return true;
}

static int by_name_and_place(const void *a, const void *b) {
    const entry_place *x = a, *y = b;
    const int order = json_compare_texts(x->name, y->name);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* The entries of a row: a run of the list. */
typedef struct entry_group {
    int first, count;
    int place; /* in the file, of its first repetition or, where there is none, of its first entry
                */
    bool has_iteration;
} entry_group;

static int by_place(const void *a, const void *b) {
    const entry_group *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

/* Sorts the list. In the order of the file; free() them. NULL: no memory. */
static entry_group *group_entries(entry_list *list, int *count) {
    entry_group *groups = calloc((size_t)list->count, sizeof *groups);
    list->texts = calloc((size_t)list->count, sizeof *list->texts);
    if (!groups || !list->texts) {
        free(groups);
        return NULL;
    }
    *count = 0;
    qsort(list->items, (size_t)list->count, sizeof *list->items, by_name_and_place);
    for (int i = 0; i < list->count; i++) {
        const entry_place *item = &list->items[i];
        list->texts[i] = item->text;
        if (i == 0 || json_compare_texts(item->name, item[-1].name) != 0)
            groups[(*count)++] = (entry_group){.first = i, .place = item->place};
        entry_group *group = &groups[*count - 1];
        if (item->iteration && !group->has_iteration)
            group->place = item->place;
        group->has_iteration |= item->iteration;
        group->count++;
    }
    qsort(groups, (size_t)*count, sizeof *groups, by_place);
    return groups;
}

static bool read_groups(timed_file *file, const entry_list *list, const entry_group *groups,
                        int count, rnn_error *error) {
    file->rows = calloc((size_t)count, sizeof *file->rows);
    if (!file->rows)
        return fail(error, "out of memory");
    for (int i = 0; i < count; i++) {
        const entry_group *group = &groups[i];
        timed_row *row = &file->rows[file->row_count++];
        if (!row_from_entries(row, file, list->items[group->first].name, list->texts + group->first,
                              group->count, error))
            return false;
    }
    return true;
}

static bool read_list(timed_file *file, entry_list *list, json_span entries, rnn_error *error) {
    int count;
    if (!list_entries(file, list, entries, error))
        return false;
    if (list->count == 0)
        return fail(error, "holds no rows%s%.150s", file->note_count ? ": " : "",
                    file->note_count ? file->notes[0] : "");
    entry_group *groups = group_entries(list, &count);
    const bool ok =
        groups ? read_groups(file, list, groups, count, error) : fail(error, "out of memory");
    free(groups);
    return ok;
}

static bool read_rows(timed_file *file, json_span entries, rnn_error *error) {
    entry_list list = {0};
    const bool ok = read_list(file, &list, entries, error);
    free(list.items);
    free(list.texts);
    return ok;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* Returns false where the name is new and there is no room for more. */
static bool add_name(const char *names[ROWS_MAX_NAMES], int *count, const char *name) {
    for (int i = 0; i < *count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    if (*count == ROWS_MAX_NAMES)
        return false;
    names[(*count)++] = name;
    return true;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of another program may look like ours; so many backends or cells tell them apart. */
static void list_names(timed_file *file) {
    const char *cells[ROWS_MAX_NAMES];
    int cell_count = 0, beyond = 0;
    for (int i = 0; i < file->row_count; i++) {
        timed_row *row = &file->rows[i];
        if (!*row->cell || (add_name(cells, &cell_count, row->cell) &&
                            add_name(file->backends, &file->backend_count, row->backend)))
            continue;
        row->problem = row->name;
        row->cell = row->backend = "";
        beyond++;
    }
    if (beyond)
        rows_note(file,
                  "has more than %d cells or backends: %d rows of further ones go by their names",
                  ROWS_MAX_NAMES, beyond);
    qsort(file->backends, (size_t)file->backend_count, sizeof *file->backends, by_text);
}

/* ---- Index ----------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
    const timed_row *x = *(const timed_row *const *)a, *y = *(const timed_row *const *)b;
    int order = strcmp(x->problem, y->problem);
    if (order == 0)
        order = strcmp(x->backend, y->backend);
    return order ? order : (x->threads > y->threads) - (x->threads < y->threads);
}

/* Rows of one key stand in the order of the file. */
static int by_key_and_place(const void *a, const void *b) {
    const timed_row *x = *(const timed_row *const *)a, *y = *(const timed_row *const *)b;
    const int order = by_key(a, b);
    return order ? order : (x > y) - (x < y);
}

static void fill_index(timed_file *file) {
    for (int i = 0; i < file->row_count; i++)
        file->index[i] = &file->rows[i];
    qsort(file->index, (size_t)file->row_count, sizeof *file->index, by_key_and_place);
}

static void free_row(timed_row *row) {
    free(row->samples);
    free(row->counters);
}

/* `twins` has a mark for each row. */
static void drop_rows(timed_file *file, const bool *twins) {
    int kept = 0;
    for (int i = 0; i < file->row_count; i++)
        if (twins[i])
            free_row(&file->rows[i]);
        else
            file->rows[kept++] = file->rows[i];
    file->row_count = kept;
}

static bool index_rows(timed_file *file, rnn_error *error) {
    bool any = false, *twins = calloc((size_t)file->row_count, sizeof *twins);
    file->index = calloc((size_t)file->row_count, sizeof *file->index);
    if (!file->index || !twins) {
        free(twins);
        return fail(error, "out of memory");
    }
    fill_index(file);
    for (int i = 1; i < file->row_count; i++) {
        const timed_row *row = file->index[i];
        if (by_key(&file->index[i - 1], &row) != 0)
            continue;
        any = twins[row - file->rows] = true;
        rows_note(file, "row %.150s is there twice, under another name before: it is left out",
                  row->name);
    }
    if (any) {
        drop_rows(file, twins);
        fill_index(file);
    }
    free(twins);
    return true;
}

const timed_row *rows_find(const timed_file *file, const char *problem, const char *backend,
                           int threads) {
    const timed_row wanted = {.problem = problem, .backend = backend, .threads = threads};
    const timed_row *key = &wanted;
    const timed_row **found =
        bsearch(&key, file->index, (size_t)file->row_count, sizeof *file->index, by_key);
    return found ? *found : NULL;
}

/* The rows of a problem and backend are neighbours in the index, by threads. */
static int first_in_index(const timed_file *file, const char *problem, const char *backend) {
    const timed_row wanted = {.problem = problem, .backend = backend, .threads = 0};
    const timed_row *key = &wanted;
    int low = 0, high = file->row_count;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (by_key(&file->index[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const timed_row *rows_find_timed(const timed_file *file, const char *problem, const char *backend,
                                 int threads) {
    const timed_row *row = rows_find(file, problem, backend, threads);
    if (row && !row->error)
        return row;
    for (int i = first_in_index(file, problem, backend); i < file->row_count; i++) {
        row = file->index[i];
        if (strcmp(row->problem, problem) != 0 || strcmp(row->backend, backend) != 0)
            return NULL;
        if (!row->error)
            return row;
    }
    return NULL;
}

/* ---- The file -------------------------------------------------------------------------------- */

static bool read_root(timed_file *file, json_span root, rnn_error *error) {
    const bool is_object = json_is_object_span(root);
    const json_span none = {NULL, 0};
    const json_span context = is_object ? json_first_member(root, "context") : none;
    const json_span entries = is_object ? json_first_member(root, "benchmarks") : none;
    if (!json_is_object_span(context) || !json_is_list_span(entries))
        return fail(error, "is JSON, but no results file: \"%s\" is missing",
                    json_is_object_span(context) ? "benchmarks" : "context");
    file->context_span = context;
    file->entries = entries;
    if (!read_context(file, context, error) || !check_schema(file, error) ||
        !read_rows(file, entries, error))
        return false;
    list_names(file);
    return index_rows(file, error);
}

static bool read_text(timed_file *file, size_t size, rnn_error *error) {
    json_span root;
    int mended = 0;
    if (!json_open(file->text, size, &root, &mended, error))
        return false;
    if (mended)
        rows_note(file, "%d bytes of its texts are no UTF-8 or control characters: read as '?'",
                  mended);
    return read_root(file, root, error);
}

bool rows_read_with_text(timed_file *file, const char *path, rnn_error *error) {
    rnn_error why;
    size_t size;
    *file = (timed_file){.path = path};
    file->text = load_file(path, ROWS_MAX_BYTES, &size, error);
    if (!file->text)
        return false;
    file->text = utf8_from_utf16(file->text, &size);
    file->strings = text_pool_new();
    if (file->text && file->strings ? read_text(file, size, &why) : fail(&why, "out of memory"))
        return true;
    fail(error, "%.100s: %.150s", path, why.text);
    rows_free(file);
    return false;
}

bool rows_read(timed_file *file, const char *path, rnn_error *error) {
    if (!rows_read_with_text(file, path, error))
        return false;
    free(file->text);
    file->text = NULL;
    return true;
}

void rows_free(timed_file *file) {
    for (int i = 0; i < file->row_count; i++)
        free_row(&file->rows[i]);
    free(file->rows);
    free(file->context);
    free(file->index);
    free(file->text);
    text_pool_free(file->strings);
    *file = (timed_file){0};
}

const char *rows_context(const timed_file *file, const char *name) {
    for (int i = 0; i < file->context_count; i++)
        if (strcmp(file->context[i].name, name) == 0)
            return file->context[i].text;
    return NULL;
}

double row_counter_value(const timed_row *row, const char *name) {
    for (int i = 0; i < row->counter_count; i++)
        if (strcmp(row->counters[i].name, name) == 0)
            return row->counters[i].value;
    return NAN;
}

/* ---- Notes ----------------------------------------------------------------------------------- */

void rows_note(timed_file *file, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *kept = NULL;
    if (file->note_count < ROWS_MAX_NOTES)
        kept = text_pool_add(file->strings, text, strlen(text));
    if (kept)
        file->notes[file->note_count++] = kept;
    else
        file->notes_left_out++;
}

void rows_tell_notes(const timed_file *file, const char *command) {
    for (int i = 0; i < file->note_count; i++)
        fprintf(stderr, "rnnbench %s: %s: %s\n", command, file->path, file->notes[i]);
    if (file->notes_left_out)
        fprintf(stderr, "rnnbench %s: %s: and %d more notes\n", command, file->path,
                file->notes_left_out);
}
