/* SPDX-License-Identifier: MIT */
#include "bench/report/report_cases.h"

#include "bench/base/fail.h"
#include "bench/results/backend_names.h"

#include <stdlib.h>
#include <string.h>

/* ---- Backends -------------------------------------------------------------------------------- */

static bool is_peer(const report *all, const char *name) {
    for (int i = 0; i < all->file_count; i++)
        if (peers_have(&all->files[i], name))
            return true;
    return false;
}

static int find_backend(const report *all, const char *name) {
    for (int i = 0; i < all->backend_count; i++)
        if (strcmp(all->backends[i].name, name) == 0)
            return i;
    return -1;
}

/* Ranks a backend by its weight in a reader's eye: ours, the peers, the rest, the textbook. */
static int rank_of(const report_backend *backend) {
    if (backend->kind == RNN_BACKEND_CHOICE)
        return 0;
    if (backend->kind == RNN_BACKEND_TEXTBOOK)
        return 3;
    return backend->is_peer ? 1 : 2;
}

static int by_rank(const void *a, const void *b) {
    const report_backend *x = a, *y = b;
    const int order = rank_of(x) - rank_of(y);
    return order ? order : x->style - y->style; /* styles are still places in the files */
}

/* Lists the distinct names, in the order of the rows. */
static bool list_backends(report *all, rnn_error *error) {
    for (int i = 0; i < all->row_count; i++) {
        const char *name = all->rows[i].row->backend;
        int at = find_backend(all, name);
        if (at < 0 && all->backend_count == REPORT_MAX_BACKENDS)
            return fail(error, "more than %d backends, which no page shows", REPORT_MAX_BACKENDS);
        if (at < 0) {
            at = all->backend_count++;
            all->backends[at] = (report_backend){.name = name,
                                                 .style = at,
                                                 .is_peer = is_peer(all, name),
                                                 .kind = rnn_backend_kind_of(name)};
        }
        all->backends[at].rows += !all->rows[i].row->error;
    }
    return true;
}

/* Ours is the first backend that is neither a peer nor the textbook. The reference is the
 * textbook or, where that is missing, the first of the usual peers that is there. */
static void choose_special(report *all) {
    for (int i = 0; i < all->backend_count && all->ours < 0; i++)
        if (!all->backends[i].is_peer && *all->backends[i].name &&
            all->backends[i].kind != RNN_BACKEND_TEXTBOOK)
            all->ours = i;
    usual_peer peer;
    all->reference = find_backend(all, rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK));
    for (int i = 0; all->reference < 0 && peers_usual_at(i, &peer); i++)
        all->reference = find_backend(all, peer.name);
}

/* The textbook is drawn in ink, and the first colours go to the backends that matter most. */
static void choose_styles(report *all) {
    enum { INK = 6 };
    int next = 0;
    for (int i = 0; i < all->backend_count; i++) {
        report_backend *backend = &all->backends[i];
        if (backend->kind == RNN_BACKEND_TEXTBOOK) {
            backend->style = INK;
            continue;
        }
        next += next == INK;
        backend->style = next < REPORT_STYLES ? next++ : REPORT_STYLES - 1;
    }
}

bool report_find_backends(report *all, rnn_error *error) {
    if (!list_backends(all, error))
        return false;
    qsort(all->backends, (size_t)all->backend_count, sizeof *all->backends, by_rank);
    choose_special(all);
    choose_styles(all);
    for (int i = 0; i < all->row_count; i++)
        all->rows[i].backend = find_backend(all, all->rows[i].row->backend);
    return true;
}

/* ---- Cases ----------------------------------------------------------------------------------- */

const report_row *report_case_row(const report *all, const report_case *c, int backend) {
    const report_problem *p = &all->problems[c->problem];
    const report_row *fewest = NULL;
    for (int i = p->first; i < p->first + p->count; i++) {
        const report_row *row = &all->rows[i];
        if (row->backend != backend || row->row->error)
            continue;
        if (row->row->threads == c->threads)
            return row;
        if (!fewest && row->row->threads < c->threads)
            fewest = row;
    }
    return fewest;
}

const report_row *report_best_peer(const report *all, const report_case *c) {
    const report_problem *p = &all->problems[c->problem];
    const report_row *best = NULL;
    for (int i = p->first; i < p->first + p->count; i++) {
        const report_row *row = &all->rows[i];
        if (row->row->error || row->row->threads != c->threads ||
            !all->backends[row->backend].is_peer || row->backend == all->ours)
            continue;
        if (!best || row->row->median < best->row->median)
            best = row;
    }
    return best;
}

/* Returns the fastest of the rows that report_case_row() gives. The rows are ordered by threads,
 * so the first row of a backend that has none on so many is the one on the fewest. */
static int fastest_row(const report *all, const report_problem *p, int threads) {
    bool exact[REPORT_MAX_BACKENDS] = {false}, seen[REPORT_MAX_BACKENDS] = {false};
    int fastest = -1;
    for (int i = p->first; i < p->first + p->count; i++)
        if (all->rows[i].row->threads == threads && !all->rows[i].row->error)
            exact[all->rows[i].backend] = true;
    for (int i = p->first; i < p->first + p->count; i++) {
        const timed_row *row = all->rows[i].row;
        const int backend = all->rows[i].backend;
        if (row->error || row->threads > threads ||
            (exact[backend] ? row->threads < threads : seen[backend]))
            continue;
        seen[backend] = true;
        if (fastest < 0 || row->median < all->rows[fastest].row->median)
            fastest = i;
    }
    return fastest;
}

static bool add_threads(report *all, int threads) {
    int at = all->thread_count;
    while (at > 0 && all->threads[at - 1] > threads)
        at--;
    if (at > 0 && all->threads[at - 1] == threads)
        return true;
    if (all->thread_count == RNN_MAX_THREADS)
        return false;
    memmove(all->threads + at + 1, all->threads + at,
            (size_t)(all->thread_count - at) * sizeof *all->threads);
    all->threads[at] = threads;
    all->thread_count++;
    return true;
}

static bool find_cases_of(report *all, int problem) {
    const report_problem *p = &all->problems[problem];
    int threads = 0;
    for (int i = p->first; i < p->first + p->count; i++) {
        const timed_row *row = all->rows[i].row;
        if (row->error || row->threads == threads)
            continue;
        threads = row->threads;
        if (!add_threads(all, threads))
            return false;
        all->cases[all->case_count++] =
            (report_case){problem, threads, fastest_row(all, p, threads)};
    }
    return true;
}

bool report_find_cases(report *all, rnn_error *error) {
    for (int i = 0; i < all->row_count; i++)
        all->timed_count += !all->rows[i].row->error;
    for (int i = 0; i < all->problem_count; i++)
        if (!find_cases_of(all, i))
            return fail(error, "more than %d numbers of threads", RNN_MAX_THREADS);
    return true;
}
