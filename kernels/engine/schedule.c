/* SPDX-License-Identifier: MIT
 *
 * The backends that are made of an engine and a table of kernels: who computes what. Serial ones
 * run all rows on the calling thread. Those of openmp divide their threads into slices of the batch
 * and a team for each slice, in one parallel region for all steps: openmp_batch has one thread a
 * slice, openmp_team has one slice, and openmp takes what the cost model finds quickest. None of
 * this changes a bit of the result. */
#include "kernels/engine/cores.h"
#include "kernels/engine/engine.h"
#include "kernels/engine/rounding.h"
#include "kernels/engine/team.h"
#include "kernels/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if RNN_WITH_OPENMP
#include <omp.h>
#endif

/* The batch cut into so many slices, each of so many rows at most. */
typedef struct batch_slices {
    int count, rows;
    size_t scratch; /* bytes of each slice */
} batch_slices;

typedef struct scheduled_engine {
    rnn_engine *engine;
    int batch, timesteps;
    bool masked;
    rnn_split split;
    batch_slices slices;
    int end_spins; /* how often a thread looks for the end of the others before it yields */
    size_t scratch_size;
    rnn_quota_watch *quota; /* changes with runs */
    char implementation[96];
} scheduled_engine;

static void describe(scheduled_engine *scheduled, const rnn_kernels *kernels) {
    const rnn_split split = scheduled->split;
    char *text = scheduled->implementation;
    const size_t size = sizeof scheduled->implementation;
    if (split.slices > 1 && split.members > 1)
        snprintf(text, size, "%s, batch in %d slices, each by a team of %d", kernels->name,
                 split.slices, split.members);
    else if (split.slices > 1)
        snprintf(text, size, "%s, batch in %d slices", kernels->name, split.slices);
    else if (split.members > 1)
        snprintf(text, size, "%s, team of %d", kernels->name, split.members);
    else
        snprintf(text, size, "%s", kernels->name);
}

/* Where some sequences are short, slices of equal work are not of equal size. */
static int most_slice_rows(const scheduled_engine *scheduled, int slices) {
    const int even = 1 + (scheduled->batch - 1) / slices;
    const int slack = scheduled->masked && slices > 1 ? 2 : 1;
    return even > scheduled->batch / slack ? scheduled->batch : even * slack;
}

static batch_slices cut_batch(const scheduled_engine *scheduled, int count, int members) {
    const int rows = most_slice_rows(scheduled, count);
    return (batch_slices){count, rows, rnn_engine_scratch_size(scheduled->engine, rows, members)};
}

/* The scratch is also enough for a run that has fewer threads than slices were planned. */
static size_t most_scratch(const scheduled_engine *scheduled) {
    size_t most = scheduled->slices.scratch * (size_t)scheduled->slices.count;
    for (int count = 1; count < scheduled->split.slices; count++) {
        const size_t size = cut_batch(scheduled, count, 1).scratch * (size_t)count;
        most = size > most ? size : most;
    }
    return most;
}

/* How long a thread may have to wait for the others at the end, as a share of a run. */
static const double END_UNEVENNESS = 0.125;

typedef rnn_split split_function(const rnn_cost_model *cost);

static void release(scheduled_engine *scheduled) {
    if (scheduled)
        free(scheduled->quota);
    free(scheduled);
}

/* Returns NULL where there is no memory. */
static scheduled_engine *allocate(void) {
    scheduled_engine *scheduled = calloc(1, sizeof *scheduled);
    rnn_quota_watch *quota = scheduled ? calloc(1, sizeof *quota) : NULL;
    if (!quota) {
        release(scheduled);
        return NULL;
    }
    quota->root = "";
    scheduled->quota = quota;
    return scheduled;
}

static rnn_status create_scheduled(void **state, const rnn_kernels *kernels,
                                   split_function *split_by, const rnn_problem *problem,
                                   const rnn_model_weights *weights, rnn_error *error) {
    scheduled_engine *scheduled = allocate();
    if (!scheduled)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    const rnn_cost_model cost = rnn_cost_model_of(problem, kernels);
    const rnn_split split = split_by(&cost);
    rnn_status status = rnn_engine_create(&scheduled->engine, &cost, split, weights, error);
    if (status != RNN_OK) {
        release(scheduled);
        return status;
    }
    scheduled->batch = problem->shape.batch;
    scheduled->timesteps = problem->shape.timesteps;
    scheduled->masked = problem->shape.masked;
    scheduled->split = split;
    scheduled->end_spins = rnn_spins_within(END_UNEVENNESS * rnn_split_seconds(&cost, split));
    scheduled->slices = cut_batch(scheduled, split.slices, split.members);
    scheduled->scratch_size = most_scratch(scheduled);
    describe(scheduled, kernels);
    if (split_by == rnn_quickest_split && cost.cores < problem->threads)
        snprintf(scheduled->implementation + strlen(scheduled->implementation),
                 sizeof scheduled->implementation - strlen(scheduled->implementation),
                 " (%d threads asked, %d usable)", problem->threads, cost.cores);
    *state = scheduled;
    return RNN_OK;
}

