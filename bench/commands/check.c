/* SPDX-License-Identifier: MIT
 * rnnbench check */
#include "bench/base/clock.h"
#include "bench/base/command.h"
#include "bench/base/progress.h"
#include "bench/problems/backend_set.h"
#include "bench/problems/problem_request.h"
#include "bench/results/refusals.h"
#include "reference/cases.h"
#include "reference/problem_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct unjudged_count {
    int all, out_of_memory;
} unjudged_count;

/* What one backend did. A case is a problem on a number of threads with a kind of guard, run or
 * skipped. */
typedef struct backend_tally {
    rnn_backend_info info;
    int claimed; /* cases that it says it supports */
    int ran, refused, mismatches;
    double max_error, worst_ratio; /* of the cases that passed */
} backend_tally;

typedef struct check_options {
    problem_request request;
    unsigned backends; /* a set */
    int_list threads;
    uint64_t seed;
    double random_seconds; /* 0: no random problems */
} check_options;

typedef struct check_state {
    const check_options *options;
    int_list threads;
    backend_tally *tallies; /* by the backend's index */
    int backend_count;
    int problems;
    unjudged_count broken, failed; /* problems of which no case could be made; cases */
    refusal_list refusals;
    progress_bar progress;
} check_state;

static const case_guard guards[] = {GUARD_NONE, GUARD_AFTER, GUARD_BEFORE};
enum { GUARD_COUNT = sizeof guards / sizeof *guards };

static void tell(const check_state *check, const char *what, const char *text) {
    progress_clear(&check->progress);
    printf("%s %s\n", what, text);
    fflush(stdout);
}

static void tell_failure(const check_state *check, const backend_tally *tally, const problem *p,
                         rnn_status status, const rnn_error *error) {
    char name[PROBLEM_TEXT_SIZE], text[PROBLEM_TEXT_SIZE + 400];
    problem_print(p, name);
    snprintf(text, sizeof text, "%s: %s: %s: %s", tally->info.name, name, rnn_status_text(status),
             error->text);
    tell(check, "FAILED", text);
}

static void count_unjudged(unjudged_count *count, rnn_status status) {
    count->all++;
    count->out_of_memory += status == RNN_OUT_OF_MEMORY;
}

static void judge(const check_state *check, backend_tally *tally, const case_verdict *verdict) {
    tally->ran++;
    if (verdict->passed) {
        tally->max_error = fmax(tally->max_error, verdict->max_error);
        tally->worst_ratio = fmax(tally->worst_ratio, verdict->worst_ratio);
    } else {
        tally->mismatches++;
        tell(check, "WRONG", verdict->text);
    }
}

/* One backend on one number of threads, with every guard. False: out of memory. */
static bool check_backend(check_state *check, backend_tally *tally, reference_case *reference,
                          int threads) {
    const problem *p = &case_run(reference)->problem;
    rnn_model model = problem_model(p);
    rnn_shape shape = problem_shape(p);
    rnn_error error = {""};
    rnn_status status = rnn_backend_supports(tally->info.name, &model, &shape,
                                             &(rnn_plan_options){.threads = threads}, &error);
    if (status == RNN_UNSUPPORTED || status == RNN_UNAVAILABLE) {
        tally->refused += GUARD_COUNT;
        return refusals_add(&check->refusals, tally->info.name, error.text, GUARD_COUNT);
    }
    tally->claimed += GUARD_COUNT;
    for (int i = 0; i < GUARD_COUNT; i++) {
        case_verdict verdict;
        status = case_check(reference, tally->info.name, threads, guards[i], &verdict, &error);
        if (status == RNN_OK) {
            judge(check, tally, &verdict);
        } else {
            count_unjudged(&check->failed, status);
            tell_failure(check, tally, p, status, &error);
        }
    }
    return true;
}

static bool check_backends(check_state *check, reference_case *reference) {
    for (int i = 0; i < check->backend_count; i++) {
        backend_tally *tally = &check->tallies[i];
        if (!set_has(check->options->backends, i) || !tally->info.available)
            continue;
        int count = tally->info.threaded ? check->threads.count : 1;
        for (int j = 0; j < count; j++)
            if (!check_backend(check, tally, reference,
                               tally->info.threaded ? check->threads.values[j] : 1))
                return false;
    }
    return true;
}

static bool check_problem(check_state *check, const problem *p) {
    reference_case *reference;
    rnn_error error = {""};
    check->problems++;
    rnn_status status = case_create(&reference, p, check->options->seed, &error);
    if (status == RNN_OK) {
        bool ok = check_backends(check, reference);
        case_destroy(reference);
        return ok;
    }
    char name[PROBLEM_TEXT_SIZE], text[PROBLEM_TEXT_SIZE + 400];
    problem_print(p, name);
    snprintf(text, sizeof text, "%s: %s: %s", name, rnn_status_text(status), error.text);
    tell(check, "FAILED", text);
    count_unjudged(&check->broken, status);
    return true;
}

/* ---- Which problems -------------------------------------------------------------------------- */

