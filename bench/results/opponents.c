/* SPDX-License-Identifier: MIT */
#include "bench/results/opponents.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/text.h"
#include "bench/results/backend_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One comparison while its pairs are found. */
typedef struct pairing {
    comparison *c;
    const timed_file *file;
    const against_choice *choice;
    const row_filter *filter;
    const char *against; /* the opponent that is the next one's turn */
    /* The rows of one problem, which are neighbours in the index of the file. */
    const timed_row **rows;
    int count;
} pairing;

static bool is_ours(const pairing *p, const timed_row *row) {
    return strcmp(row->backend, p->choice->ours) == 0;
}

/* Whether the filter lets the case of a row pass; whose row it is plays no part. */
static bool has_case(const pairing *p, const timed_row *row) {
    row_filter cases = *p->filter;
    cases.backends = NULL;
    return !row->error && row_filter_passes(&cases, row);
}

static bool may_oppose(const pairing *p, const timed_row *row) {
    return !row->error && *row->backend &&
           (!p->filter->backends || text_list_has(p->filter->backends, ",", row->backend));
}

/* ---- Rows that are made ---------------------------------------------------------------------- */

/* A row like another one, with its own samples, of which there is room for so many. NULL: no
 * memory. */
static timed_row *make_row(comparison *c, const timed_row *like, int room) {
    timed_row *row = LIST_MAKE_ROOM(c->made, c->made_count) ? malloc(sizeof *row) : NULL;
    if (!row)
        return NULL;
    *row = *like;
    row->samples = calloc((size_t)room + 1, sizeof *row->samples);
    row->sample_count = 0;
    c->made[c->made_count++] = row;
    return row->samples ? row : NULL;
}

