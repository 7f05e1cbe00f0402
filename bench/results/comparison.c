/* SPDX-License-Identifier: MIT */
#include "bench/results/comparison.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/results/backend_names.h"
#include "bench/results/opponents.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- Pairs ----------------------------------------------------------------------------------- */

bool comparison_add_pair(comparison *c, const compared_row *pair) {
    if (!LIST_MAKE_ROOM(c->rows, c->row_count))
        return false;
    c->rows[c->row_count++] = *pair;
    return true;
}

static bool add_unpaired(comparison *c, const timed_row *row, const char *why) {
    if (!LIST_MAKE_ROOM(c->unpaired, c->unpaired_count))
        return false;
    c->unpaired[c->unpaired_count++] = (unpaired_row){row, why};
    return true;
}

static const timed_row *find_anchor(const timed_file *file, const timed_row *row,
                                    const char *anchor) {
    return rows_find_timed(file, row->problem, anchor, row->threads);
}

static bool pair_files(comparison *c, const timed_file *base, const timed_file *next,
                       const char *anchor, const timed_row *row) {
    const timed_row *other = rows_find(next, row->problem, row->backend, row->threads);
    compared_row pair = {.base = row, .row = other, .against = ""};
    if (!other || row->error || other->error)
        return add_unpaired(c, row,
                            !other       ? "only in BASE"
                            : row->error ? "without a time in BASE"
                                         : "without a time in NEW");
    if (anchor) {
        pair.base_anchor = find_anchor(base, row, anchor);
        pair.row_anchor = find_anchor(next, row, anchor);
        if (!pair.base_anchor || !pair.row_anchor)
            return add_unpaired(c, row, pair.row_anchor ? "no anchor in BASE" : "no anchor in NEW");
    }
    return comparison_add_pair(c, &pair);
}

static bool is_anchor(const timed_row *row, const char *anchor) {
    return anchor && strcmp(row->backend, anchor) == 0;
}

static bool collect_files(comparison *c, const timed_file *base, const timed_file *next,
                          const char *anchor, const row_filter *filter) {
    bool ok = true;
    for (int i = 0; ok && i < base->row_count; i++)
        if (row_filter_passes(filter, &base->rows[i]) && !is_anchor(&base->rows[i], anchor))
            ok = pair_files(c, base, next, anchor, &base->rows[i]);
    for (int i = 0; ok && i < next->row_count; i++) {
        const timed_row *row = &next->rows[i];
        if (row_filter_passes(filter, row) && !is_anchor(row, anchor) &&
            !rows_find(base, row->problem, row->backend, row->threads))
            ok = add_unpaired(c, row, "only in NEW");
    }
    return ok;
}

