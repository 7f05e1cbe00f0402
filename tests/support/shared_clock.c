/* SPDX-License-Identifier: MIT */
#include "tests/support/shared_clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define START_SECONDS 0.05 /* time that the start of a process takes */

shared_clock *shared_clock_open(void) {
    const char *path = getenv("SHARED_CLOCK");
    const int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    void *mapped = MAP_FAILED;
    if (file >= 0 && ftruncate(file, sizeof(shared_clock)) == 0)
        mapped = mmap(NULL, sizeof(shared_clock), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) {
        perror("SHARED_CLOCK");
        exit(99);
    }
    close(file);
    shared_clock_advance(mapped, START_SECONDS);
    return mapped;
}

double shared_clock_seconds(const shared_clock *clock) {
    return 1e-9 * (double)atomic_load(&clock->nanoseconds);
}

void shared_clock_advance(shared_clock *clock, double seconds) {
    if (seconds > 0)
        atomic_fetch_add(&clock->nanoseconds, (uint64_t)(1e9 * seconds));
}

void shared_clock_silence(shared_clock *clock, uint64_t pipe) {
    for (int i = 0; i < SHARED_CLOCK_PIPES; i++) {
        uint64_t none = 0;
        if (atomic_compare_exchange_strong(&clock->silent[i], &none, pipe))
            return;
    }
    fputs("shared_clock_silence: too many pipes\n", stderr);
    abort();
}

bool shared_clock_is_silent(const shared_clock *clock, uint64_t pipe) {
    for (int i = 0; i < SHARED_CLOCK_PIPES; i++)
        if (atomic_load(&clock->silent[i]) == pipe)
            return true;
    return false;
}
