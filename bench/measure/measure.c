/* SPDX-License-Identifier: MIT */
#include "bench/measure/measure.h"

#include "bench/base/clock.h"
#include "bench/measure/roof.h"
#include "bench/problems/problem_cost.h"
#include "reference/cases.h"
#include "reference/inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sweep_row {
    row_name name;
    char label[128];
    const char *backend;
    int threads;
    runnable run;
    double pack_seconds, max_error, of_tolerance, roof_seconds;
    gbench_result time;
    rnn_status status; /* of the last run that failed, whose message is `error` */
    rnn_error error;
} sweep_row;

/* A problem while it is being measured. */
typedef struct sweep_subject {
    sweep_state *sweep;
    const problem *problem; /* what is timed */
    struct problem checked; /* what is checked: the same, perhaps with fewer steps */
    char text[PROBLEM_TEXT_SIZE];
    reference_case *reference;
    runnable timed;                     /* the full problem, whose numbers all rows have */
    problem_steps steps, checked_steps; /* how many count of `problem`, and of `checked` */
    sweep_row *rows;
    int row_count;
    double cost;
} sweep_subject;

double measure_cost(const sweep_state *sweep, const problem *p) {
    const sweep_effort effort = sweep->options->request.effort;
    return sweep_cost(&effort, p);
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static bool run_row(void *data) {
    sweep_row *row = data;
    const rnn_status status = runnable_run(&row->run, &row->error);
    if (status != RNN_OK)
        row->status = status;
    return status == RNN_OK;
}

static rnn_status plan_row(sweep_row *row, const runnable *numbers, rnn_error *error) {
    runnable_share(&row->run, numbers);
    const double start = clock_seconds();
    const rnn_status status = runnable_plan(&row->run, row->backend, row->threads, error);
    row->pack_seconds = clock_seconds() - start;
    return status;
}

/* Estimates the seconds of one run on the full problem from a run of the checked one, or from the
 * better of two where the first, which may have been disturbed, would rule the row out. */
static rnn_status estimate_run(const sweep_subject *subject, const sweep_row *like, double *seconds,
                               rnn_error *error) {
    sweep_row row = {.backend = like->backend, .threads = like->threads};
    double scale = problem_flops(subject->problem, subject->steps) /
                   problem_flops(&subject->checked, subject->checked_steps);
    rnn_status status = plan_row(&row, case_run(subject->reference), error);
    *seconds = INFINITY;
    for (int i = 0; i < 2 && status == RNN_OK &&
                    *seconds > subject->sweep->options->request.effort.max_run_time;
         i++) {
        double start = clock_seconds();
        status = runnable_run(&row.run, error);
        *seconds = fmin(*seconds, (clock_seconds() - start) * scale);
    }
    runnable_destroy(&row.run);
    return status;
}

/* ---- Refusals and failures ------------------------------------------------------------------ */

static bool refuse_row(sweep_subject *subject, const sweep_row *row, const char *reason) {
    return refusals_add(&subject->sweep->results.refusals, row->backend, reason, 1);
}

/* Tells at once of a row that is wrong or failed. */
static void tell(const sweep_subject *subject, const char *verdict, const char *name,
                 const char *why) {
    progress_clear(&subject->sweep->progress);
    printf("%s %s: %s\n", verdict, name, why);
    fflush(stdout);
}

static void fail_named(sweep_subject *subject, const char *name, rnn_status status,
                       const rnn_error *error) {
    char why[320];
    snprintf(why, sizeof why, "%s: %s", rnn_status_text(status), error->text);
    tell(subject, "FAILED", name, why);
    measurements_add_failure(&subject->sweep->results, status);
}

/* Whether the backend's answer is right. `*listed` is false where memory ran out. */
static bool row_is_right(sweep_subject *subject, sweep_row *row, bool *listed) {
    rnn_error error = {""};
    case_verdict verdict;
    rnn_status status =
        case_check(subject->reference, row->backend, row->threads, GUARD_NONE, &verdict, &error);
    if (status == RNN_UNSUPPORTED || status == RNN_UNAVAILABLE) {
        *listed = refuse_row(subject, row, error.text);
        return false;
    }
    if (status != RNN_OK) {
        fail_named(subject, row->name.text, status, &error);
        return false;
    }
    if (!verdict.passed) {
        tell(subject, "WRONG", row->name.text, verdict.text);
        subject->sweep->results.wrong++;
        return false;
    }
    row->max_error = verdict.max_error;
    row->of_tolerance = verdict.worst_ratio;
    return true;
}

static bool row_is_quick_enough(sweep_subject *subject, sweep_row *row, bool *listed) {
    rnn_error error = {""};
    double seconds = 0;
    rnn_status status = estimate_run(subject, row, &seconds, &error);
    if (status != RNN_OK) {
        fail_named(subject, row->name.text, status, &error);
        return false;
    }
    double most = subject->sweep->options->request.effort.max_run_time;
    if (seconds <= most)
        return true;
    char reason[96];
    snprintf(reason, sizeof reason, "one run would take longer than --max-run-time %g", most);
    *listed = refuse_row(subject, row, reason);
    return false;
}

/* ---- Preparation ---------------------------------------------------------------------------- */

/* Checks and plans one row. A row that cannot be timed is told and left out. Returns false where
 * memory ran out. */
static bool prepare_row(sweep_subject *subject, const char *backend, int threads) {
    bool listed = true;
    sweep_row *row = &subject->rows[subject->row_count];
    *row = (struct sweep_row){.backend = backend, .threads = threads};
    row->name = row_name_of(subject->text, backend, threads);
    if (!row_is_right(subject, row, &listed) || !row_is_quick_enough(subject, row, &listed))
        return listed;
    rnn_error error = {""};
    rnn_status status = plan_row(row, &subject->timed, &error);
    if (status != RNN_OK) {
        fail_named(subject, row->name.text, status, &error);
        return true;
    }
    const sweep_state *sweep = subject->sweep;
    const int peak = threads < sweep->peak_count ? threads : sweep->peak_count;
    row->roof_seconds =
        roof_seconds(subject->problem, subject->steps, &sweep->machine, &sweep->peaks[peak - 1],
                     roof_isa_of_plan(backend, row->run.plan));
    snprintf(row->label, sizeof row->label, "%.100s", rnn_plan_implementation(row->run.plan));
    subject->row_count++;
    return true;
}

/* Prepares the rows of all backends: on one thread alone where a backend does not take more.
 * Returns false where memory ran out. */
static bool prepare_rows(sweep_subject *subject) {
    rnn_backend_info info;
    sweep_state *sweep = subject->sweep;
    const int most = rnn_backend_count() * (1 + sweep->threads.count);
    subject->rows = calloc((size_t)most, sizeof *subject->rows);
    if (!subject->rows)
        return false;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK && !*sweep->stop; i++) {
        if (!set_has(sweep->options->backends, i))
            continue;
        const int rows = info.threaded ? sweep->threads.count : 1;
        bool ok =
            info.available || refusals_add(&sweep->results.refusals, info.name, info.reason, rows);
        for (int k = 0; k < rows && ok && info.available && !*sweep->stop; k++)
            ok = prepare_row(subject, info.name, info.threaded ? sweep->threads.values[k] : 1);
        if (!ok)
            return false;
    }
    return true;
}