/* A row of every other sample, from the first or from the second one on. */
static timed_row *half_of(comparison *c, const timed_row *row, int first) {
    timed_row *half = make_row(c, row, row->sample_count);
    for (int i = first; half && i < row->sample_count; i += 2)
        half->samples[half->sample_count++] = row->samples[i];
    if (half)
        half->median = median(half->samples, half->sample_count);
    return half;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static bool out_of_memory(rnn_error *error) {
    return fail(error, "out of memory");
}

static bool add_pair(pairing *p, const timed_row *base, const timed_row *row, rnn_error *error) {
    const compared_row pair = {.base = base, .row = row, .against = p->against};
    return comparison_add_pair(p->c, &pair) || out_of_memory(error);
}

static bool has_units(const problem *p, int least) {
    for (int i = 0; i < p->layer_count; i++)
        if (p->layers[i].units < least)
            return false;
    return true;
}

/* The row of ours for a case, or as it would be at its limit. A limit above the time, as in files
 * that counted masked steps, leaves it as it is. */
static bool find_ours(pairing *p, const timed_row *theirs, const timed_row **ours,
                      rnn_error *error) {
    problem parsed;
    const timed_row *row =
        rows_find_timed(p->file, theirs->problem, p->choice->ours, theirs->threads);
    *ours = row;
    if (!row || !p->choice->limit_from || !problem_parse(&parsed, row->problem, error) ||
        !has_units(&parsed, p->choice->limit_from))
        return true;
    const double roof = row_counter_value(row, "roof");
    if (isnan(roof))
        return fail(error, "--at-limit-from: %.40s has no roof on %.150s", row->backend,
                    row->problem);
    timed_row *limit = make_row(p->c, row, 1);
    if (!limit)
        return out_of_memory(error);
    limit->median = row->median * fmin(roof, 1);
    limit->samples[limit->sample_count++] = limit->median;
    *ours = limit;
    return true;
}

static bool opposes(const pairing *p, const timed_row *row) {
    return may_oppose(p, row) && has_case(p, row) && !is_ours(p, row) &&
           (strcmp(p->against, "best") == 0 ? peers_have(p->file, row->backend)
                                            : strcmp(p->against, row->backend) == 0);
}

/* The case of rows[at] with the fastest of those that oppose on it. */
static bool pair_with_fastest(pairing *p, int at, rnn_error *error) {
    const timed_row *best = p->rows[at], *ours;
    for (int i = 0; i < p->count; i++) {
        const timed_row *row = p->rows[i];
        if (row->threads != best->threads || !opposes(p, row))
            continue;
        if (i < at)
            return true; /* this case has had its turn */
        if (row->median < best->median)
            best = row;
    }
    return find_ours(p, best, &ours, error) && (!ours || add_pair(p, best, ours, error));
}

/* ---- Others, by halves ----------------------------------------------------------------------- */

static const timed_row *faster_half(const timed_row *a, const timed_row *b) {
    return !a || b->median < a->median ? b : a;
}

static bool pair_with_others(pairing *p, const timed_row *ours, rnn_error *error) {
    const timed_row *best = NULL, *chosen = NULL;
    for (int i = 0; i < p->count; i++) {
        const timed_row *row = p->rows[i];
        if (!may_oppose(p, row) || is_ours(p, row) || row->threads > ours->threads ||
            row->sample_count < 2)
            continue;
        const timed_row *half = half_of(p->c, row, 0);
        if (!half)
            return out_of_memory(error);
        if (faster_half(chosen, half) == half) {
            chosen = half;
            best = row;
        }
    }
    if (!best || ours->sample_count < 2)
        return true;
    const timed_row *theirs = half_of(p->c, best, 1), *mine = half_of(p->c, ours, 1);
    return theirs && mine ? add_pair(p, theirs, mine, error) : out_of_memory(error);
}

/* ---- Choices, by the code that ran ----------------------------------------------------------- */

typedef struct code_name {
    char text[160];
} code_name;

/* Whether the backend runs kernels that other rows run, too. */
static bool shares_kernels(const char *backend, int length) {
    char name[48];
    snprintf(name, sizeof name, "%.*s", length, backend);
    const rnn_backend_kind kind = rnn_backend_kind_of(name);
    return kind == RNN_BACKEND_THREADS || kind == RNN_BACKEND_FORCED;
}

/* What ran, whichever backend chose it: whose kernels, and how the work was shared or, of a backend
 * of another kind, on how many threads. The label of auto is "BACKEND: LABEL OF THAT ONE (why)". */
static code_name code_of(const timed_row *row) {
    code_name code;
    const char *chosen = row->backend, *label = row->label, *colon = strstr(label, ": ");
    int chosen_length = (int)strlen(chosen);
    if (colon && rnn_backend_kind_of(chosen) == RNN_BACKEND_CHOICE) {
        chosen = label;
        chosen_length = (int)(colon - label);
        label = colon + 2;
    }
    const char *why = strstr(label, " ("), *split = strstr(label, ", ");
    const int length = (int)(why ? (size_t)(why - label) : strlen(label));
    const int kernels = split && split < label + length ? (int)(split - label) : length;
    const bool shares = shares_kernels(chosen, chosen_length) ||
                        (kernels == chosen_length && memcmp(chosen, label, (size_t)kernels) == 0);
    if (!shares)
        snprintf(code.text, sizeof code.text, "%.*s %d", chosen_length, chosen, row->threads);
    else if (kernels < length)
        snprintf(code.text, sizeof code.text, "%.*s %.*s", kernels, label, length - kernels - 2,
                 label + kernels + 2);
    else
        snprintf(code.text, sizeof code.text, "%.*s", kernels, label);
    return code;
}

/* The samples of all rows that ran the code of rows[at], as those of one. */
static timed_row *rows_of_code(pairing *p, const timed_row *like, int most_threads) {
    int room = 0;
    for (int i = 0; i < p->count; i++)
        room += p->rows[i]->sample_count;
    const code_name code = code_of(like);
    timed_row *all = make_row(p->c, like, room);
    for (int i = 0; all && i < p->count; i++) {
        const timed_row *row = p->rows[i];
        if (row->threads > most_threads || !may_oppose(p, row) ||
            strcmp(code_of(row).text, code.text) != 0)
            continue;
        memcpy(all->samples + all->sample_count, row->samples,
               (size_t)row->sample_count * sizeof *row->samples);
        all->sample_count += row->sample_count;
    }
    return all;
}

/* Whose code stands in for a backend's name. */
static bool name_by_code(pairing *p, timed_row *row) {
    const code_name code = code_of(row);
    row->backend = text_pool_add(p->file->strings, code.text, strlen(code.text));
    return row->backend != NULL;
}

static bool pair_with_code(pairing *p, const timed_row *ours, rnn_error *error) {
    const timed_row *chosen = NULL;
    timed_row *best = NULL, *mine = rows_of_code(p, ours, ours->threads);
    int codes = 0;
    for (int i = 0; mine && i < p->count; i++) {
        if (p->rows[i]->threads > ours->threads || !may_oppose(p, p->rows[i]))
            continue;
        timed_row *all = rows_of_code(p, p->rows[i], ours->threads);
        const timed_row *half = all ? half_of(p->c, all, 0) : NULL;
        if (!half)
            return out_of_memory(error);
        if (all->sample_count < 2)
            continue;
        codes += strcmp(code_of(p->rows[i]).text, code_of(ours).text) != 0;
        if (faster_half(chosen, half) == half) {
            chosen = half;
            best = all;
        }
    }
    if (mine && (!codes || mine->sample_count < 2))
        return true;
    timed_row *theirs = best ? half_of(p->c, best, 1) : NULL;
    const timed_row *half = mine ? half_of(p->c, mine, 1) : NULL;
    return theirs && half && name_by_code(p, theirs) ? add_pair(p, theirs, half, error)
                                                     : out_of_memory(error);
}

/* ---- All ------------------------------------------------------------------------------------- */

/* The case of one row of the problem, if it is of one that is looked for. */
static bool pair_case(pairing *p, int at, rnn_error *error) {
    const timed_row *row = p->rows[at];
    const bool of_ours = is_ours(p, row) && has_case(p, row);
    if (strcmp(p->against, "others") == 0)
        return !of_ours || pair_with_others(p, row, error);
    if (strcmp(p->against, "choices") == 0)
        return !of_ours || pair_with_code(p, row, error);
    return !opposes(p, row) || pair_with_fastest(p, at, error);
}

static bool pair_all(pairing *p, const char *against, rnn_error *error) {
    const timed_file *file = p->file;
    p->against = against;
    for (int first = 0, end; first < file->row_count; first = end) {
        p->rows = file->index + first;
        for (end = first; end < file->row_count; end++)
            if (strcmp(file->index[end]->problem, (*p->rows)->problem) != 0)
                break;
        p->count = end - first;
        for (int i = 0; i < p->count; i++)
            if (!pair_case(p, i, error))
                return false;
    }
    return true;
}

static bool pair_with_peers(pairing *p, rnn_error *error) {
    for (int i = 0; i < p->file->backend_count; i++)
        if (peers_have(p->file, p->file->backends[i]) && !pair_all(p, p->file->backends[i], error))
            return false;
    return pair_all(p, "best", error);
}

/* The name as it lives on, or NULL. */
static const char *find_opponent(const timed_file *file, const char *name) {
    static const char *const words[] = {"best", "peers", "others", "choices"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i]) == 0)
            return words[i];
    for (int i = 0; i < file->backend_count; i++)
        if (strcmp(file->backends[i], name) == 0)
            return file->backends[i];
    return NULL;
}