static void destroy_scheduled(void *state) {
    scheduled_engine *scheduled = state;
    rnn_engine_destroy(scheduled->engine);
    release(scheduled);
}

static size_t scheduled_scratch_size(const void *state) {
    return ((const scheduled_engine *)state)->scratch_size;
}

static size_t scheduled_packed_size(const void *state) {
    return rnn_engine_packed_size(((const scheduled_engine *)state)->engine);
}

static const char *scheduled_implementation(const void *state) {
    return ((const scheduled_engine *)state)->implementation;
}

#define SCHEDULED_BACKEND(backend, create_function, run_function)                                  \
    extern const rnn_backend rnn_backend_##backend;                                                \
    const rnn_backend rnn_backend_##backend = {.create = create_function,                          \
                                               .destroy = destroy_scheduled,                       \
                                               .scratch_size = scheduled_scratch_size,             \
                                               .packed_size = scheduled_packed_size,               \
                                               .implementation = scheduled_implementation,         \
                                               .run = run_function}

/* ---- Serial ------------------------------------------------------------------------------- */

static rnn_split no_split(const rnn_cost_model *cost) {
    (void)cost;
    return (rnn_split){1, 1};
}

static rnn_status run_serial(const void *state, const rnn_io *io, void *scratch, rnn_error *error) {
    const scheduled_engine *scheduled = state;
    (void)error;
    rnn_engine_take_turn(scheduled->engine);
    rnn_engine_run(scheduled->engine, io, 0, scheduled->batch, 0, 1, scratch);
    return RNN_OK;
}

static rnn_status create_serial(void **state, const rnn_problem *problem,
                                const rnn_model_weights *weights, rnn_error *error) {
    return create_scheduled(state, problem->kernels, no_split, problem, weights, error);
}

SCHEDULED_BACKEND(serial, create_serial, run_serial);

/* ---- OpenMP ------------------------------------------------------------------------------- */

#if RNN_WITH_OPENMP
static rnn_split split_batch(const rnn_cost_model *cost) {
    const int threads = cost->problem->threads, batch = cost->problem->shape.batch;
    return (rnn_split){threads < batch ? threads : batch, 1};
}

static rnn_split split_units(const rnn_cost_model *cost) {
    return (rnn_split){1, cost->problem->threads};
}

static rnn_status create_openmp(void **state, const rnn_problem *problem,
                                const rnn_model_weights *weights, rnn_error *error) {
    return create_scheduled(state, rnn_kernels_best(), rnn_quickest_split, problem, weights, error);
}

static rnn_status create_openmp_batch(void **state, const rnn_problem *problem,
                                      const rnn_model_weights *weights, rnn_error *error) {
    return create_scheduled(state, rnn_kernels_best(), split_batch, problem, weights, error);
}

static rnn_status create_openmp_team(void **state, const rnn_problem *problem,
                                     const rnn_model_weights *weights, rnn_error *error) {
    return create_scheduled(state, rnn_kernels_best(), split_units, problem, weights, error);
}

/* How much work a batch row is: its steps that count, and one for having to look. */
static long long row_work(const rnn_io *io, int timesteps, int row) {
    if (!io->mask)
        return 1LL + io->lengths[row];
    long long work = 1;
    for (int t = 0; t < timesteps; t++)
        work += rnn_step_counts(io, timesteps, row, t);
    return work;
}

/* Where slice `slice`, which begins at row `begin`, ends: where the work up to there, `*done`,
 * comes closest to the slice's share. A slice has no more rows than it has scratch for, and so many
 * that the slices after it can hold the rest. */
static int end_of_slice(const scheduled_engine *scheduled, const batch_slices *cut,
                        const rnn_io *io, int slice, int begin, long long total, long long *done) {
    const int slices = cut->count, most = cut->rows;
    const long long least = (long long)scheduled->batch - begin - (slices - 1LL - slice) * most;
    int end = begin;
    while (end < scheduled->batch && end - begin < most) {
        long long work = row_work(io, scheduled->timesteps, end);
        if (end - begin >= least && (2 * *done + work) * slices > 2 * total * (slice + 1))
            break;
        *done += work;
        end++;
    }
    return end;
}

