/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_baseline.h"

#include "bench/base/exit_status.h"
#include "bench/base/fail.h"
#include "bench/base/text_pool.h"
#include "bench/problems/backend_set.h"
#include "bench/results/comparable.h"
#include "bench/results/context.h"
#include "bench/results/rows.h"
#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SAMPLES 6 /* with fewer the bootstrap sees too little of the noise */

/* ---- Whether it can be compared -------------------------------------------------------------- */

/* The context of this machine and program. */
typedef struct own_context {
    row_context members[CONTEXT_MOST_MEMBERS];
    int count;
    text_pool *texts;
    bool complete;
} own_context;

typedef struct context_check {
    unsigned backends; /* the set of those that rows use, with the anchor; bits by index */
    difference_text differences;
    bool refused;
} context_check;

/* Whether `name` is the version of a library that no row needs. */
static bool is_idle_backend(unsigned backends, const char *name) {
    const int index = backend_index(name);
    return index >= 0 && !(backends >> index & 1u);
}

/* Only the compiler's family has to be the same: gcc 12.2.0 and gcc 13.1.0 may be compared. */
static bool same_compiler(const char *a, const char *b) {
    const size_t length = strcspn(a, " ");
    return length == strcspn(b, " ") && strncmp(a, b, length) == 0;
}

static void check_difference(const context_difference *difference, void *data) {
    context_check *check = data;
    const char *then = difference->then, *now = difference->now;
    if (is_idle_backend(check->backends, difference->name) ||
        (!now && !comparable_is_certain(difference)) ||
        (then && now && strcmp(difference->name, "compiler") == 0 && same_compiler(then, now)))
        return;
    comparable_append(&check->differences, difference);
    check->refused |= difference->weight == REFUSED;
}

static void add_own(const char *name, const char *text, void *data) {
    own_context *own = data;
    row_context *member = &own->members[own->count];
    own->complete = own->complete && own->count < CONTEXT_MOST_MEMBERS;
    if (!own->complete)
        return;
    *member = (row_context){text_pool_add(own->texts, name, strlen(name)),
                            text_pool_add(own->texts, text, strlen(text))};
    own->complete = member->name && member->text;
    own->count += own->complete;
}

