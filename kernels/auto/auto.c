/* SPDX-License-Identifier: MIT
 *
 * The backend `auto`: it chooses a row of the table and a number of threads once, while the plan is
 * created, and passes every call on to it. It chooses by the tuning file where that has the
 * problem, and by the cost model otherwise. */
#include "kernels/auto/auto.h"

#include "kernels/auto/tuning.h"
#include "kernels/engine/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct auto_plan {
    rnn_problem problem; /* the plan's problem as the chosen row sees it */
    const rnn_backend *backend;
    void *state;
    char implementation[320]; /* room for the longest text that describe() makes */
} auto_plan;

/* ---- The choice --------------------------------------------------------------------------- */

static rnn_status can_serve(const rnn_choice *choice, const rnn_model *model,
                            const rnn_shape *shape, rnn_error *error) {
    return rnn_backend_supports(choice->row->name, model, shape,
                                &(rnn_plan_options){.threads = choice->threads}, error);
}

rnn_choice rnn_choose_by_model(const rnn_model *model, const rnn_shape *shape, int threads) {
    rnn_choice choice = {rnn_backend_row_of_kind(RNN_BACKEND_THREADS), threads};
    if (threads > 1 && can_serve(&choice, model, shape, NULL) == RNN_OK)
        return choice;
    const rnn_kernels *best = rnn_kernels_best();
    return (rnn_choice){best ? rnn_backend_row_named(best->name)
                             : rnn_backend_row_of_kind(RNN_BACKEND_TEXTBOOK),
                        1};
}

typedef struct tuned_search {
    char key[RNN_TUNING_KEY_SIZE];
    bool found;
    rnn_choice choice;
} tuned_search;

static bool look_at(const rnn_tuning_entry *entry, void *data) {
    tuned_search *search = data;
    if (strcmp(entry->key, search->key) == 0) {
        search->found = true;
        search->choice = (rnn_choice){rnn_backend_row_named(entry->backend), entry->threads};
    }
    return true;
}

/* Returns false where the cost model has to choose; `why` then says so for
 * rnn_plan_implementation. */
static bool choose_by_tuning(rnn_choice *choice, const rnn_problem *problem, int threads,
                             char why[96]) {
    tuned_search search = {.found = false};
    rnn_error reason = {""};
    const char *path = rnn_tuning_path();
    bool ok = false;
    if (!path || !rnn_tuning_key(search.key, &problem->model, &problem->shape, threads))
        snprintf(why, 96, "cost model");
    else if (rnn_tuning_read(path, look_at, &search, &reason) != RNN_OK)
        snprintf(why, 96, "cost model; tuning file ignored: %.60s", reason.text);
    else if (!search.found)
        snprintf(why, 96, "cost model; not in the tuning file");
    else if (search.choice.threads > threads)
        snprintf(why, 96, "cost model; tuned for %d threads", search.choice.threads);
    else if (can_serve(&search.choice, &problem->model, &problem->shape, &reason) != RNN_OK)
        snprintf(why, 96, "cost model; tuned: %.70s", reason.text);
    else
        ok = true;
    *choice = search.choice;
    return ok;
}

/* ---- The plan ----------------------------------------------------------------------------- */

static rnn_status create_chosen(auto_plan *plan, const rnn_choice *choice,
                                const rnn_problem *problem, const rnn_model_weights *weights,
                                rnn_error *error) {
    plan->problem = *problem;
    plan->problem.threads = choice->threads;
    plan->problem.kernels = choice->row->kernels;
    plan->backend = choice->row->backend;
    return plan->backend->create(&plan->state, &plan->problem, weights, error);
}

/* Writes a text such as "openmp: avx512, batch in 2 slices (tuned)". */
static void describe(auto_plan *plan, const rnn_choice *choice, const char *chosen_by,
                     const rnn_core_limit *limit) {
    char limited[128] = "";
    if (limit->set_by[0])
        snprintf(limited, sizeof limited, "; at most %d threads: %s", limit->cores, limit->set_by);
    snprintf(plan->implementation, sizeof plan->implementation, "%s: %.60s (%s%s)",
             choice->row->name, plan->backend->implementation(plan->state), chosen_by, limited);
}

/* A library that fails on what the tuning file names is no reason to have no plan: the cost model
 * chooses then. */
static rnn_status create_any(auto_plan *plan, const rnn_problem *problem,
                             const rnn_model_weights *weights, const rnn_core_limit *limit,
                             rnn_error *error) {
    char chosen_by[96] = "tuned";
    rnn_choice choice;
    rnn_status status = RNN_OK;
    bool tuned = choose_by_tuning(&choice, problem, limit->cores, chosen_by);
    if (tuned)
        status = create_chosen(plan, &choice, problem, weights, error);
    if (status == RNN_BACKEND_FAILED || status == RNN_UNSUPPORTED || status == RNN_OUT_OF_MEMORY) {
        tuned = false;
        snprintf(chosen_by, sizeof chosen_by, "cost model; tuned: %.16s failed", choice.row->name);
    }
    if (!tuned) {
        choice = rnn_choose_by_model(&problem->model, &problem->shape, limit->cores);
        status = create_chosen(plan, &choice, problem, weights, error);
    }
    if (status == RNN_OK)
        describe(plan, &choice, chosen_by, limit);
    return status;
}

/* How many threads to choose among: those asked for, or fewer and why. */
static rnn_core_limit limit_of(int asked) {
    rnn_core_limit limit = {.cores = 1};
    if (asked > 1)
        limit = rnn_thread_limit();
    if (limit.cores >= asked)
        return (rnn_core_limit){.cores = asked};
    if (!limit.set_by[0])
        snprintf(limit.set_by, sizeof limit.set_by, "cores");
    return limit;
}

static rnn_status create(void **state, const rnn_problem *problem, const rnn_model_weights *weights,
                         rnn_error *error) {
    auto_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    const rnn_core_limit limit = limit_of(problem->threads);
    rnn_status status = create_any(plan, problem, weights, &limit, error);
    if (status == RNN_OK)
        *state = plan;
    else
        free(plan);
    return status;
}

static void destroy(void *state) {
    auto_plan *plan = state;
    plan->backend->destroy(plan->state);
    free(plan);
}

static size_t scratch_size(const void *state) {
    const auto_plan *plan = state;
    return plan->backend->scratch_size(plan->state);
}

static size_t packed_size(const void *state) {
    const auto_plan *plan = state;
    return plan->backend->packed_size(plan->state);
}

static const char *implementation(const void *state) {
    return ((const auto_plan *)state)->implementation;
}

static rnn_status run(const void *state, const rnn_io *io, void *scratch, rnn_error *error) {
    const auto_plan *plan = state;
    return plan->backend->run(plan->state, io, scratch, error);
}

/* Nothing is refused, because the rows that the cost model ends with support everything. */
const rnn_backend rnn_backend_auto = {.create = create,
                                      .destroy = destroy,
                                      .scratch_size = scratch_size,
                                      .packed_size = packed_size,
                                      .implementation = implementation,
                                      .run = run};
