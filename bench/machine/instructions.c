/* SPDX-License-Identifier: MIT */
#include "bench/machine/instructions.h"

#include "bench/base/fail.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int counter = -1;

bool instructions_start(rnn_error *error) {
    struct perf_event_attr what = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof what,
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
                                                  PERF_FORMAT_TOTAL_TIME_RUNNING,
                                   .disabled = 1,
                                   .pinned = 1, /* or it would count in turn with others */
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    counter = (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
    if (counter < 0)
        return fail(error, "no hardware counter of instructions: %s",
                    errno == ENOENT || errno == EOPNOTSUPP ? "this machine has none"
                                                           : strerror(errno));
    ioctl(counter, PERF_EVENT_IOC_RESET, 0);
    ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
    return true;
}

double instructions_stop(void) {
    struct {
        uint64_t count, enabled, running; /* the latter two are times */
    } found;
    ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
    const bool whole = read(counter, &found, sizeof found) == (ssize_t)sizeof found &&
                       found.running == found.enabled;
    close(counter);
    counter = -1;
    return whole ? (double)found.count : 0;
}