static bool check_list(check_state *check, const problem_list *problems) {
    char text[PROBLEM_TEXT_SIZE];
    progress_start(&check->progress, problems->count);
    for (int i = 0; i < problems->count; i++) {
        problem_print(&problems->items[i], text);
        progress_show(&check->progress, i, text);
        if (!check_problem(check, &problems->items[i]))
            return false;
    }
    progress_clear(&check->progress);
    return true;
}

static bool check_random(check_state *check) {
    double start = clock_seconds(), seconds = check->options->random_seconds, elapsed;
    uint64_t state = check->options->seed;
    char text[PROBLEM_TEXT_SIZE];
    progress_start(&check->progress, seconds);
    while ((elapsed = clock_seconds() - start) < seconds) {
        problem p;
        problem_random(&p, &state);
        if (!problem_filter_passes(&check->options->request.filter, &p))
            continue;
        problem_print(&p, text);
        progress_show(&check->progress, elapsed, text);
        if (!check_problem(check, &p))
            return false;
    }
    progress_clear(&check->progress);
    return true;
}

/* ---- Report --------------------------------------------------------------------------------- */

static void print_tally(const backend_tally *tally) {
    if (!tally->info.available) {
        printf("  %-12s %8s  %s\n", tally->info.name, "-", tally->info.reason);
        return;
    }
    printf("  %-12s %8d %8d %10.2e %12.2f %10d\n", tally->info.name, tally->ran, tally->refused,
           tally->max_error, tally->worst_ratio, tally->mismatches);
}

/* Says what is wrong with a tally beyond its mismatches. Returns whether nothing is. */
static bool is_complete(const backend_tally *tally) {
    if (tally->ran == tally->claimed)
        return true;
    printf("  %-12s ran %d of the %d cases that it claims\n", tally->info.name, tally->ran,
           tally->claimed);
    return false;
}

static void print_unjudged(const unjudged_count *count, const char *what) {
    if (count->all)
        printf(", %d %s%s not judged", count->all, what, count->all == 1 ? "" : "s");
    if (count->out_of_memory)
        printf(" (%d out of memory)", count->out_of_memory);
}

static int report(const check_state *check) {
    int ran = 0, mismatches = 0;
    bool fine = check->broken.all == 0;
    printf("%d problems, seed %llu\n\n  %-12s %8s %8s %10s %12s %10s\n", check->problems,
           (unsigned long long)check->options->seed, "backend", "cases", "skipped", "max error",
           "of tolerance", "mismatches");
    for (int i = 0; i < check->backend_count; i++)
        if (set_has(check->options->backends, i))
            print_tally(&check->tallies[i]);
    refusals_print(&check->refusals, "skipped", "case");
    putchar('\n');
    for (int i = 0; i < check->backend_count; i++) {
        fine &= is_complete(&check->tallies[i]);
        ran += check->tallies[i].ran;
        mismatches += check->tallies[i].mismatches;
    }
    if (ran == 0)
        puts("nothing was checked");
    printf("%d cases, %d mismatches", ran, mismatches);
    print_unjudged(&check->failed, "case");
    print_unjudged(&check->broken, "problem");
    putchar('\n');
    return fine && ran > 0 && mismatches == 0 ? EXIT_FINE : EXIT_WRONG;
}

/* ---- The command ---------------------------------------------------------------------------- */

static bool prepare(check_state *check) {
    const int_list *given = &check->options->threads;
    const int usual[] = {1, 2};
    int count = given->count ? given->count : (int)(sizeof usual / sizeof *usual);
    for (int i = 0; i < count; i++)
        if (!int_list_append(&check->threads, given->count ? given->values[i] : usual[i]))
            return false;
    check->backend_count = rnn_backend_count();
    check->tallies = calloc((size_t)check->backend_count, sizeof *check->tallies);
    for (int i = 0; check->tallies && i < check->backend_count; i++)
        rnn_backend_get(i, &check->tallies[i].info);
    return check->tallies != NULL;
}

static int check_as_asked(const check_options *options) {
    rnn_error error;
    problem_list problems = {0};
    bool random = options->random_seconds > 0;
    if (random && options->request.pattern_count)
        return refuse_usage("check", "--random and --problem exclude each other");
    if (!random && !problem_list_for_check(&problems, &options->request, &error))
        return refuse_usage("check", error.text);
    check_state check = {.options = options};
    bool ok = prepare(&check) && (random ? check_random(&check) : check_list(&check, &problems));
    int status = ok ? report(&check) : EXIT_WRONG;
    if (!ok)
        fputs("rnnbench check: out of memory\n", stderr);
    refusals_free(&check.refusals);
    int_list_free(&check.threads);
    free(check.tallies);
    problem_list_free(&problems);
    return status;
}

int command_check(const command_line *line) {
    check_options options = {.seed = 1};
    option_list list = {0};
    int status;
    problem_request_options(&list, &options.request);
    backend_set_option(&list, &options.backends);
    options_add(&list, "threads", "LIST", "for the backends that take more than one; 1,2",
                read_threads, &options.threads);
    options_add(&list, "seed", "NUMBER", "of the inputs and weights; 1", read_seed, &options.seed);
    options_add(&list, "random", "SECONDS", "checks random problems for so long", read_seconds,
                &options.random_seconds);
    if (command_read(line, &list, &status))
        status = check_as_asked(&options);
    problem_request_free(&options.request);
    int_list_free(&options.threads);
    return status;
}
