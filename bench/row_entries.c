/* SPDX-License-Identifier: MIT */
#include "row_entries.h"

#include "fail.h"
#include "statistics.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Members of an entry -------------------------------------------------------------------- */

static const char *text_member(const json_t *entry, const char *name) {
    const char *text = json_string_value(json_object_get(entry, name));
    return text ? text : "";
}

/* NAN: it is not there or no finite number. */
static double number_member(const json_t *entry, const char *name) {
    const json_t *value = json_object_get(entry, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_iteration(const json_t *entry) {
    return strcmp(text_member(entry, "run_type"), "iteration") == 0;
}

static bool time_unit(const json_t *entry, double *seconds) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(text_member(entry, "time_unit"), units[i].name) == 0) {
            *seconds = units[i].seconds;
            return true;
        }
    return false;
}

static bool read_time(const json_t *entry, double *seconds, rnn_error *error) {
    double unit;
    if (!time_unit(entry, &unit))
        return fail(error, "time_unit is \"%.20s\", not ns, us, ms or s",
                    text_member(entry, "time_unit"));
    if (!json_object_get(entry, "real_time"))
        return fail(error, "real_time is missing");
    *seconds = unit * number_member(entry, "real_time");
    if (!isfinite(*seconds))
        return fail(error, "real_time is not a finite number");
    if (*seconds <= 0)
        return fail(error, "real_time is %g, not above 0", number_member(entry, "real_time"));
    return true;
}

/* ---- The name ------------------------------------------------------------------------------- */

static size_t without_suffix(const char *name, size_t length, const char *suffix) {
    const size_t end = strlen(suffix);
    return length > end && memcmp(name + length - end, suffix, end) == 0 ? length - end : length;
}

/* Where "/threads:2" starts that ends at `length`; 0: there is none. */
static size_t find_threads(const char *name, size_t length, int *threads) {
    static const char mark[] = "/threads:";
    size_t digits = length;
    while (digits > 0 && isdigit((unsigned char)name[digits - 1]))
        digits--;
    const size_t count = length - digits, mark_length = sizeof mark - 1;
    if (count < 1 || count > 6 || digits < mark_length ||
        memcmp(name + digits - mark_length, mark, mark_length) != 0)
        return 0;
    *threads = atoi(name + digits);
    return *threads > 0 ? digits - mark_length : 0;
}

/* Whether the name is cell/backend/N:.../threads:P, and its parts. False as well: no memory. */
static bool split_own_name(timed_row *row, text_pool *pool) {
    const char *name = row->name, *backend = strchr(name, '/');
    const char *sizes = backend ? strchr(++backend, '/') : NULL;
    size_t length = without_suffix(name, strlen(name), "/real_time");
    length = without_suffix(name, length, "/process_time");
    length = find_threads(name, length, &row->threads);
    if (!sizes || strncmp(sizes, "/N:", 3) != 0 || name + length <= sizes || backend - name < 2 ||
        sizes == backend || memchr(backend, ':', (size_t)(sizes - backend)))
        return false;
    const size_t cell_length = (size_t)(backend - 1 - name);
    const size_t sizes_length = (size_t)(name + length - sizes);
    row->cell = text_pool_add(pool, name, cell_length);
    row->backend = text_pool_add(pool, backend, (size_t)(sizes - backend));
    /* Room for cell and sizes, which the name's has. */
    char *problem = text_pool_add(pool, name, cell_length + sizes_length);
    if (problem)
        memcpy(problem + cell_length, sizes, sizes_length);
    row->problem = problem;
    return true;
}

static bool set_names(timed_row *row, const char *name, const json_t *entry, text_pool *pool,
                      rnn_error *error) {
    const char *label = text_member(entry, "label");
    row->name = text_pool_add(pool, name, strlen(name));
    row->label = text_pool_add(pool, label, strlen(label));
    if (!row->name || !row->label)
        return fail(error, "out of memory");
    if (!split_own_name(row, pool)) {
        const double threads = number_member(entry, "threads");
        row->threads = threads >= 1 && threads <= 1e6 ? (int)threads : 1;
        row->problem = row->name;
        row->cell = row->backend = "";
    }
    return (row->problem && row->cell && row->backend) || fail(error, "out of memory");
}

/* ---- Entries that count ---------------------------------------------------------------------- */

static json_t *aggregate(const json_t *entries, const char *name) {
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry) {
        if (!is_iteration(entry) && strcmp(text_member(entry, "aggregate_name"), name) == 0)
            return entry;
    }
    return NULL;
}

