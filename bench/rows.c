/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include "fail.h"
#include "load_file.h"
#include "row_entries.h"
#include "rows_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ----------------------------------------------------------------------------------- */

/* Google Benchmark writes NaN and Infinity, which JSON lacks. An empty list, which it never writes,
 * stands for them from here on. */
static void blank_non_finite(char *start) {
    static const char *const words[] = {"NaN", "Infinity"};
    bool quoted = false;
    for (char *text = start; *text; text++) {
        if (*text == '"')
            quoted = !quoted;
        if (quoted && *text == '\\' && text[1])
            text++;
        if (quoted || (*text != 'N' && *text != 'I'))
            continue;
        for (int i = 0; i < 2; i++) {
            const size_t length = strlen(words[i]);
            if (strncmp(text, words[i], length) != 0)
                continue;
            memset(text, ' ', length);
            text[0] = '[', text[1] = ']';
            if (text > start && text[-1] == '-')
                text[-1] = ' ';
        }
    }
}

json_t *rows_parse(const char *path, size_t flags, rnn_error *error) {
    size_t size;
    char *text = load_file(path, ROWS_MAX_BYTES, &size, error);
    if (!text)
        return NULL;
    json_error_t why;
    blank_non_finite(text);
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES | flags, &why);
    if (!root && !*why.text)
        fail(error, "%.150s: out of memory", path);
    else if (!root)
        fail(error, "%.120s: not JSON, or only a part of it: line %d: %.90s", path, why.line,
             why.text);
    free(text);
    return root;
}

/* ---- Context --------------------------------------------------------------------------------- */

static bool add_context(timed_file *file, const char *name, const json_t *value) {
    char number[32];
    const char *text = json_string_value(value);
    if (json_is_number(value)) {
        snprintf(number, sizeof number, "%.15g", json_number_value(value));
        text = number;
    } else if (json_is_boolean(value)) {
        text = json_is_true(value) ? "true" : "false";
    }
    if (!text)
        return true;
    row_context *added = &file->context[file->context_count++];
    added->name = text_pool_add(file->strings, name, strlen(name));
    added->text = text_pool_add(file->strings, text, strlen(text));
    return added->name && added->text;
}

static bool read_context(timed_file *file, json_t *context, rnn_error *error) {
    const char *name;
    json_t *value;
    if (json_object_size(context) > ROWS_MAX_MEMBERS)
        return fail(error, "its context has more than %d members", ROWS_MAX_MEMBERS);
    file->context = calloc(json_object_size(context) + 1, sizeof *file->context);
    if (!file->context)
        return fail(error, "out of memory");
    json_object_foreach(context, name, value) {
        if (!add_context(file, name, value))
            return fail(error, "out of memory");
    }
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
        return fail(error, "is of " ROWS_SCHEMA_KEY " %ld; this program knows those up to %d",
                    version, ROWS_SCHEMA_VERSION);
    if (library && strcmp(library, "1") != 0)
        return fail(error,
                    "is of Google Benchmark's json_schema_version %.20s; this program knows 1",
                    library);
    file->schema = (int)version;
    return true;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Whether an entry is one of a results file. Its name is run_name: `name` has the aggregate's. */
static const char *check_entry(const json_t *entry, size_t at, rnn_error *error) {
    const char *name = json_string_value(json_object_get(entry, "run_name"));
    const char *type = json_string_value(json_object_get(entry, "run_type"));
    if (!name || !*name)
        fail(error, "entry %zu of \"benchmarks\" has no run_name", at);
    else if (!type || (strcmp(type, "iteration") != 0 && strcmp(type, "aggregate") != 0))
        fail(error, "row %.100s: run_type is \"%.40s\", not iteration or aggregate", name,
             type ? type : "");
    else
        return name;
    return NULL;
}

/* A new object: the list of entries of each name, in the file's order. */
static json_t *group_entries(const json_t *entries, rnn_error *error) {
    json_t *groups = json_object();
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry) {
        const char *name = check_entry(entry, i, error);
        json_t *group = name ? json_object_get(groups, name) : NULL;
        if (name && !group && json_object_set_new(groups, name, json_array()) == 0)
            group = json_object_get(groups, name);
        if (name && json_array_append(group, entry) == 0)
            continue;
        if (name)
            fail(error, "out of memory");
        json_decref(groups);
        return NULL;
    }
    return groups;
}

