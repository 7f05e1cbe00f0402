/* SPDX-License-Identifier: MIT
 *
 * That a thread which starts on a core that another one has goes elsewhere, and may use the same
 * cores as before. */
#define _GNU_SOURCE /* sched_getcpu, sched_getaffinity */
#include "kernels/engine/team.h"
#include "tests/support/support.h"

#include <sched.h>
#include <stdio.h>

static cpu_set_t allowed_now(void) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    return allowed;
}

static int check(bool holds, const char *what) {
    if (!holds)
        printf("FAILED: %s\n", what);
    return !holds;
}

/* Where the set of cores is narrowed to one, the system leaves no choice but to stay. */
static int stays_where_it_must(void) {
    const cpu_set_t before = allowed_now();
    const int core = sched_getcpu();
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(core, &only);
    rnn_taken_cores taken;
    rnn_taken_cores_reset(&taken);
    sched_setaffinity(0, sizeof only, &only);
    rnn_take_core(&taken);
    rnn_take_core(&taken);
    const cpu_set_t after = allowed_now();
    int failed = check(CPU_EQUAL(&after, &only), "a thread of one core has other ones");
    failed += check(sched_getcpu() == core, "a thread of one core is on another one");
    sched_setaffinity(0, sizeof before, &before);
    return failed;
}

int main(void) {
    int failed = stays_where_it_must();
    const cpu_set_t before = allowed_now();
    if (CPU_COUNT(&before) < 2) {
        puts("this process may use one core only");
        return failed ? 1 : TEST_SKIPPED;
    }
    int moved = 0;
    for (int i = 0; i < 20; i++) {
        rnn_taken_cores taken;
        rnn_taken_cores_reset(&taken);
        rnn_take_core(&taken);
        const int first = sched_getcpu();
        rnn_take_core(&taken); /* as a second thread on this core would */
        moved += sched_getcpu() != first;
        const cpu_set_t after = allowed_now();
        failed += check(CPU_EQUAL(&after, &before), "the affinity is not as it was");
    }
    /* The system may move the thread at any time, too, but not so often. */
    failed += check(moved >= 15, "a thread stays on a core that is taken");
    printf("moved %d of 20 times, %d failed\n", moved, failed);
    return failed > 0;
}
