/* SPDX-License-Identifier: MIT
 *
 * Every way to divide a batch among threads: each row is computed once, by each member of one
 * team, and has the bits that one thread gives it. However many cores there are here, a run has
 * the threads that are asked for, or any fewer. The argument is a backend of ours that takes
 * threads. */
#include "kernels/engine/cost.h"
#include "kernels/engine/engine.h"
#include "kernels/engine/team.h"
#include "reference/random.h"
#include "tests/support/agreement.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 8, MOST_ROWS = 13, MOST_PARTS = 64, ROUNDS = 4 };

static const char *backend;
static int runs, failed, slices_seen, teams_seen, both_seen;

/* ---- What the linker puts in place of functions of librnn --------------------------------------
 */

/* The split that openmp takes. */
static rnn_split split_to_take;

rnn_split __wrap_rnn_quickest_split(const rnn_cost_model *model);
rnn_split __wrap_rnn_quickest_split(const rnn_cost_model *model) {
    (void)model;
    return split_to_take;
}

/* What one thread was told to compute. */
typedef struct part {
    int first, rows, index, members;
} part;

static part parts[MOST_PARTS];
static atomic_int part_count, threads_started;

void __real_rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows,
                           int index, int members, void *scratch);
void __wrap_rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows,
                           int index, int members, void *scratch);
void __wrap_rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows,
                           int index, int members, void *scratch) {
    const int at = atomic_fetch_add(&part_count, 1);
    if (at < MOST_PARTS)
        parts[at] = (part){first_row, rows, index, members};
    __real_rnn_engine_run(engine, io, first_row, rows, index, members, scratch);
}

void __wrap_rnn_take_core(rnn_taken_cores *taken);
void __wrap_rnn_take_core(rnn_taken_cores *taken) {
    (void)taken;
    atomic_fetch_add(&threads_started, 1);
}

/* ---- One run -----------------------------------------------------------------------------------
 */

static bool disagree(const char *text) {
    disagreement(text);
    return false;
}

/* Whether each row was computed by as many threads as its team has, and by each of them once. */
static bool every_row_once(int batch) {
    unsigned computed[MOST_ROWS] = {0};
    const int count = atomic_load(&part_count);
    if (count > MOST_PARTS)
        return disagree("more parts than there can be");
    for (int i = 0; i < count; i++)
        for (int n = parts[i].first; n < parts[i].first + parts[i].rows; n++) {
            if (n < 0 || n >= batch)
                return disagree("rows beyond the batch");
            if (computed[n] & 1u << parts[i].index)
                return disagree("a row is computed twice");
            computed[n] |= 1u << parts[i].index;
        }
    for (int i = 0; i < count; i++)
        for (int n = parts[i].first; n < parts[i].first + parts[i].rows; n++)
            if (computed[n] != (1u << parts[i].members) - 1)
                return disagree("a member of a team is not there");
    for (int n = 0; n < batch; n++)
        if (!computed[n])
            return disagree("a row is not computed");
    return true;
}

/* Notes which kinds of dividing have been seen, so that a missing one is noticed. */
static void note_kind(int batch) {
    const bool slices = parts[0].rows<batch, team = parts[0].members> 1;
    slices_seen += slices && !team;
    teams_seen += team && !slices;
    both_seen += slices && team;
}

static void check_run(runnable *t, const runnable *alone, const rnn_plan *plan, int threads,
                      int given) {
    test_threads_given = given;
    atomic_store(&part_count, 0);
    atomic_store(&threads_started, 0);
    trial_run_plan(t, plan, 0xff);
    const int started = atomic_load(&threads_started), expected = given < threads ? given : threads;
    bool holds = every_row_once(t->problem.batch);
    if (holds && started != (expected == 1 ? 0 : expected))
        holds = disagree("other threads than the run was given");
    holds = holds && trials_agree(alone, t, SAME_BITS);
    note_kind(t->problem.batch);
    runs++;
    if (holds)
        return;
    failed++;
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&t->problem, text);
    printf("FAILED %s %s, %s, %d threads given, lengths", backend, text,
           rnn_plan_implementation(plan), given);
    for (int n = 0; t->arrays.io.lengths && n < t->problem.batch; n++)
        printf(" %d", (int)t->arrays.io.lengths[n]);
    printf(": %s\n", last_disagreement());
}

/* ---- Problems ----------------------------------------------------------------------------------
 */

/* Gives both the same numbers; x counts at every step, whatever the lengths. */
static void create_pair(runnable *t, runnable *alone, const problem *p) {
    trial_create(t, p);
    trial_create(alone, p);
    runnable_fill(t, 5, 0);
    trial_copy_weights(alone, t);
    trial_copy_initial(alone, t);
    uint64_t state = 3;
    for (int n = 0; n < p->batch; n++)
        for (int step = 0; step < p->timesteps; step++)
            for (int d = 0; d < p->layers[0].features; d++)
                runnable_x(t, n, step)[d] = runnable_x(alone, n, step)[d] = random_normal(&state);
}

/* Some batches are mostly empty rows, some mostly full ones. */
static void draw_lengths(int32_t *lengths, const problem *p, uint64_t *state) {
    const int odds = random_between(state, 1, 4);
    for (int n = 0; n < p->batch; n++) {
        const int kind = random_below(state, 2 * odds);
        lengths[n] = kind == 0  ? random_between(state, 0, p->timesteps)
                     : kind % 2 ? 0
                                : p->timesteps;
    }
}

