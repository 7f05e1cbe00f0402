/* SPDX-License-Identifier: MIT
 *
 * The number of usable cores: by quotas of control groups, read below a folder of our own, by
 * affinity, and by OpenMP's variables. */
#define _GNU_SOURCE /* sched_setaffinity */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernels/engine/cores.h"

static char root[] = "/tmp/rnn_cores_XXXXXX";
static rnn_core_limit here; /* without any quota */

/* Writes a file, and makes the folders on its way. */
static void write_file(const char *name, const char *text) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = strchr(path + sizeof root, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_root(void **state) {
    (void)state;
    unsetenv("OMP_NUM_THREADS");
    unsetenv("OMP_THREAD_LIMIT");
    if (!mkdtemp(root))
        return 1;
    here = rnn_core_limit_below(root);
    return 0;
}

static int remove_root(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    return system(command);
}

static void expect_quota(int cores, const char *set_by) {
    rnn_core_limit limit = rnn_core_limit_below(root);
    assert_int_equal(limit.cores, cores < here.cores ? cores : here.cores);
    assert_string_equal(limit.set_by, cores < here.cores ? set_by : here.set_by);
}

/* Skips the test on a machine of one core, which is what every quota leaves. */
static void skip_on_one_core(void) {
    if (here.cores == 1)
        skip();
}

static void version_2(void **state) {
    (void)state;
    skip_on_one_core();
    write_file("/proc/self/cgroup", "0::/a/b\n");
    expect_quota(INT_MAX, "");
    write_file("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    expect_quota(INT_MAX, "");
    write_file("/sys/fs/cgroup/a/b/cpu.max", "100000 100000\n");
    expect_quota(1, "cgroup cpu.max 100000/100000");
    write_file("/sys/fs/cgroup/a/b/cpu.max", "100001 100000\n"); /* to be rounded up */
    expect_quota(2, "cgroup cpu.max 100001/100000");
    write_file("/sys/fs/cgroup/a/cpu.max", "50000 100000\n"); /* the limit of the group around it */
    expect_quota(1, "cgroup cpu.max 50000/100000");
    write_file("/sys/fs/cgroup/a/cpu.max", "max 100000\n");
    write_file("/proc/self/cgroup", "0::/host/path/of/a/container\n");
    expect_quota(INT_MAX, "");
    write_file("/sys/fs/cgroup/cpu.max", "20000 100000\n");
    expect_quota(1, "cgroup cpu.max 20000/100000");
    write_file("/sys/fs/cgroup/cpu.max", "max 100000\n");
}

static void version_1(void **state) {
    (void)state;
    skip_on_one_core();
    write_file("/proc/self/cgroup", "5:cpuset:/c\n3:cpu,cpuacct:/c\n0::/\n");
    expect_quota(INT_MAX, "");
    write_file("/sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n");
    write_file("/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "-1\n");
    expect_quota(INT_MAX, "");
    write_file("/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "30000\n");
    expect_quota(1, "cgroup cpu.cfs_quota_us 30000/100000");
    write_file("/proc/self/cgroup", "5:cpuset:/c\n3:cpuacct:/c\n");
    expect_quota(INT_MAX, "");
}

static void nonsense_limits_nothing(void **state) {
    (void)state;
    static const char *const groups[] = {
        "", "\n", "0", "0:", "0::", "::::", "1:cpu", "garbage\n0::"};
    static const char *const quotas[] = {"", "\n", "0 0", "-5 100000", "100000", "x y", "1 0"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        write_file("/proc/self/cgroup", groups[i]);
        expect_quota(INT_MAX, "");
    }
    write_file("/proc/self/cgroup", "0::/n\n");
    for (size_t i = 0; i < sizeof quotas / sizeof *quotas; i++) {
        write_file("/sys/fs/cgroup/n/cpu.max", quotas[i]);
        expect_quota(INT_MAX, "");
    }
    write_file("/sys/fs/cgroup/n/cpu.max", "9223372036854775807 1\n");
    expect_quota(INT_MAX, "");
}

/* How many threads a run has that begins after the quota was changed. A change is seen 100 ms later
 * at the latest. */
static int threads_after(const char *quota, rnn_quota_watch *watch) {
    write_file("/sys/fs/cgroup/w/cpu.max", quota);
    nanosleep(&(struct timespec){.tv_nsec = 120000000}, NULL);
    return rnn_threads_now(2, watch);
}

static void a_quota_that_comes_and_goes(void **state) {
    (void)state;
    skip_on_one_core();
    rnn_quota_watch watch = {.root = root};
    write_file("/proc/self/cgroup", "0::/w\n");
    assert_int_equal(threads_after("max 100000\n", &watch), 2);
    assert_int_equal(threads_after("100000 100000\n", &watch), 1);
    assert_int_equal(rnn_threads_now(2, NULL), 2);
    assert_int_equal(threads_after("max 100000\n", &watch), 2);
}

static void affinity(void **state) {
    (void)state;
    cpu_set_t before, one;
    CPU_ZERO(&one);
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    for (int cpu = 0; CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &before))
            CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    rnn_core_limit limit = rnn_core_limit_below(root);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
    assert_int_equal(limit.cores, 1);
    if (limit.online > 1)
        assert_string_equal(limit.set_by, "affinity");
}

static void openmp_variables(void **state) {
    (void)state;
    static const char *const ignored[] = {"", "0", "-3", "many"};
    int usable = rnn_usable_cores();
    assert_int_equal(rnn_thread_limit().cores, usable);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        setenv("OMP_NUM_THREADS", ignored[i], 1);
        assert_int_equal(rnn_thread_limit().cores, usable);
    }
    setenv("OMP_NUM_THREADS", "1,4", 1);
    assert_int_equal(rnn_thread_limit().cores, 1);
    setenv("OMP_NUM_THREADS", "1000000000000", 1);
    assert_int_equal(rnn_thread_limit().cores, usable);
    setenv("OMP_THREAD_LIMIT", "1", 1);
    assert_int_equal(rnn_thread_limit().cores, 1);
    if (usable > 1)
        assert_string_equal(rnn_thread_limit().set_by, "OMP_THREAD_LIMIT 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_2),
        cmocka_unit_test(version_1),
        cmocka_unit_test(nonsense_limits_nothing),
        cmocka_unit_test(a_quota_that_comes_and_goes),
        cmocka_unit_test(affinity),
        cmocka_unit_test(openmp_variables),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