static bool check_opponent(const timed_file *file, const against_choice *choice, const char *name,
                           rnn_error *error) {
    if (choice->limit_from && (strcmp(name, "others") == 0 || strcmp(name, "choices") == 0))
        return fail(error, "--at-limit-from: not with --against %s", name);
    if (strcmp(name, choice->ours) == 0)
        return fail(error, "--against %.40s: itself; --ours BACKEND chooses another", name);
    return find_opponent(file, name) ||
           fail(error, "--against %.40s: not best, peers, others, choices or a backend in %.120s",
                name, file->path);
}

bool comparison_check_opponents(const timed_file *file, const against_choice *choice,
                                rnn_error *error) {
    char *list = strdup(choice->opponents), *rest = NULL;
    bool ok = list || out_of_memory(error);
    for (char *name = list ? strtok_r(list, ",", &rest) : NULL; ok && name;
         name = strtok_r(NULL, ",", &rest))
        ok = check_opponent(file, choice, name, error);
    free(list);
    return ok;
}

bool opponents_pair(comparison *c, const timed_file *file, const against_choice *choice,
                    const row_filter *filter, rnn_error *error) {
    pairing p = {.c = c, .file = file, .choice = choice, .filter = filter};
    char *list = strdup(choice->opponents), *rest = NULL;
    bool ok = list || out_of_memory(error);
    for (char *name = list ? strtok_r(list, ",", &rest) : NULL; ok && name;
         name = strtok_r(NULL, ",", &rest))
        ok = strcmp(name, "peers") == 0 ? pair_with_peers(&p, error)
                                        : pair_all(&p, find_opponent(file, name), error);
    free(list);
    return ok;
}
