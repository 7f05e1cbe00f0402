/* SPDX-License-Identifier: MIT
 *
 * Plans of several threads in the surroundings of their caller: in a child after fork(), on a
 * thread that may use a single core, and on one that rounds in a way of its own. The argument is
 * the backend. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "kernels/engine/cores.h"
#include "tests/support/agreement.h"

#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, MANY_THREADS = 16, SECONDS_OF_A_CHILD = 20, TRIES = 40, ATTEMPTS = 5 };

static const char *backend;
static size_t last_core;
static bool must_fail; /* in a child, whether every run has to fail */

static void must(bool holds, const char *text, const char *what) {
    if (holds)
        return;
    printf("FAILED %s %s: %s\n", backend, text, what);
    exit(1);
}

/* ---- After fork() ---------------------------------------------------------------------------- */

typedef struct family {
    runnable of_parent, of_child;
    rnn_plan *plan; /* made by the parent */
} family;

/* Whether a run of onednn fails as rnn.h says. */
static bool fails_as_told(family *f, bool with_own_plan) {
    rnn_plan *plan = f->plan;
    rnn_error error = {""};
    void *scratch = test_alloc(rnn_plan_scratch_size(f->plan));
    const rnn_status status =
        with_own_plan ? runnable_make_plan(&plan, &f->of_child, backend, THREADS, &error)
                      : rnn_plan_run(plan, &f->of_child.arrays.io, scratch, &error);
    return status == RNN_BACKEND_FAILED && strstr(error.text, "threads: 2, after fork()");
}

static int run_as_child(family *f, bool with_own_plan) {
    alarm(SECONDS_OF_A_CHILD);
    if (must_fail)
        return fails_as_told(f, with_own_plan) ? 0 : 1;
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
    runnable_fill(&f.of_parent, 1, 0);
    runnable_fill(&f.of_child, 1, 0);
    f.plan = trial_plan(&f.of_parent, backend, THREADS);
    trial_run_plan(&f.of_parent, f.plan, 0xff);
    check_child(&f, text, false);
    check_child(&f, text, true);
    trial_run_plan(&f.of_parent, f.plan, 0xff); /* still with threads */
    check_child(&f, text, false);
    rnn_plan_destroy(f.plan);
    runnable_destroy(&f.of_parent);
    runnable_destroy(&f.of_child);
}

/* ---- On one core ----------------------------------------------------------------------------- */

/* Pins or frees this thread, and waits until that is seen. */
static void use_cores(const cpu_set_t *cores) {
    must(sched_setaffinity(0, sizeof *cores, cores) == 0, "", "no affinity can be set");
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
}