static bool read_groups(timed_file *file, json_t *groups, rnn_error *error) {
    const char *name;
    json_t *entries;
    file->rows = calloc(json_object_size(groups), sizeof *file->rows);
    if (!file->rows)
        return fail(error, "out of memory");
    json_object_foreach(groups, name, entries) {
        rnn_error why;
        timed_row *row = &file->rows[file->row_count++];
        if (!row_from_entries(row, name, entries, file->strings, &why))
            return fail(error, "row %.100s: %.130s", name, why.text);
    }
    return true;
}

static bool read_rows(timed_file *file, const json_t *entries, rnn_error *error) {
    if (json_array_size(entries) == 0)
        return fail(error, "holds no rows");
    json_t *groups = group_entries(entries, error);
    bool ok = groups && read_groups(file, groups, error);
    json_decref(groups);
    return ok;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* False: it is new, and there is no room for more. */
static bool add_name(const char *names[ROWS_MAX_NAMES], int *count, const char *name) {
    for (int i = 0; i < *count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    if (*count == ROWS_MAX_NAMES)
        return false;
    names[(*count)++] = name;
    return true;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_names(timed_file *file, rnn_error *error) {
    const char *cells[ROWS_MAX_NAMES];
    int cell_count = 0;
    for (int i = 0; i < file->row_count; i++) {
        const timed_row *row = &file->rows[i];
        if (*row->cell && !add_name(cells, &cell_count, row->cell))
            return fail(error, "has more than %d cells", ROWS_MAX_NAMES);
        if (*row->backend && !add_name(file->backends, &file->backend_count, row->backend))
            return fail(error, "has more than %d backends", ROWS_MAX_NAMES);
    }
    qsort(file->backends, (size_t)file->backend_count, sizeof *file->backends, by_name);
    return true;
}

/* ---- Index ----------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
    const timed_row *x = *(const timed_row *const *)a, *y = *(const timed_row *const *)b;
    int order = strcmp(x->problem, y->problem);
    if (order == 0)
        order = strcmp(x->backend, y->backend);
    return order ? order : (x->threads > y->threads) - (x->threads < y->threads);
}

static bool index_rows(timed_file *file, rnn_error *error) {
    file->index = calloc((size_t)file->row_count, sizeof *file->index);
    if (!file->index)
        return fail(error, "out of memory");
    for (int i = 0; i < file->row_count; i++)
        file->index[i] = &file->rows[i];
    qsort(file->index, (size_t)file->row_count, sizeof *file->index, by_key);
    for (int i = 1; i < file->row_count; i++)
        if (by_key(&file->index[i - 1], &file->index[i]) == 0)
            return fail(error, "row %.150s is there twice", file->index[i]->name);
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

static bool read_root(timed_file *file, const json_t *root, rnn_error *error) {
    json_t *context = json_object_get(root, "context");
    const json_t *entries = json_object_get(root, "benchmarks");
    if (!json_is_object(context) || !json_is_array(entries))
        return fail(error, "is JSON, but no results file: \"%s\" is missing",
                    json_is_object(context) ? "benchmarks" : "context");
    return read_context(file, context, error) && check_schema(file, error) &&
           read_rows(file, entries, error) && list_names(file, error) && index_rows(file, error);
}

bool rows_read(timed_file *file, const char *path, rnn_error *error) {
    rnn_error why;
    *file = (timed_file){.path = path};
    json_t *root = rows_parse(path, JSON_DECODE_INT_AS_REAL, error);
    if (!root)
        return false;
    file->strings = text_pool_new();
    bool ok = file->strings ? read_root(file, root, &why) : fail(&why, "out of memory");
    json_decref(root);
    if (ok)
        return true;
    fail(error, "%.100s: %.150s", path, why.text);
    rows_free(file);
    return false;
}

void rows_free(timed_file *file) {
    for (int i = 0; i < file->row_count; i++) {
        free(file->rows[i].samples);
        free(file->rows[i].counters);
    }
    free(file->rows);
    free(file->context);
    free(file->index);
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