/* Slice s gets the rows begin[s] .. begin[s + 1]. It has as many rows as any other or, where some
 * steps do not count, about as much work. */
static void divide_batch(const scheduled_engine *scheduled, const batch_slices *cut,
                         const rnn_io *io, int *begin) {
    const int batch = scheduled->batch, slices = cut->count;
    const bool ragged = slices > 1 && (io->lengths || io->mask);
    long long total = 0, done = 0;
    for (int row = 0; ragged && row < batch; row++)
        total += row_work(io, scheduled->timesteps, row);
    begin[0] = 0;
    for (int s = 0; s < slices; s++)
        begin[s + 1] = ragged ? end_of_slice(scheduled, cut, io, s, begin[s], total, &done)
                              : (int)((long long)batch * (s + 1) / slices);
}

/* What the threads of a run share. */
typedef struct shared_run {
    const scheduled_engine *scheduled;
    const rnn_io *io;
    char *scratch;
    batch_slices slices;
    int begin[RNN_MAX_THREADS + 1]; /* where the rows of each slice begin */
    atomic_int next_slice;
    rnn_taken_cores cores;
    rnn_rounding rounding; /* how the calling thread rounds */
    rnn_barrier end;
    int threads; /* how many threads there were */
} shared_run;

static void run_slice(const shared_run *run, int slice, int index, int members) {
    const scheduled_engine *scheduled = run->scheduled;
    const int first = run->begin[slice], rows = run->begin[slice + 1] - first;
    if (rows > 0)
        rnn_engine_run(scheduled->engine, run->io, first, rows, index, members,
                       run->scratch + (size_t)slice * run->slices.scratch);
}

/* A thread without a team takes slices for as long as there are any, so that the others do not wait
 * for one that has no core yet. Where the system gives fewer threads than were asked for, teams are
 * smaller. */
static void run_slices(shared_run *run, int me, int threads) {
    const int slices = run->slices.count, members = threads / slices;
    rnn_take_core(&run->cores);
    if (members <= 1)
        for (int s; (s = atomic_fetch_add(&run->next_slice, 1)) < slices;)
            run_slice(run, s, 0, 1);
    else if (me / members < slices)
        run_slice(run, me / members, me % members, members);
    /* This barrier yields, unlike the one at the end of an OpenMP region. */
    rnn_member_meet(&(rnn_member){me, threads, &run->end, run->scheduled->end_spins});
}

/* Every thread rounds as the calling one does, and afterwards as it did before. */
static void run_as_member(shared_run *run) {
    const int me = omp_get_thread_num(), threads = omp_get_num_threads();
    rnn_rounding own;
    if (me > 0) {
        rnn_rounding_get(&own);
        rnn_rounding_set(&run->rounding);
    }
    run_slices(run, me, threads);
    if (me > 0)
        rnn_rounding_set(&own);
    else
        run->threads = threads;
}

/* Cuts the batch as planned, but into no more slices than there are threads: each further slice
 * would read the weights again. */
static batch_slices slices_for(const scheduled_engine *scheduled, int threads) {
    return threads < scheduled->slices.count ? cut_batch(scheduled, threads, 1) : scheduled->slices;
}

static rnn_status run_openmp(const void *state, const rnn_io *io, void *scratch, rnn_error *error) {
    const scheduled_engine *scheduled = state;
    const rnn_split split = scheduled->split;
    const int threads = rnn_threads_now(split.slices * split.members, scheduled->quota);
    if (threads == 1)
        return run_serial(state, io, scratch, error);
    shared_run run;
    run.scheduled = scheduled;
    run.io = io;
    run.scratch = scratch;
    run.slices = slices_for(scheduled, threads);
    atomic_init(&run.next_slice, 0);
    rnn_barrier_reset(&run.end);
    rnn_taken_cores_reset(&run.cores);
    rnn_rounding_get(&run.rounding);
    rnn_engine_take_turn(scheduled->engine);
    divide_batch(scheduled, &run.slices, io, run.begin);
    for (int s = 0; threads > run.slices.count && s < run.slices.count; s++)
        rnn_engine_prepare(scheduled->engine, split.members,
                           run.scratch + (size_t)s * run.slices.scratch);
#pragma omp parallel num_threads(threads)
    run_as_member(&run);
    rnn_threads_were(run.threads);
    return RNN_OK;
}

SCHEDULED_BACKEND(openmp, create_openmp, run_openmp);
SCHEDULED_BACKEND(openmp_batch, create_openmp_batch, run_openmp);
SCHEDULED_BACKEND(openmp_team, create_openmp_team, run_openmp);
#endif
