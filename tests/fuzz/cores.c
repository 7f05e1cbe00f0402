/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what the files of control groups say. The input is their texts, with a line "--"
 * between them. */
#include "kernels/engine/cores.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"proc/self/cgroup",
                                    "sys/fs/cgroup/cpu.max",
                                    "sys/fs/cgroup/a/cpu.max",
                                    "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us",
                                    "sys/fs/cgroup/cpu/a/cpu.cfs_period_us",
                                    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us",
                                    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us"};
enum { NAMES = sizeof names / sizeof *names };

/* The fewest cores that a quota of version 2 leaves, whatever else the files say. */
static long most_by_version_2(const char *const texts[NAMES], long cores) {
    const char *line = texts[0];
    long quota, period;
    if (strcmp(line, "0::/a") != 0)
        return cores;
    for (int i = 1; i <= 2; i++)
        if (strlen(texts[i]) < 40 && sscanf(texts[i], "%ld %ld", &quota, &period) == 2 &&
            quota > 0 && period > 0) {
            const long left = quota / period + (quota % period != 0);
            cores = left < cores ? left : cores;
        }
    return cores;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static rnn_core_limit free_limit;
    fuzz_input in = {data, data + size};
    char *texts[NAMES];
    if (free_limit.cores == 0)
        free_limit = rnn_core_limit_below(fuzz_folder());
    for (int i = 0; i < NAMES; i++) {
        texts[i] = fuzz_text_until(&in, "\n--\n");
        fuzz_folder_write(names[i], texts[i], strlen(texts[i]));
    }
    const rnn_core_limit limit = rnn_core_limit_below(fuzz_folder());
    FUZZ_CHECK(limit.cores >= 1 && limit.cores <= free_limit.cores, "%d cores", limit.cores);
    FUZZ_CHECK(memchr(limit.set_by, '\0', sizeof limit.set_by), "no end");
    FUZZ_CHECK(limit.cores == free_limit.cores || strstr(limit.set_by, "cgroup cpu."),
               "%d cores by \"%s\"", limit.cores, limit.set_by);
    const long most = most_by_version_2((const char *const *)texts, free_limit.cores);
    FUZZ_CHECK(limit.cores <= most, "%d cores of %ld", limit.cores, most);
    for (int i = 0; i < NAMES; i++)
        free(texts[i]);
    return 0;
}
