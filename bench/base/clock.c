/* SPDX-License-Identifier: MIT */
#include "bench/base/clock.h"

#include <math.h>
#include <poll.h>
#include <time.h>

double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void clock_sleep(double seconds) {
    const double whole = floor(seconds);
    const struct timespec time = {.tv_sec = (time_t)whole,
                                  .tv_nsec = (long)(1e9 * (seconds - whole))};
    nanosleep(&time, NULL);
}

int clock_wait(int descriptor, double deadline) {
    struct pollfd input = {.fd = descriptor, .events = POLLIN};
    const double left = deadline - clock_seconds();
    return poll(&input, 1, left <= 0 ? 0 : (int)(1000 * left) + 1);
}