/* Two repetitions of one index are two rows of one name. `room` has as many numbers. */
static bool check_repetitions(json_t *const *entries, int count, double *room, rnn_error *error) {
    int indexed = 0;
    for (int i = 0; i < count; i++) {
        const double index = number_member(entries[i], "repetition_index");
        if (!isnan(index))
            room[indexed++] = index;
    }
    qsort(room, (size_t)indexed, sizeof *room, ascending);
    for (int i = 1; i < indexed; i++)
        if (room[i] == room[i - 1])
            return fail(error, "is there twice: two of repetition %g", room[i]);
    if (count > number_member(entries[0], "repetitions"))
        return fail(error, "is there twice: %d measurements, of %g repetitions", count,
                    number_member(entries[0], "repetitions"));
    return true;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool check_aggregates(const json_t *entries, rnn_error *error) {
    size_t i, count = 0;
    json_t *entry;
    const char **names = calloc(json_array_size(entries), sizeof *names);
    bool ok = names || fail(error, "out of memory");
    json_array_foreach(entries, i, entry) {
        if (ok && !is_iteration(entry))
            names[count++] = text_member(entry, "aggregate_name");
    }
    if (ok)
        qsort(names, count, sizeof *names, by_text);
    for (i = 1; ok && i < count; i++)
        if (strcmp(names[i], names[i - 1]) == 0)
            ok = fail(error, "is there twice: two of its aggregate \"%.40s\"", names[i]);
    free(names);
    return ok;
}

/* The message of an entry without a time; NULL: it has one. Newer releases of Google Benchmark
 * write "skipped" for what is no mistake. */
static const char *failure(const json_t *entry) {
    if (json_is_true(json_object_get(entry, "error_occurred"))) {
        const char *message = text_member(entry, "error_message");
        return *message ? message : "it failed, without a message";
    }
    if (json_is_true(json_object_get(entry, "skipped"))) {
        const char *message = text_member(entry, "skip_message");
        return *message ? message : "it was skipped, without a message";
    }
    return NULL;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static double median_member(json_t *const *entries, int count, const char *name, double *room) {
    for (int i = 0; i < count; i++)
        room[i] = number_member(entries[i], name);
    return median(room, count);
}

/* What the library writes of its own; all other numbers are counters. */
static bool is_counter(const char *name, const json_t *value) {
    static const char *const others[] = {"family_index", "per_family_instance_index",
                                         "repetitions",  "repetition_index",
                                         "threads",      "iterations",
                                         "real_time",    "cpu_time"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return json_is_number(value) || json_is_array(value); /* a list: see blank_non_finite() */
}

static bool read_counters(timed_row *row, json_t *const *entries, int count, double *room,
                          text_pool *pool, rnn_error *error) {
    const size_t most = json_object_size(entries[0]);
    if (most > ROWS_MAX_MEMBERS)
        return fail(error, "has more than %d members", ROWS_MAX_MEMBERS);
    row->counters = calloc(most + 1, sizeof *row->counters);
    if (!row->counters)
        return fail(error, "out of memory");
    for (void *i = json_object_iter(entries[0]); i; i = json_object_iter_next(entries[0], i)) {
        const char *name = json_object_iter_key(i);
        if (!is_counter(name, json_object_iter_value(i)))
            continue;
        row_counter *counter = &row->counters[row->counter_count++];
        counter->name = text_pool_add(pool, name, strlen(name));
        if (!counter->name)
            return fail(error, "out of memory");
        counter->value = median_member(entries, count, name, room);
    }
    return true;
}

static bool read_numbers(timed_row *row, json_t *const *entries, int count, text_pool *pool,
                         rnn_error *error) {
    double unit = 1;
    for (int i = 0; i < count; i++)
        if (!read_time(entries[i], &row->samples[i], error))
            return false;
    row->sample_count = count;
    row->median = median(row->samples, count);
    double *room = calloc((size_t)count, sizeof *room);
    if (!room)
        return fail(error, "out of memory");
    bool ok = row->aggregated || check_repetitions(entries, count, room, error);
    time_unit(entries[0], &unit);
    row->cpu_seconds = unit * median_member(entries, count, "cpu_time", room);
    ok = ok && read_counters(row, entries, count, room, pool, error);
    free(room);
    return ok;
}

/* The entries whose times count: all repetitions, or one aggregate in their place. */
static int choose_entries(json_t **chosen, const json_t *entries, bool *aggregated) {
    int count = 0;
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry) {
        if (is_iteration(entry))
            chosen[count++] = entry;
    }
    *aggregated = count == 0;
    if (*aggregated) {
        json_t *median_entry = aggregate(entries, "median");
        chosen[0] = median_entry ? median_entry : aggregate(entries, "mean");
        count = chosen[0] != NULL;
    }
    return count;
}

/* Whether an entry failed, which costs the row its times. */
static bool set_failure(timed_row *row, json_t *const *entries, int count, text_pool *pool,
                        rnn_error *error) {
    for (int i = 0; i < count; i++) {
        const char *message = failure(entries[i]);
        if (!message)
            continue;
        row->error = text_pool_add(pool, message, strlen(message));
        return row->error || fail(error, "out of memory");
    }
    return true;
}

bool row_from_entries(timed_row *row, const char *name, const json_t *entries, text_pool *pool,
                      rnn_error *error) {
    const size_t most = json_array_size(entries);
    json_t **chosen = calloc(most, sizeof *chosen);
    row->samples = calloc(most, sizeof *row->samples);
    bool ok = chosen && row->samples;
    if (!ok)
        fail(error, "out of memory");
    const int count = ok ? choose_entries(chosen, entries, &row->aggregated) : 0;
    if (ok && count == 0)
        ok = fail(error, "has neither repetitions nor a median or mean of them");
    ok = ok && check_aggregates(entries, error) && set_names(row, name, chosen[0], pool, error) &&
         set_failure(row, chosen, count, pool, error) &&
         (row->error || read_numbers(row, chosen, count, pool, error));
    free(chosen);
    return ok;
}
