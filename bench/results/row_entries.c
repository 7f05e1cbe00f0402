/* SPDX-License-Identifier: MIT */
#include "bench/results/row_entries.h"

#include "bench/base/fail.h"
#include "bench/base/text_pool.h"
#include "bench/statistics/statistics.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Members of an entry -------------------------------------------------------------------- */

typedef enum field {
    RUN_NAME,
    RUN_TYPE,
    AGGREGATE_NAME,
    AGGREGATE_UNIT,
    TIME_UNIT,
    ERROR_MESSAGE,
    SKIP_MESSAGE,
    LABEL,
    ERROR_OCCURRED,
    SKIPPED,
    REAL_TIME,
    CPU_TIME,
    THREADS,
    ITERATIONS,
    REPETITIONS,
    REPETITION_INDEX,
    FAMILY_INDEX,
    INSTANCE_INDEX,
    FIELD_COUNT
} field;

typedef enum field_type { TEXT, FLAG, NUMBER } field_type;

/* What the library writes of its own; all other numbers are counters. */
static const struct {
    const char *name; /* in its quotes */
    size_t length;
    field_type type;
} fields[FIELD_COUNT] = {
#define FIELD(name, type)                                                                          \
    { "\"" name "\"", sizeof "\"" name "\"" - 1, type }
    [RUN_NAME] = FIELD("run_name", TEXT),
    [RUN_TYPE] = FIELD("run_type", TEXT),
    [AGGREGATE_NAME] = FIELD("aggregate_name", TEXT),
    [AGGREGATE_UNIT] = FIELD("aggregate_unit", TEXT),
    [TIME_UNIT] = FIELD("time_unit", TEXT),
    [ERROR_MESSAGE] = FIELD("error_message", TEXT),
    [SKIP_MESSAGE] = FIELD("skip_message", TEXT),
    [LABEL] = FIELD("label", TEXT),
    [ERROR_OCCURRED] = FIELD("error_occurred", FLAG),
    [SKIPPED] = FIELD("skipped", FLAG),
    [REAL_TIME] = FIELD("real_time", NUMBER),
    [CPU_TIME] = FIELD("cpu_time", NUMBER),
    [THREADS] = FIELD("threads", NUMBER),
    [ITERATIONS] = FIELD("iterations", NUMBER),
    [REPETITIONS] = FIELD("repetitions", NUMBER),
    [REPETITION_INDEX] = FIELD("repetition_index", NUMBER),
    [FAMILY_INDEX] = FIELD("family_index", NUMBER),
    [INSTANCE_INDEX] = FIELD("per_family_instance_index", NUMBER),
#undef FIELD
};

typedef struct entry_fields {
    json_span of[FIELD_COUNT];
} entry_fields;

static bool is_of_type(json_span value, field_type type) {
    switch (type) {
    case TEXT:
        return json_is_text_span(value);
    case FLAG:
        return json_is_span(value, "true") || json_is_span(value, "false");
    default:
        return true; /* of a member that is always there, a wrong value is no other member */
    }
}

/* A counter may have the name of any member, which the entry then has twice: the library's own
 * comes first, or is no number. FIELD_COUNT: it is a counter, or unknown. */
static field field_of(const entry_fields *found, json_span name, json_span value) {
    for (int i = 0; i < FIELD_COUNT; i++)
        if (name.length == fields[i].length &&
            memcmp(name.start, fields[i].name, name.length) == 0) {
            const bool fits = !found->of[i].start && is_of_type(value, fields[i].type);
            return fits ? (field)i : FIELD_COUNT;
        }
    return FIELD_COUNT;
}

static entry_fields fields_of(json_span entry) {
    entry_fields found = {0};
    json_cursor cursor = json_inside(entry);
    json_span name, value;
    while (json_next_member(&cursor, &name, &value)) {
        const field at = field_of(&found, name, value);
        if (at != FIELD_COUNT)
            found.of[at] = value;
    }
    return found;
}

static double number_of(const entry_fields *entry, field at) {
    return json_number_of(entry->of[at]);
}

static bool is_text(const entry_fields *entry, field at, const char *text) {
    return json_text_is(entry->of[at], text);
}

entry_kind entry_kind_of(json_span entry) {
    const entry_fields f = fields_of(entry);
    entry_kind kind = {.name = f.of[RUN_NAME],
                       .iteration = is_text(&f, RUN_TYPE, "iteration"),
                       .aggregate = is_text(&f, RUN_TYPE, "aggregate")};
    kind.complexity = kind.aggregate &&
                      (is_text(&f, AGGREGATE_NAME, "BigO") || is_text(&f, AGGREGATE_NAME, "RMS"));
    if (kind.name.length == 2) /* it is "" */
        kind.name.start = NULL;
    return kind;
}

