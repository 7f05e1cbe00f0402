/* SPDX-License-Identifier: MIT
 *
 * Stands in for bench/base/clock.c in a rnnbench that is for tests alone. The time that its
 * processes and their workers share is what these use of the CPU, and what they are said to
 * wait. */
#include "bench/base/clock.h"

#include "tests/support/shared_clock.h"

#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define SLICE 2     /* milliseconds between two looks whether something has become silent */
#define STUCK 60000 /* milliseconds without anything to read, after which the test fails */

static shared_clock *the_clock;
static _Atomic uint64_t told; /* nanoseconds of the CPU by which the clock has gone on */

/* The start of a process thus takes its time even where it never asks for it. */
__attribute__((constructor)) static void start(void) {
    the_clock = shared_clock_open();
}

static void tell_cpu_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    const uint64_t used = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    const uint64_t before = atomic_exchange(&told, used);
    if (used > before)
        atomic_fetch_add(&the_clock->nanoseconds, used - before);
}

double clock_seconds(void) {
    tell_cpu_time();
    return shared_clock_seconds(the_clock);
}

/* Others get on meanwhile, such as those whose end is looked for between sleeps. */
void clock_sleep(double seconds) {
    const struct timespec slice = {.tv_nsec = (long)(1e9 * fmin(seconds, 1e-3))};
    shared_clock_advance(the_clock, seconds);
    nanosleep(&slice, NULL);
}

static bool is_silent(int descriptor) {
    struct stat pipe;
    return fstat(descriptor, &pipe) == 0 && shared_clock_is_silent(the_clock, pipe.st_ino);
}

int clock_wait(int descriptor, double deadline) {
    struct pollfd input = {.fd = descriptor, .events = POLLIN};
    int ready = poll(&input, 1, 0);
    for (int waited = 0; ready == 0; waited += SLICE) {
        const double left = deadline - clock_seconds();
        if (left <= 0)
            return 0;
        if (waited > STUCK) {
            fputs("clock_of_tests: nothing comes, and no time passes\n", stderr);
            abort();
        }
        const bool silent = is_silent(descriptor);
        if (silent)
            shared_clock_advance(the_clock, left + 1e-9);
        ready = poll(&input, 1, silent ? 0 : SLICE);
    }
    return ready;
}
