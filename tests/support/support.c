/* SPDX-License-Identifier: MIT */
#include "tests/support/support.h"

#include "kernels/engine/cores.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

rnn_backend_info require_backend(const char *name) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++) {
        if (strcmp(info.name, name) != 0)
            continue;
        if (info.available)
            return info;
        printf("skipped: %s\n", info.reason);
        exit(TEST_SKIPPED);
    }
    printf("no backend is called \"%s\"\n", name);
    exit(1);
}

void *test_alloc(size_t bytes) {
    size_t whole = (bytes / RNN_ALIGNMENT + 1) * RNN_ALIGNMENT;
    void *memory = aligned_alloc(RNN_ALIGNMENT, whole);
    if (!memory) {
        printf("out of memory: %zu bytes\n", whole);
        exit(1);
    }
    return memset(memory, 0, whole);
}

/* ---- What the linker puts in place of functions of librnn --------------------------------------
 */

bool test_threads_are_limited = false;
int test_threads_given = RNN_MAX_THREADS;
_Thread_local int test_threads_asked, test_threads_had;

int __real_rnn_threads_now(int threads, rnn_quota_watch *watch);
int __wrap_rnn_threads_now(int threads, rnn_quota_watch *watch);
int __wrap_rnn_threads_now(int threads, rnn_quota_watch *watch) {
    test_threads_asked = threads;
    if (test_threads_are_limited)
        test_threads_had = __real_rnn_threads_now(threads, watch);
    else
        test_threads_had = threads < test_threads_given ? threads : test_threads_given;
    return test_threads_had;
}

int test_cores = 0;
bool test_cores_were_asked = false;

rnn_core_limit __real_rnn_thread_limit(void);
rnn_core_limit __wrap_rnn_thread_limit(void);
rnn_core_limit __wrap_rnn_thread_limit(void) {
    test_cores_were_asked = true;
    if (test_cores == 0)
        return __real_rnn_thread_limit();
    return (rnn_core_limit){.cores = test_cores, .online = test_cores};
}

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- Tests that hang ---------------------------------------------------------------------------
 */

enum { SECONDS_TO_END = 25 };

static char tried[600];

/* Uses only what a signal handler may call. */
static void fail_without_end(int signal) {
    static const char before[] = "FAILED: has no end: ", after[] = "\n";
    (void)signal;
    const bool written = write(STDOUT_FILENO, before, sizeof before - 1) > 0 &&
                         write(STDOUT_FILENO, tried, strlen(tried)) >= 0 &&
                         write(STDOUT_FILENO, after, sizeof after - 1) > 0;
    _exit(written ? 1 : 2);
}

void expect_an_end(const char *text) {
    if (text) {
        fflush(stdout);
        snprintf(tried, sizeof tried, "%s", text);
    }
    signal(SIGALRM, fail_without_end);
    alarm(SECONDS_TO_END);
}