/* Of an entry's text member, without quotes, for a message. */
static const char *shown_text(const entry_fields *entry, field at, char text[48]) {
    const json_span value = entry->of[at];
    const int length = value.start ? (int)value.length - 2 : 0;
    snprintf(text, 48, "%.*s", length < 40 ? length : 40, value.start ? value.start + 1 : "");
    return text;
}

/* ---- Times ----------------------------------------------------------------------------------- */

static bool time_unit(const entry_fields *entry, int *exponent) {
    static const struct {
        const char *name;
        int exponent;
    } units[] = {{"ns", -9}, {"us", -6}, {"ms", -3}, {"s", 0}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (is_text(entry, TIME_UNIT, units[i].name)) {
            *exponent = units[i].exponent;
            return true;
        }
    return false;
}

/* In seconds. The library multiplies by the unit in double precision before it writes, so that one
 * time has other last digits in another unit: these go, and what was equal is. NAN: not known. */
static double seconds_of(const entry_fields *entry, field at, int exponent) {
    char text[32];
    const double seconds = json_scaled_number_of(entry->of[at], exponent);
    if (!isfinite(seconds))
        return NAN;
    snprintf(text, sizeof text, "%.13e", seconds);
    return strtod(text, NULL);
}

static bool read_time(const entry_fields *entry, double *seconds, rnn_error *error) {
    int exponent;
    char shown[48];
    if (!time_unit(entry, &exponent))
        return fail(error, "time_unit is \"%.20s\", not ns, us, ms or s",
                    shown_text(entry, TIME_UNIT, shown));
    if (!entry->of[REAL_TIME].start)
        return fail(error, "real_time is missing");
    *seconds = seconds_of(entry, REAL_TIME, exponent);
    if (isnan(*seconds))
        return fail(error, "real_time is not a finite number");
    if (*seconds <= 0)
        return fail(error, "real_time is %g, not above 0", number_of(entry, REAL_TIME));
    if (*seconds < DBL_MIN)
        return fail(error, "real_time is %g, too small", number_of(entry, REAL_TIME));
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

static bool set_names(timed_row *row, timed_file *file, json_span name, const entry_fields *entry,
                      rnn_error *error) {
    row->name = json_shown_text_of(name, file->strings);
    row->label = json_shown_text_of(entry->of[LABEL], file->strings);
    if (!row->name || !row->label)
        return fail(error, "out of memory");
    if (!split_own_name(row, file->strings)) {
        const double threads = number_of(entry, THREADS);
        row->threads = threads >= 1 && threads <= 1e6 ? (int)threads : 1;
        row->problem = row->name;
        row->cell = row->backend = "";
    }
    return (row->problem && row->cell && row->backend) || fail(error, "out of memory");
}

/* ---- Entries that count ---------------------------------------------------------------------- */

/* Their fields, which take many times as much memory as most entries, are found when needed. */
typedef struct chosen_entries {
    json_span *spans;
    int count;
    bool aggregated;
} chosen_entries;

static void choose_repetitions(chosen_entries *chosen, const json_span *entries, int count) {
    for (int i = 0; i < count; i++) {
        const entry_fields f = fields_of(entries[i]);
        if (is_text(&f, RUN_TYPE, "iteration"))
            chosen->spans[chosen->count++] = entries[i];
    }
}

/* Where one program has two benchmarks of one name, the aggregate is that of the first. */
static void choose_aggregate(chosen_entries *chosen, timed_row *row, timed_file *file,
                             const char *name, const json_span *entries, int count) {
    for (int i = 0; i < count; i++) {
        const entry_fields f = fields_of(entries[i]);
        if (!is_text(&f, AGGREGATE_NAME, name) || is_text(&f, AGGREGATE_UNIT, "percentage"))
            continue;
        if (chosen->count == 0) {
            chosen->spans[chosen->count++] = entries[i];
            continue;
        }
        rows_note(file, "row %.150s is there twice: a second %s is left out", row->name, name);
        return;
    }
}

typedef struct indexed_entry {
    double index;
    int place;
} indexed_entry;

static int by_index(const void *a, const void *b) {
    const indexed_entry *x = a, *y = b;
    const int order = (x->index > y->index) - (x->index < y->index);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Marks entries whose repetition_index an earlier one has. Returns false where memory ran out. */
static bool mark_twins(const chosen_entries *chosen, bool *twins) {
    int count = 0;
    indexed_entry *sorted = calloc((size_t)chosen->count, sizeof *sorted);
    if (!sorted)
        return false;
    for (int i = 0; i < chosen->count; i++) {
        const entry_fields f = fields_of(chosen->spans[i]);
        const double index = number_of(&f, REPETITION_INDEX);
        if (!isnan(index))
            sorted[count++] = (indexed_entry){index, i};
    }
    qsort(sorted, (size_t)count, sizeof *sorted, by_index);
    for (int i = 1; i < count; i++)
        twins[sorted[i].place] = sorted[i].index == sorted[i - 1].index;
    free(sorted);
    return true;
}

/* Keeps the first benchmark's where two have one name. Release 1.5 says 0 repetitions of what is
 * not repeated. */
static bool drop_twins(chosen_entries *chosen, const timed_row *row, timed_file *file) {
    bool *twins = calloc((size_t)chosen->count, sizeof *twins);
    if (!twins || !mark_twins(chosen, twins)) {
        free(twins);
        return false;
    }
    const int all = chosen->count;
    const entry_fields first = fields_of(chosen->spans[0]);
    const double repetitions = number_of(&first, REPETITIONS);
    const int most = repetitions >= 1 && repetitions < all ? (int)repetitions : all;
    chosen->count = 0;
    for (int i = 0; i < all && chosen->count < most; i++)
        if (!twins[i])
            chosen->spans[chosen->count++] = chosen->spans[i];
    free(twins);
    if (chosen->count < all)
        rows_note(file, "row %.150s is there twice: %d of its %d measurements are left out",
                  row->name, all - chosen->count, all);
    return true;
}

/* Chooses all repetitions, or one aggregate in their place. */
static bool choose_entries(chosen_entries *chosen, timed_row *row, timed_file *file,
                           const json_span *entries, int count, rnn_error *error) {
    chosen->spans = calloc((size_t)count, sizeof *chosen->spans);
    if (!chosen->spans)
        return fail(error, "out of memory");
    choose_repetitions(chosen, entries, count);
    if (chosen->count)
        return drop_twins(chosen, row, file) || fail(error, "out of memory");
    row->aggregated = true;
    choose_aggregate(chosen, row, file, "median", entries, count);
    if (chosen->count == 0)
        choose_aggregate(chosen, row, file, "mean", entries, count);
    return true;
}

/* ---- Failures -------------------------------------------------------------------------------- */

static bool set_error(timed_row *row, timed_file *file, const char *text, rnn_error *error) {
    row->error = text_pool_add(file->strings, text, strlen(text));
    return row->error || fail(error, "out of memory");
}

/* Whether an entry failed, which costs the row its times. Newer releases of Google Benchmark write
 * "skipped" for what is no mistake. */
static bool set_failure(timed_row *row, timed_file *file, const chosen_entries *chosen,
                        rnn_error *error) {
    for (int i = 0; i < chosen->count; i++) {
        const entry_fields f = fields_of(chosen->spans[i]);
        const bool failed = json_is_span(f.of[ERROR_OCCURRED], "true");
        if (!failed && !json_is_span(f.of[SKIPPED], "true"))
            continue;
        const json_span message = f.of[failed ? ERROR_MESSAGE : SKIP_MESSAGE];
        if (message.length <= 2)
            return set_error(row, file,
                             failed ? "it failed, without a message"
                                    : "it was skipped, without a message",
                             error);
        row->error = json_shown_text_of(message, file->strings);
        return row->error || fail(error, "out of memory");
    }
    return true;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

typedef struct found_counter {
    json_span name;
    double value;
    int entry;
} found_counter;

static int by_name(const void *a, const void *b) {
    const found_counter *x = a, *y = b;
    const int order = json_compare_texts(x->name, y->name);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

/* Returns how many there are, also where `to` is NULL. */
static int counters_of(json_span entry, int place, found_counter *to) {
    int count = 0;
    entry_fields found = {0};
    json_cursor cursor = json_inside(entry);
    json_span name, value;
    while (count < ROWS_MAX_MEMBERS && json_next_member(&cursor, &name, &value)) {
        const field at = field_of(&found, name, value);
        if (at != FIELD_COUNT)
            found.of[at] = value;
        else if (json_is_number_span(value) && to)
            to[count++] = (found_counter){name, json_number_of(value), place};
        else
            count += json_is_number_span(value);
    }
    return count;
}

/* The counters of one name are neighbours; returns how many names there are. */
static int sort_counters(found_counter *found, int count) {
    int names = count > 0;
    qsort(found, (size_t)count, sizeof *found, by_name);
    for (int i = 1; i < count; i++)
        names += json_compare_texts(found[i].name, found[i - 1].name) != 0;
    return names;
}

/* `room` is for as many values as there are entries. False: no memory. */
static bool add_counters(timed_row *row, timed_file *file, const found_counter *found, int count,
                         double *room, int entries) {
    for (int i = 0, end; i < count; i = end) {
        int values = 0;
        for (end = i; end < count && json_compare_texts(found[end].name, found[i].name) == 0; end++)
            if (end == i || found[end].entry != found[end - 1].entry)
                room[values++] = found[end].value;
        row_counter *counter = &row->counters[row->counter_count];
        counter->name = json_shown_text_of(found[i].name, file->strings);
        counter->value = values == entries ? median(room, values) : NAN;
        if (!counter->name)
            return false;
        row->counter_count++;
    }
    return true;
}

static int count_counters(const timed_row *row, timed_file *file, const chosen_entries *chosen) {
    int count = 0, most = 0;
    for (int i = 0; i < chosen->count; i++) {
        const int here = counters_of(chosen->spans[i], i, NULL);
        count += here;
        most = here > most ? here : most;
    }
    if (most == ROWS_MAX_MEMBERS)
        rows_note(file, "row %.150s: of its counters no more than %d are read", row->name, most);
    return count;
}

static bool read_counters(timed_row *row, timed_file *file, const chosen_entries *chosen,
                          double *room) {
    int placed = 0;
    const int count = count_counters(row, file, chosen);
    found_counter *found = calloc((size_t)count + 1, sizeof *found);
    for (int i = 0; found && i < chosen->count; i++)
        placed += counters_of(chosen->spans[i], i, found + placed);
    const int names = found ? sort_counters(found, placed) : 0;
    row->counters = calloc((size_t)names + 1, sizeof *row->counters);
    const bool ok =
        found && row->counters && add_counters(row, file, found, placed, room, chosen->count);
    free(found);
    return ok;
}

/* Leaves those that have a time. False: `why` has the last reason of any. */
static bool read_times(timed_row *row, chosen_entries *chosen, rnn_error *why) {
    const int all = chosen->count;
    chosen->count = 0;
    for (int i = 0; i < all; i++) {
        const entry_fields f = fields_of(chosen->spans[i]);
        if (read_time(&f, &row->samples[chosen->count], why))
            chosen->spans[chosen->count++] = chosen->spans[i];
    }
    row->sample_count = chosen->count;
    return chosen->count == all;
}

static bool read_numbers(timed_row *row, timed_file *file, chosen_entries *chosen,
                         rnn_error *error) {
    const int all = chosen->count;
    rnn_error why;
    const bool whole = read_times(row, chosen, &why);
    if (chosen->count == 0)
        return set_error(row, file, why.text, error);
    if (!whole)
        rows_note(file, "row %.150s: %d of its %d repetitions are left out: %.100s", row->name,
                  all - chosen->count, all, why.text);
    double *room = calloc((size_t)chosen->count, sizeof *room);
    if (!room)
        return fail(error, "out of memory");
    row->median = median(row->samples, row->sample_count);
    for (int i = 0, exponent = 0; i < chosen->count; i++) {
        const entry_fields f = fields_of(chosen->spans[i]);
        time_unit(&f, &exponent);
        room[i] = seconds_of(&f, CPU_TIME, exponent);
    }
    row->cpu_seconds = median(room, chosen->count);
    const bool ok = read_counters(row, file, chosen, room) || fail(error, "out of memory");
    free(room);
    return ok;
}

/* ---- A row ----------------------------------------------------------------------------------- */

static bool read_row(timed_row *row, timed_file *file, chosen_entries *chosen, rnn_error *error) {
    return set_failure(row, file, chosen, error) &&
           (row->error || read_numbers(row, file, chosen, error));
}

bool row_from_entries(timed_row *row, timed_file *file, json_span name, const json_span *entries,
                      int count, rnn_error *error) {
    chosen_entries chosen = {0};
    const entry_fields first = fields_of(entries[0]);
    bool ok = set_names(row, file, name, &first, error) &&
              choose_entries(&chosen, row, file, entries, count, error);
    if (ok && chosen.count == 0) {
        ok = set_error(row, file, "it has neither repetitions nor a median or mean of them", error);
    } else if (ok) {
        row->samples = calloc((size_t)chosen.count, sizeof *row->samples);
        ok = row->samples ? read_row(row, file, &chosen, error) : fail(error, "out of memory");
    }
    free(chosen.spans);
    return ok;
}