static bool collect_backends(comparison *c, const timed_file *file, const char *anchor,
                             const row_filter *filter) {
    bool ok = true;
    for (int i = 0; ok && i < file->row_count; i++) {
        const timed_row *row = &file->rows[i];
        if (!*row->backend || !row_filter_passes(filter, row) || is_anchor(row, anchor))
            continue;
        const timed_row *base = row->error ? NULL : find_anchor(file, row, anchor);
        const compared_row pair = {.base = base, .row = row, .against = ""};
        if (base)
            ok = comparison_add_pair(c, &pair);
        else
            ok = add_unpaired(c, row, row->error ? "without a time" : "no time of the anchor");
    }
    return ok;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static sample_set samples_of(const timed_row *row) {
    return (sample_set){row->samples, row->sample_count};
}

/* The samples, divided by the anchor's median where there is one; free() the values. */
static sample_set relative_samples(const timed_row *row, const timed_row *anchor) {
    double *values = malloc((size_t)row->sample_count * sizeof *values);
    for (int i = 0; values && i < row->sample_count; i++)
        values[i] = row->samples[i] / (anchor ? anchor->median : 1);
    return (sample_set){values, values ? row->sample_count : 0};
}

static double test_pair(const compared_row *pair) {
    if (pair->base->sample_count < 2 || pair->row->sample_count < 2)
        return NAN;
    const sample_set base = relative_samples(pair->base, pair->base_anchor);
    const sample_set row = relative_samples(pair->row, pair->row_anchor);
    const double p = mann_whitney(row, base, TWO_SIDED);
    free((double *)(uintptr_t)base.values);
    free((double *)(uintptr_t)row.values);
    return p;
}

static void measure_pair(compared_row *pair) {
    const bool relative = pair->base_anchor != NULL;
    pair->ratio = pair->row->median / pair->base->median;
    if (relative)
        pair->ratio *= pair->base_anchor->median / pair->row_anchor->median;
    const sample_set none = {NULL, 0};
    const sample_set over[] = {samples_of(pair->row),
                               relative ? samples_of(pair->base_anchor) : none};
    const sample_set under[] = {samples_of(pair->base),
                                relative ? samples_of(pair->row_anchor) : none};
    pair->interval =
        quotient_of_medians_interval(over, under, relative ? 2 : 1, &BOOTSTRAP_DEFAULT);
    pair->p = test_pair(pair);
}

static bool adjust_pairs(comparison *c, rnn_error *error) {
    const size_t room = (size_t)c->row_count + 1;
    double *p = calloc(room, sizeof *p), *adjusted = calloc(room, sizeof *adjusted);
    for (int i = 0; p && i < c->row_count; i++)
        p[i] = c->rows[i].p;
    const bool ok = p && adjusted && benjamini_hochberg(p, adjusted, c->row_count);
    for (int i = 0; ok && i < c->row_count; i++) {
        compared_row *pair = &c->rows[i];
        pair->adjusted_p = adjusted[i];
        const bool significant = adjusted[i] <= COMPARISON_P_AT_MOST;
        pair->slower = significant && pair->interval.low > 1;
        pair->faster = significant && pair->interval.high < 1;
    }
    free(p);
    free(adjusted);
    return ok || fail(error, "out of memory");
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static bool is_of_group(const row_group *group, const compared_row *pair) {
    const timed_row *row = pair->row;
    return strcmp(group->against, pair->against) == 0 &&
           (!*group->cell || strcmp(group->cell, row->cell) == 0) &&
           (!*group->backend || strcmp(group->backend, row->backend) == 0);
}

static bool add_group(comparison *c, const char *cell, const char *backend, const char *against) {
    for (int i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].cell, cell) == 0 && strcmp(c->groups[i].backend, backend) == 0 &&
            strcmp(c->groups[i].against, against) == 0)
            return true;
    if (!LIST_MAKE_ROOM(c->groups, c->group_count))
        return false;
    c->groups[c->group_count++] = (row_group){.cell = cell, .backend = backend, .against = against};
    return true;
}

static int by_cell_and_backend(const void *a, const void *b) {
    const row_group *x = a, *y = b;
    const int order = strcmp(x->cell, y->cell);
    return order ? order : backend_order(x->backend, y->backend);
}

/* `ratios` has room for all rows. */
static void summarise(row_group *group, const comparison *c, double *ratios) {
    for (int i = 0; i < c->row_count; i++) {
        const compared_row *pair = &c->rows[i];
        if (!is_of_group(group, pair))
            continue;
        ratios[group->count++] = pair->ratio;
        group->slower += pair->slower;
        group->faster += pair->faster;
        group->above += pair->ratio > 1;
        group->close += pair->ratio <= COMPARISON_CLOSE;
        if (!group->worst_row || pair->ratio > group->worst) {
            group->worst = pair->ratio;
            group->worst_row = pair->row;
        }
    }
    group->ratio = geometric_mean(ratios, group->count);
    group->interval = geometric_mean_interval(ratios, group->count, &BOOTSTRAP_DEFAULT);
}

/* Of files all rows, each cell and each backend; of backends no mean over different ones, which
 * would say nothing; of opponents each by itself, in the order that they were asked for. */
typedef enum grouping { BY_FILES, BY_BACKENDS, BY_OPPONENTS } grouping;

static bool add_groups_of(comparison *c, grouping by, const compared_row *pair) {
    const char *cell = pair->row->cell, *backend = pair->row->backend;
    if (by == BY_OPPONENTS)
        return add_group(c, "", "", pair->against) && add_group(c, cell, "", pair->against);
    return add_group(c, by == BY_FILES ? "" : cell, by == BY_FILES ? "" : backend, "") &&
           (by == BY_BACKENDS || add_group(c, cell, "", "")) && add_group(c, "", backend, "");
}

static bool summarise_groups(comparison *c, grouping by, rnn_error *error) {
    bool ok = true;
    for (int i = 0; ok && i < c->row_count; i++)
        ok = add_groups_of(c, by, &c->rows[i]);
    double *ratios = ok ? calloc((size_t)c->row_count + 1, sizeof *ratios) : NULL;
    if (!ratios)
        return fail(error, "out of memory");
    if (c->group_count > 0 && by != BY_OPPONENTS)
        qsort(c->groups, (size_t)c->group_count, sizeof *c->groups, by_cell_and_backend);
    for (int i = 0; i < c->group_count; i++)
        summarise(&c->groups[i], c, ratios);
    free(ratios);
    return true;
}

/* ---- A whole comparison ---------------------------------------------------------------------- */