/* The least of many times, of both plans by turns. */
static double least_seconds(runnable *t, const rnn_plan *one, const rnn_plan *two, double *of_two) {
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

/* Finds the last core that this process may use. Where OpenMP ties threads, it is the place of
 * another thread. */
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

/* `most` is how many times as long the threads may take as one thread does. */
static void check_pinned(const problem *p, const char *text, int threads, double most,
                         bool before_the_plan) {
    cpu_set_t all, one;
    runnable t;
    char what[100];
    must(sched_getaffinity(0, sizeof all, &all) == 0, text, "no affinity");
    CPU_ZERO(&one);
    CPU_SET(last_core, &one);
    trial_create(&t, p);
    runnable_fill(&t, 1, 0);
    if (before_the_plan)
        use_cores(&one);
    rnn_plan *single = trial_plan(&t, backend, 1), *several = trial_plan(&t, backend, threads);
    trial_run_plan(&t, several, 0);
    use_cores(&one);
    double of_single = 1, of_several = 1e9;
    /* Another process may disturb an attempt. */
    for (int i = 0; i < ATTEMPTS && of_several > most * of_single; i++)
        of_single = least_seconds(&t, single, several, &of_several);
    use_cores(&all);
    snprintf(what, sizeof what, "%.1f us of %d threads on one core, %.1f of one", 1e6 * of_several,
             threads, 1e6 * of_single);
    printf("%s %s: %s\n", backend, text, what);
    must(of_several <= most * of_single, text, what);
    rnn_plan_destroy(single);
    rnn_plan_destroy(several);
    runnable_destroy(&t);
}

/* ---- More threads than cores ------------------------------------------------------------------
 */

/* Compares a plan for all threads that can be asked for with one for as many as there are cores. If
 * a run took all threads, the next region of another size would have to end a thousand of them,
 * too. */
static void check_many_threads(const problem *p, const char *text) {
    /* One thread alone takes twice its time where a team is packed for so many. */
    const double most = 10;
    const int usable = rnn_usable_cores();
    runnable t;
    char what[100];
    trial_create(&t, p);
    runnable_fill(&t, 1, 0);
    rnn_plan *few = trial_plan(&t, backend, usable);
    rnn_plan *many = trial_plan(&t, backend, RNN_MAX_THREADS);
    test_threads_asked = test_threads_had = 1;
    trial_run_plan(&t, many, 0);
    snprintf(what, sizeof what, "a run asked for %d threads and got %d, of %d that are usable",
             test_threads_asked, test_threads_had, usable);
    must(test_threads_had <= usable, text, what);
    if (strcmp(backend, "auto") == 0 && usable < RNN_MAX_THREADS) {
        must(test_threads_asked <= usable, text, what);
        must(strstr(rnn_plan_implementation(many), "; at most "), text, "auto does not say why");
    }
    double of_few = 1, of_many = 1e9;
    for (int i = 0; i < ATTEMPTS && of_many > most * of_few; i++)
        of_few = least_seconds(&t, few, many, &of_many);
    snprintf(what, sizeof what, "%.1f us of %d threads, %.1f of %d", 1e6 * of_many, RNN_MAX_THREADS,
             1e6 * of_few, usable);
    printf("%s %s: %s\n", backend, text, what);
    must(of_many <= most * of_few, text, what);
    rnn_plan_destroy(few);
    rnn_plan_destroy(many);
    runnable_destroy(&t);
}

/* ---- Numbers of threads ---------------------------------------------------------------------- */

static void *threads_of_new_thread(void *threads) {
    *(int *)threads = rnn_threads_now(THREADS, NULL);
    return NULL;
}

static int threads_of_child(bool on_a_new_thread) {
    const pid_t child = fork();
    if (child == 0) {
        int threads = 0;
        pthread_t thread;
        if (!on_a_new_thread)
            threads = rnn_threads_now(THREADS, NULL);
        else if (pthread_create(&thread, NULL, threads_of_new_thread, &threads) == 0)
            pthread_join(thread, NULL);
        _exit(threads);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

/* Checks how many threads a run is given: here, on one core, here again, and in children. */
static void check_threads_now(void) {
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    CPU_SET(last_core, &one);
    rnn_quota_watch watch = {.root = ""};
    const int here = rnn_threads_now(THREADS, &watch);
    const int usable = rnn_usable_cores(); /* what list says where no variable sets a number */
    must(here == (usable < THREADS ? usable : THREADS), "",
         "a run has other threads than list says");
    use_cores(&one);
    must(rnn_threads_now(THREADS, NULL) == 1, "", "several threads on one core");
    use_cores(&all);
    must(rnn_threads_now(THREADS, &watch) == here, "", "threads do not come back");
    must(rnn_threads_now(1, NULL) == 1, "", "more threads than asked for");
    must(threads_of_child(true) >= here, "", "a new thread of a child has fewer threads");
    must(threads_of_child(false) == 1, "", "a child has threads of its parent");
}

/* ---- Rounding -------------------------------------------------------------------------------- */

/* Whether a division rounds to nearest. fegetround may ask another unit than the one that
 * divides. */
static bool rounds_to_nearest(void) {
    volatile float one = 1, three = 3, third = one / three, minus_third = -one / three;
    return third == 0x1.555556p-2f && minus_third == -third;
}

/* Counts the threads of OpenMP that round otherwise. */
static int odd_threads(void) {
    int odd = 0;
#ifdef _OPENMP
#pragma omp parallel num_threads(THREADS) reduction(+ : odd)
    odd += !rounds_to_nearest();
#endif
    return odd;
}

/* Checks that the threads of a run round as its caller does, and that this ends with the run. */
static void check_rounding(const problem *p, const char *text) {
    runnable t;
    trial_create(&t, p);
    runnable_fill(&t, 1, 0);
    must(odd_threads() == 0, text, "a thread rounds in a way of its own from the start");
    fesetround(FE_UPWARD);
    trial_run(&t, backend, THREADS);
    must(!rounds_to_nearest(), text, "a run changes how its caller rounds");
    fesetround(FE_TONEAREST);
    must(odd_threads() == 0, text, "a run leaves other threads rounding as its caller did");
    runnable_destroy(&t);
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
    must_fail = strcmp(backend, "onednn") == 0;
    if (!info.threaded) {
        printf("skipped: %s runs on one thread\n", backend);
        return TEST_SKIPPED;
    }
    /* What a library has cut for two threads takes longer on one. */
    const double most = info.version[0] ? 5 : 1.5;
    int tried = 0;
    test_threads_are_limited = true;
    check_threads_now();
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        problem p;
        rnn_error error;
        must(problem_parse(&p, problems[i], &error), problems[i], error.text);
        const rnn_model model = problem_model(&p);
        const rnn_shape shape = problem_shape(&p);
        if (rnn_backend_supports(backend, &model, &shape, &(rnn_plan_options){.threads = THREADS},
                                 &error) != RNN_OK)
            continue;
        if (!info.version[0])
            check_rounding(&p, problems[i]);
        if (!must_fail) { /* a backend that fails takes all threads, whatever cores there are */
            check_pinned(&p, problems[i], THREADS, most, true);
            check_pinned(&p, problems[i], THREADS, most, false);
            check_pinned(&p, problems[i], MANY_THREADS, most, false);
            if (!info.version[0])
                check_many_threads(&p, problems[i]);
        }
        check_fork(&p, problems[i]);
        tried++;
    }
    return tried == 0;
}
