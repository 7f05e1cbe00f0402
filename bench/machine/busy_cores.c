/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity */
#include "bench/machine/busy_cores.h"

#include "bench/base/clock.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#define WATCHED_SECONDS 0.04 /* a few of the ticks that /proc/stat counts */

typedef struct core_ticks {
    long long busy[CPU_SETSIZE];
} core_ticks;

static void read_ticks(core_ticks *ticks) {
    char line[512];
    memset(ticks, 0, sizeof *ticks);
    FILE *file = fopen("/proc/stat", "r");
    while (file && fgets(line, sizeof line, file)) {
        int core;
        long long user, nice, system, idle, wait, irq, soft, steal = 0;
        if (sscanf(line, "cpu%d %lld %lld %lld %lld %lld %lld %lld %lld", &core, &user, &nice,
                   &system, &idle, &wait, &irq, &soft, &steal) >= 8 &&
            core >= 0 && core < CPU_SETSIZE)
            ticks->busy[core] = user + nice + system + irq + soft + steal;
    }
    if (file)
        fclose(file);
}

int busy_cores_quietest(void) {
    /* The core that was found last, at first the one that this program is on. It is found again
     * where all have as much to do. */
    static int last = -1;
    core_ticks before, after;
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return last;
    if (last < 0)
        last = sched_getcpu();
    read_ticks(&before);
    clock_sleep(WATCHED_SECONDS);
    read_ticks(&after);
    int found = last >= 0 && CPU_ISSET((size_t)last, &usable) ? last : -1;
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET((size_t)core, &usable) &&
            (found < 0 ||
             after.busy[core] - before.busy[core] < after.busy[found] - before.busy[found]))
            found = core;
    return last = found;
}