static bool finish(comparison *c, grouping by, rnn_error *error) {
    for (int i = 0; i < c->row_count; i++)
        measure_pair(&c->rows[i]);
    return adjust_pairs(c, error) && summarise_groups(c, by, error);
}

bool comparison_of_files(comparison *c, const timed_file *base, const timed_file *next,
                         const char *anchor, const row_filter *filter, rnn_error *error) {
    *c = (comparison){0};
    if (!collect_files(c, base, next, anchor, filter))
        return fail(error, "out of memory");
    return finish(c, BY_FILES, error);
}

bool comparison_of_backends(comparison *c, const timed_file *file, const char *anchor,
                            const row_filter *filter, rnn_error *error) {
    *c = (comparison){0};
    if (!collect_backends(c, file, anchor, filter))
        return fail(error, "out of memory");
    return finish(c, BY_BACKENDS, error);
}

bool comparison_against(comparison *c, const timed_file *file, const against_choice *choice,
                        const row_filter *filter, rnn_error *error) {
    *c = (comparison){0};
    return opponents_pair(c, file, choice, filter, error) && finish(c, BY_OPPONENTS, error);
}

const char *comparison_ours(const timed_file *file) {
    const char *first = NULL;
    for (int i = 0; i < file->row_count; i++) {
        const char *backend = file->rows[i].backend;
        if (rnn_backend_kind_of(backend) == RNN_BACKEND_CHOICE)
            return backend;
        if (!first && *backend && !peers_have(file, backend))
            first = backend;
    }
    return first;
}

void comparison_free(comparison *c) {
    for (int i = 0; i < c->made_count; i++) {
        free(c->made[i]->samples);
        free(c->made[i]);
    }
    free(c->made);
    free(c->rows);
    free(c->unpaired);
    free(c->groups);
}

/* The rows of one problem are neighbours in the index. */
static int count_problems(const timed_file *file, const char *backend, const row_filter *filter) {
    int count = 0;
    const char *last = "";
    for (int i = 0; i < file->row_count; i++) {
        const timed_row *row = file->index[i];
        if (row->error || strcmp(row->backend, backend) != 0 || !row_filter_passes(filter, row) ||
            strcmp(row->problem, last) == 0)
            continue;
        count++;
        last = row->problem;
    }
    return count;
}

const char *comparison_default_anchor(const timed_file *file, const row_filter *filter) {
    const char *best = "";
    int most = 0;
    for (int i = 0; i < file->backend_count; i++) {
        const char *backend = file->backends[i];
        const int count = count_problems(file, backend, filter);
        if (count > most || (count == most && most > 0 && backend_order(backend, best) < 0)) {
            best = backend;
            most = count;
        }
    }
    return best;
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* Runs of digits count as numbers: N:8 stands before N:16. */
static int compare_names(const char *a, const char *b) {
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            const unsigned long long x = strtoull(a, NULL, 10), y = strtoull(b, NULL, 10);
            if (x != y)
                return x < y ? -1 : 1;
            a += strspn(a, "0123456789");
            b += strspn(b, "0123456789");
        } else if (*a++ != *b++) {
            return (unsigned char)a[-1] < (unsigned char)b[-1] ? -1 : 1;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int compare_rows(const timed_row *a, const timed_row *b) {
    const int problems = compare_names(a->problem, b->problem);
    if (problems)
        return problems;
    if (a->threads != b->threads)
        return a->threads < b->threads ? -1 : 1;
    return backend_order(a->backend, b->backend);
}

static int pairs_by_problem(const void *a, const void *b) {
    const compared_row *x = a, *y = b;
    int order = compare_rows(x->row, y->row);
    if (order == 0) /* one row may stand against several */
        order = compare_rows(x->base, y->base);
    return order ? order : strcmp(x->against, y->against);
}

static int pairs_by_ratio(const void *a, const void *b) {
    const compared_row *x = a, *y = b;
    return x->ratio != y->ratio ? (x->ratio < y->ratio) - (x->ratio > y->ratio)
                                : pairs_by_problem(a, b);
}

static int unpaired_by_problem(const void *a, const void *b) {
    const unpaired_row *x = a, *y = b;
    return compare_rows(x->row, y->row);
}

void comparison_sort(comparison *c, comparison_order order) {
    if (c->row_count) /* else there need be no array */
        qsort(c->rows, (size_t)c->row_count, sizeof *c->rows,
              order == SLOWEST_FIRST ? pairs_by_ratio : pairs_by_problem);
    if (c->unpaired_count)
        qsort(c->unpaired, (size_t)c->unpaired_count, sizeof *c->unpaired, unpaired_by_problem);
}