static void set_lengths(runnable *t, runnable *alone, const int32_t *lengths) {
    const size_t bytes = (size_t)t->problem.batch * sizeof *lengths;
    memmove(t->arrays.all[ARRAY_LENGTHS].data, lengths, bytes);
    memcpy(alone->arrays.all[ARRAY_LENGTHS].data, lengths, bytes);
}

static void run_alone(runnable *alone) {
    test_threads_given = 1;
    split_to_take = (rnn_split){1, 1};
    trial_run(alone, backend, 1);
}

/* Tries a split with these lengths or with random ones, on all of the threads and on fewer. */
static void check_split(const problem *p, rnn_split split, const int32_t *lengths) {
    uint64_t state = (uint64_t)(split.slices * 64 + split.members * 1024 + p->batch);
    const int threads = split.slices * split.members;
    runnable t, alone;
    create_pair(&t, &alone, p);
    split_to_take = split;
    rnn_plan *plan = trial_plan(&t, backend, threads);
    expect_an_end(rnn_plan_implementation(plan));
    for (int round = 0; round < (lengths ? 1 : ROUNDS); round++) {
        int32_t drawn[MOST_ROWS];
        draw_lengths(drawn, p, &state);
        if (p->mask != MASK_NONE)
            set_lengths(&t, &alone, lengths ? lengths : drawn);
        run_alone(&alone);
        check_run(&t, &alone, plan, threads, threads);
        check_run(&t, &alone, plan, threads, random_between(&state, 1, threads));
    }
    rnn_plan_destroy(plan);
    runnable_destroy(&t);
    runnable_destroy(&alone);
}

static problem parsed(const char *text) {
    problem p;
    rnn_error error = {""};
    if (!problem_parse(&p, text, &error)) {
        printf("%s: %s\n", text, error.text);
        exit(1);
    }
    return p;
}

/* Whether the backend itself may divide so many threads like this. */
static bool takes_split(rnn_split split, int batch) {
    if (strcmp(backend, "openmp_batch") == 0)
        return split.members == 1 && split.slices <= batch;
    if (strcmp(backend, "openmp_team") == 0)
        return split.slices == 1;
    return split.slices <= batch;
}

static void check_all_splits(const char *text) {
    problem p = parsed(text);
    for (int slices = 1; slices <= MOST_THREADS; slices++)
        for (int members = 1; slices * members <= MOST_THREADS; members++) {
            const rnn_split split = {slices, members};
            const int batches[] = {slices, slices + 1, MOST_ROWS - slices / 3};
            for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
                p.batch = batches[i];
                if (slices * members > 1 && takes_split(split, p.batch))
                    check_split(&p, split, NULL);
            }
        }
}

/* Tries batches of fewer rows than threads, where openmp_batch has fewer slices. */
static void check_small_batches(void) {
    problem p = parsed("gru/N:1/T:3/D:2/U:5/mask:lengths");
    for (p.batch = 1; p.batch < MOST_THREADS; p.batch++) {
        runnable t, alone;
        create_pair(&t, &alone, &p);
        set_lengths(&t, &alone, t.arrays.io.lengths);
        split_to_take = (rnn_split){p.batch, 1};
        rnn_plan *plan = trial_plan(&t, backend, MOST_THREADS);
        run_alone(&alone);
        const int threads = strcmp(backend, "openmp_team") == 0 ? MOST_THREADS : p.batch;
        check_run(&t, &alone, plan, threads, threads);
        rnn_plan_destroy(plan);
        runnable_destroy(&t);
        runnable_destroy(&alone);
    }
}

/* The first slices have all the work, and those after them must still have every row. */
static void check_rows_behind_the_work(void) {
    static const int32_t lengths[][8] = {{16, 16, 16, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 16, 16, 16},
                                         {16, 0, 0, 0, 0, 0, 0, 0},   {0, 0, 0, 0, 0, 0, 0, 16},
                                         {0, 0, 0, 0, 0, 0, 0, 0},    {1, 16, 16, 1, 1, 1, 1, 1}};
    const problem p = parsed("lstm/N:8/T:16/D:3/U:5/mask:lengths");
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int slices = 2; slices <= MOST_THREADS; slices++)
            if (takes_split((rnn_split){slices, 1}, p.batch))
                check_split(&p, (rnn_split){slices, 1}, lengths[i]);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    backend = require_backend(argv[1]).name;
    check_rows_behind_the_work();
    check_small_batches();
    check_all_splits("lstm/N:1/T:4/D:3/U:20/mask:lengths/state:1");
    check_all_splits("gru/N:1/T:3/D:3/U:33+17/direction:bidirectional/merge:sum/mask:lengths");
    check_all_splits("gru/N:1/T:5/D:3/U:33+17+40/reset_after:0/state:1");
    const bool batch = strcmp(backend, "openmp_batch") == 0,
               team = strcmp(backend, "openmp_team") == 0;
    printf("%s: %d runs, %d in slices, %d by a team, %d in slices by teams, %d failed\n", backend,
           runs, slices_seen, teams_seen, both_seen, failed);
    const bool vacuous = (!team && slices_seen == 0) || (!batch && teams_seen == 0) ||
                         (!batch && !team && both_seen == 0);
    if (vacuous)
        printf("FAILED: a way to divide was never taken\n");
    return failed || vacuous;
}
