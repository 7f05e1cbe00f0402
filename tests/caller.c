/* SPDX-License-Identifier: MIT
 * Plans of several threads in the world of their caller: in a child after fork(), and where the
 * calling thread may use a single core. One argument: the backend. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "agreement.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 2, SECONDS_OF_A_CHILD = 20, TRIES = 40 };

static const char *backend;
static size_t last_core;

static void must(bool holds, const char *text, const char *what) {
    if (holds)
        return;
    printf("FAILED %s %s: %s\n", backend, text, what);
    exit(1);
}

/* ---- After fork() ---------------------------------------------------------------------------- */

typedef struct family {
    trial of_parent, of_child;
    rnn_plan *plan; /* made by the parent */
} family;

static int run_as_child(family *f, bool with_own_plan) {
    alarm(SECONDS_OF_A_CHILD);
    rnn_plan *plan = with_own_plan ? trial_plan(&f->of_child, backend, THREADS) : f->plan;
    trial_run_plan(&f->of_child, plan, 0xff);
    const bool same = trials_agree(&f->of_parent, &f->of_child, SAME_BITS);
    if (!same)
        printf("%s\n", last_disagreement());
    fflush(stdout);
    return same ? 0 : 1;
}

static void check_child(family *f, const char *text, bool with_own_plan) {
    fflush(stdout);
    const pid_t child = fork();
    must(child >= 0, text, "no fork");
    if (child == 0)
        _exit(run_as_child(f, with_own_plan));
    int status;
    must(waitpid(child, &status, 0) == child, text, "waitpid");
    must(!WIFSIGNALED(status), text, "a child hangs or dies");
    must(WEXITSTATUS(status) == 0, text, "a child computes something else");
}

static void check_fork(const problem *p, const char *text) {
    family f;
    trial_create(&f.of_parent, p);
    trial_create(&f.of_child, p);
    trial_fill(&f.of_parent, 1);
    trial_fill(&f.of_child, 1);
    f.plan = trial_plan(&f.of_parent, backend, THREADS);
    trial_run_plan(&f.of_parent, f.plan, 0xff);
    check_child(&f, text, false);
    check_child(&f, text, true);
    trial_run_plan(&f.of_parent, f.plan, 0xff); /* still with threads */
    check_child(&f, text, false);
    rnn_plan_destroy(f.plan);
    trial_destroy(&f.of_parent);
    trial_destroy(&f.of_child);
}

/* ---- On one core ----------------------------------------------------------------------------- */

static double least_seconds(trial *t, const rnn_plan *one, const rnn_plan *two, double *of_two) {
    double least = 1e9;
    *of_two = 1e9;
    for (int i = 0; i < TRIES; i++) {
        const double start = seconds_now();
        trial_run_plan(t, one, 0);
        const double middle = seconds_now();
        trial_run_plan(t, two, 0);
        const double end = seconds_now();
        if (middle - start < least)
            least = middle - start;
        if (end - middle < *of_two)
            *of_two = end - middle;
    }
    return least;
}

/* The last one that this process may use: where OpenMP ties threads, the place of another thread.
 */
static size_t find_last_core(void) {
    cpu_set_t before, one;
    must(sched_getaffinity(0, sizeof before, &before) == 0, "", "no affinity");
    size_t core = CPU_SETSIZE;
    do {
        CPU_ZERO(&one);
        CPU_SET(--core, &one);
    } while (core > 0 && sched_setaffinity(0, sizeof one, &one) != 0);
    must(sched_setaffinity(0, sizeof before, &before) == 0, "", "cannot be freed");
    return core;
}

/* `most`: the time of two threads, of that of one. */
static void check_pinned(const problem *p, const char *text, double most, bool before_the_plan) {
    cpu_set_t all, one;
    trial t;
    char what[100];
    must(sched_getaffinity(0, sizeof all, &all) == 0, text, "no affinity");
    CPU_ZERO(&one);
    CPU_SET(last_core, &one);
    trial_create(&t, p);
    trial_fill(&t, 1);
    if (before_the_plan)
        must(sched_setaffinity(0, sizeof one, &one) == 0, text, "cannot be pinned");
    rnn_plan *single = trial_plan(&t, backend, 1), *several = trial_plan(&t, backend, THREADS);
    trial_run_plan(&t, several, 0);
    must(sched_setaffinity(0, sizeof one, &one) == 0, text, "cannot be pinned");
    double of_several;
    const double of_single = least_seconds(&t, single, several, &of_several);
    must(sched_setaffinity(0, sizeof all, &all) == 0, text, "cannot be freed");
    snprintf(what, sizeof what, "%.1f us on one core, one thread %.1f", 1e6 * of_several,
             1e6 * of_single);
    printf("%s %s: %s\n", backend, text, what);
    must(of_several < most * of_single, text, what);
    rnn_plan_destroy(single);
    rnn_plan_destroy(several);
    trial_destroy(&t);
}

int main(int argc, char **argv) {
    static const char *const problems[] = {
        "lstm/N:1/T:16/D:64/U:128",
        "lstm/N:16/T:8/D:32/U:64",
        "gru/N:4/T:8/D:32/U:64/reset_after:0",
    };
    if (argc != 2)
        return 2;
    const rnn_backend_info info = require_backend(argv[1]);
    backend = info.name;
    last_core = find_last_core();
    if (!info.threaded) {
        printf("skipped: %s runs on one thread\n", backend);
        return TEST_SKIPPED;
    }
    /* What a library has cut for two threads it computes less well on one. */
    const double most = info.version[0] ? 5 : 1.5;
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        problem p;
        rnn_error error;
        must(problem_parse(&p, problems[i], &error), problems[i], error.text);
        const rnn_model model = problem_model(&p);
        const rnn_shape shape = problem_shape(&p);
        if (rnn_backend_supports(backend, &model, &shape, THREADS, &error) != RNN_OK)
            continue;
        check_pinned(&p, problems[i], most, true);
        check_pinned(&p, problems[i], most, false);
        check_fork(&p, problems[i]);
    }
    return 0;
}