/* Makes the oracle's answer, and the numbers that are timed, which any worker has, too. */
static rnn_status prepare_numbers(sweep_subject *subject, rnn_error *error) {
    uint64_t seed = subject->sweep->options->seed;
    rnn_status status = case_create(&subject->reference, &subject->checked, seed, error);
    if (status == RNN_OK)
        status = runnable_create(&subject->timed, subject->problem, GUARD_NONE, error);
    if (status != RNN_OK)
        return status;
    runnable_fill(&subject->timed, seed, 0);
    subject->checked_steps =
        inputs_steps(&case_run(subject->reference)->arrays.io, &subject->checked);
    subject->steps = inputs_steps(&subject->timed.arrays.io, subject->problem);
    return RNN_OK;
}

/* ---- Timing --------------------------------------------------------------------------------- */

static bool register_row(const sweep_subject *subject, sweep_row *row) {
    gbench_row to = {.name = row->name.text,
                     .body = run_row,
                     .data = row,
                     .label = row->label,
                     .result = &row->time};
    row_add_rates(&to, problem_flops(subject->problem, subject->steps),
                  roof_weight_bytes(subject->problem, subject->steps), row->roof_seconds);
    row_add_counter(&to, "max_error", row->max_error, false);
    row_add_counter(&to, "of_tolerance", row->of_tolerance, false);
    row_add_counter(&to, "pack_us", 1e6 * row->pack_seconds, false);
    row_add_counter(&to, "packed_bytes", (double)rnn_plan_packed_size(row->run.plan), false);
    row_add_counter(&to, "scratch_bytes", (double)rnn_plan_scratch_size(row->run.plan), false);
    if (subject->checked.timesteps != subject->problem->timesteps)
        row_add_counter(&to, "checked_T", subject->checked.timesteps, false);
    if (subject->problem->mask != MASK_NONE) {
        row_add_counter(&to, "counted_steps", subject->steps.counted, false);
        row_add_counter(&to, "longest_row", subject->steps.longest, false);
    }
    return gbench_add_row(&to);
}