/* False: no memory. */
static bool find_differences(const timed_file *file, context_check *check) {
    machine_info machine;
    own_context own = {.texts = text_pool_new()};
    own.complete = own.texts != NULL;
    machine_describe(&machine);
    context_machine(&machine, add_own, &own);
    context_build(add_own, &own);
    context_environment(add_own, &own);
    comparable_differences(comparable_context(file), (context_list){own.members, own.count},
                           FOR_BASELINE, check_difference, check);
    comparable_append_rest(&check->differences);
    text_pool_free(own.texts);
    return own.complete;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static bool passes(const gate_options *options, const timed_row *row, int backend) {
    problem p;
    rnn_error error;
    const int_list *threads = &options->threads;
    return *row->cell && problem_parse(&p, row->problem, &error) &&
           problem_filter_passes(&options->request.filter, &p) &&
           set_has(options->backends, backend) &&
           (threads->count == 0 || int_list_contains(threads, row->threads));
}

/* Sets what the row is judged against. False: the baseline cannot tell. */
static bool make_reference(gate_row *to, const timed_row *row, const timed_row *anchor) {
    const sample_set over = {row->samples, row->sample_count};
    const sample_set under = {anchor->samples, anchor->sample_count};
    if (row->sample_count < LEAST_SAMPLES || anchor->sample_count < LEAST_SAMPLES)
        return false;
    const double ratio = row->median / anchor->median;
    const confidence_interval interval = ratio_of_medians_interval(over, under, &BOOTSTRAP_DEFAULT);
    to->reference.offset = log(ratio);
    to->reference.slack = fmax(log(interval.high / ratio), log(ratio / interval.low));
    return isfinite(to->reference.slack);
}

static bool add_row(gate_rows *rows, const timed_file *file, const timed_row *row,
                    const char *backend, const char *anchor) {
    const timed_row *of_anchor = rows_find_timed(file, row->problem, anchor, row->threads);
    gate_row *to = gate_rows_add(rows, row->problem, backend, row->threads);
    if (!to)
        return false;
    to->sides[BASE] = (gate_side){.backend = anchor, .threads = of_anchor ? of_anchor->threads : 1};
    if (row->error)
        gate_leave_out(to, GATE_ONLY_NEW, "the baseline has no time of it: %.150s", row->error);
    else if (!of_anchor)
        gate_leave_out(to, GATE_UNJUDGED, "the baseline has no time of %s", anchor);
    else if (!make_reference(to, row, of_anchor))
        gate_leave_out(to, GATE_UNJUDGED, "the baseline has too few repetitions");
    return true;
}

/* Notes the backends that this build does not know. */
static void note_unknown(gate_notes *notes, const timed_file *file) {
    char names[200] = "", rest[32] = "";
    int left_out = 0;
    for (int i = 0; i < file->backend_count; i++) {
        const char *name = file->backends[i];
        const size_t used = strlen(names), room = sizeof names - used;
        if (backend_index(name) >= 0)
            continue;
        if ((size_t)snprintf(names + used, room, "%s%.60s", used ? ", " : "", name) < room)
            continue;
        names[used] = '\0';
        snprintf(rest, sizeof rest, " and %d more", ++left_out);
    }
    if (*names)
        gate_note(notes, "the baseline's rows of %s%s are left out: this build has no such backend",
                  names, rest);
}

/* All notes go to stderr; the gate's document has the first of them and how many more there are. */
static void note_left_out(gate_notes *notes, const timed_file *file) {
    rows_tell_notes(file, "gate");
    const int more = file->note_count + file->notes_left_out - 1;
    if (more > 0)
        gate_note(notes, "the baseline: %.200s; and %d more notes, on stderr", file->notes[0],
                  more);
    else if (more == 0)
        gate_note(notes, "the baseline: %.250s", file->notes[0]);
}

static int by_problem(const void *a, const void *b) {
    return strcmp(((const gate_row *)a)->problem, ((const gate_row *)b)->problem);
}

static bool list_rows(gate_rows *rows, const gate_options *options, const timed_file *file,
                      const char *anchor, unsigned *backends) {
    bool ok = true;
    for (int i = 0; ok && i < file->row_count; i++) {
        rnn_backend_info info;
        const timed_row *row = &file->rows[i];
        const int index = backend_index(row->backend);
        if (strcmp(row->backend, anchor) == 0 || !*row->cell)
            continue;
        if (rnn_backend_get(index, &info) == RNN_OK && passes(options, row, index)) {
            *backends |= 1u << index;
            ok = add_row(rows, file, row, info.name, anchor);
        }
    }
    if (rows->count)
        qsort(rows->items, (size_t)rows->count, sizeof *rows->items, by_problem);
    return ok;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static int list_and_compare(gate_rows *rows, const gate_options *options, gate_notes *notes,
                            const timed_file *file, rnn_error *error) {
    char differences[sizeof error->text - sizeof "not comparable:  (--anyway goes on)"] = "";
    rnn_backend_info anchor;
    const char *wanted =
        options->anchor ? options->anchor : rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK);
    const int index = backend_index(wanted);
    if (rnn_backend_get(index, &anchor) != RNN_OK)
        return fail(error, "--anchor %.60s: not a known backend", wanted), EXIT_USAGE;
    unsigned backends = 1u << index;
    if (!list_rows(rows, options, file, anchor.name, &backends))
        return fail(error, "out of memory"), EXIT_USAGE;
    if (rows->count == 0)
        return fail(error, "%.150s: no row that this build and the filters have in common with it",
                    file->path),
               EXIT_NOT_COMPARABLE;
    context_check check = {backends, {differences, sizeof differences, 0}, false};
    if (!find_differences(file, &check))
        return fail(error, "out of memory"), EXIT_USAGE;
    if (check.refused && !options->anyway)
        return fail(error, "not comparable: %s (--anyway goes on)", differences),
               EXIT_NOT_COMPARABLE;
    if (*differences)
        gate_note(notes, "these differ: %s", differences);
    if (!options->backends)
        note_unknown(notes, file);
    return EXIT_FINE;
}

int gate_list_baseline(gate_rows *rows, const gate_options *options, gate_notes *notes,
                       rnn_error *error) {
    timed_file file;
    if (!rows_read(&file, options->baseline, error))
        return EXIT_USAGE;
    note_left_out(notes, &file);
    const int status = list_and_compare(rows, options, notes, &file, error);
    rows_free(&file);
    return status;
}