static void show_progress(void *data, const char *name, int done, int total) {
    const sweep_subject *subject = data;
    sweep_state *sweep = subject->sweep;
    progress_show(&sweep->progress, sweep->done_cost + subject->cost * done / total, name);
}

/* Adds what was measured to the results. Returns false where memory ran out. */
static bool keep_rows(sweep_subject *subject) {
    measurement_list *results = &subject->sweep->results;
    for (int i = 0; i < subject->row_count; i++) {
        const sweep_row *row = &subject->rows[i];
        if (row->time.failed)
            fail_named(subject, row->name.text, row->status, &row->error);
        if (row->time.failed || row->time.repetitions == 0)
            continue;
        measurement kept = {.backend = row->backend,
                            .threads = row->threads,
                            .time = row->time,
                            .flops = problem_flops(subject->problem, subject->steps),
                            .roof_seconds = row->roof_seconds,
                            .max_error = row->max_error};
        memcpy(kept.problem, subject->text, sizeof kept.problem);
        if (!measurements_add(results, &kept))
            return false;
    }
    return true;
}

/* Times all rows together. Returns false where memory ran out. */
static bool time_rows(sweep_subject *subject) {
    for (int i = 0; i < subject->row_count; i++)
        if (!register_row(subject, &subject->rows[i]))
            return false;
    const gbench_observer observer = {
        .progress = show_progress, .data = subject, .stop = subject->sweep->stop};
    return gbench_run(&observer) && keep_rows(subject);
}

bool measure_problem(sweep_state *sweep, const problem *p, double cost) {
    sweep_subject subject = {
        .sweep = sweep, .problem = p, .checked = problem_as_checked(p), .cost = cost};
    problem_print(p, subject.text);
    progress_show(&sweep->progress, sweep->done_cost, subject.text);
    rnn_error error = {""};
    const rnn_status status = prepare_numbers(&subject, &error);
    bool ok = true;
    if (status != RNN_OK)
        fail_named(&subject, subject.text, status, &error);
    else
        ok = prepare_rows(&subject) && (*sweep->stop || time_rows(&subject));
    for (int i = 0; i < subject.row_count; i++)
        runnable_destroy(&subject.rows[i].run);
    free(subject.rows);
    case_destroy(subject.reference);
    runnable_destroy(&subject.timed);
    return ok;
}
