/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity */
#include "kernels/engine/cores.h"

#include "kernels/engine/room.h"
#include "kernels/rnn.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if RNN_WITH_OPENMP
#include <omp.h>
#endif

enum { PATH_SIZE = 1024, FILE_SIZE = 8192 };

static void lower(rnn_core_limit *limit, long cores, const char *set_by) {
    if (cores >= limit->cores)
        return;
    limit->cores = cores < 1 ? 1 : (int)cores;
    snprintf(limit->set_by, sizeof limit->set_by, "%s", set_by);
}

/* ---- Affinity ----------------------------------------------------------------------------- */

#if defined(__linux__)
typedef struct core_mask {
    cpu_set_t sets[8]; /* room for 8192 cores: a mask smaller than the kernel's own is an error */
} core_mask;

static bool mask_of_caller(core_mask *mask) {
    return sched_getaffinity(0, sizeof mask->sets, mask->sets) == 0;
}

/* Counts by words, because every run asks and a loop over cores would be slow. */
static int count_of(const core_mask *mask, int most) {
    unsigned long words[sizeof *mask / sizeof(unsigned long)];
    int count = 0;
    memcpy(words, mask, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words && count < most; i++)
        if (words[i])
            count += __builtin_popcountl(words[i]);
    return count < most ? count : most;
}
#endif

#if RNN_WITH_OPENMP
#if defined(__linux__)
/* Which place OpenMP has for this thread. Asking ties a thread that is new to OpenMP to that place,
 * so its mask is put back afterwards. */
static int place_of_caller(const core_mask *before) {
    const int place = omp_get_place_num();
    core_mask now;
    if (mask_of_caller(&now) && memcmp(&now, before, sizeof now) != 0)
        sched_setaffinity(0, sizeof before->sets, before->sets);
    return place;
}
#endif

/* Whether this thread may still run at its place. Where OpenMP ties threads to places its mask is
 * no more than that, unless somebody has tied it elsewhere. */
static bool is_at_its_place(void) {
#if defined(__linux__)
    enum { MOST_PROCESSORS = 1024 };
    core_mask mask;
    int ids[MOST_PROCESSORS];
    if (!mask_of_caller(&mask))
        return true;
    const int place = place_of_caller(&mask);
    if (place < 0 || omp_get_place_num_procs(place) > MOST_PROCESSORS)
        return true;
    omp_get_place_proc_ids(place, ids);
    for (int i = 0; i < omp_get_place_num_procs(place); i++)
        if (CPU_ISSET_S((size_t)ids[i], sizeof mask.sets, mask.sets))
            return true;
    return false;
#else
    return true;
#endif
}

/* Counts the processors of the places that a region of the caller's has given this thread. */
static int cores_of_partition(int most) {
    enum { MOST_PLACES = 1024 };
    int places[MOST_PLACES], cores = 0;
    const int count = omp_get_partition_num_places();
    if (count > MOST_PLACES)
        return most;
    omp_get_partition_place_nums(places);
    for (int i = 0; i < count && cores < most; i++)
        cores += omp_get_place_num_procs(places[i]);
    return cores;
}

/* How many processors are in the places to which OpenMP ties this thread's regions, counted up to
 * `most`; 0 where it ties them to none. */
static int cores_of_places(int most) {
    if (omp_get_proc_bind() == omp_proc_bind_false || omp_get_num_places() == 0)
        return 0;
    if (!is_at_its_place())
        return 1;
    if (omp_get_proc_bind() == omp_proc_bind_master)
        return omp_get_place_num() < 0 ? 1 : omp_get_place_num_procs(omp_get_place_num());
    return cores_of_partition(most);
}
#endif

/* How many cores this thread's places or affinity have, counted up to `most`. */
static int cores_of_affinity(int most) {
#if RNN_WITH_OPENMP
    const int cores = cores_of_places(most);
    if (cores > 0)
        return cores < most ? cores : most;
#endif
#if defined(__linux__)
    core_mask mask;
    if (mask_of_caller(&mask))
        return count_of(&mask, most);
#endif
    return most;
}

/* ---- Control groups ----------------------------------------------------------------------- */

/* Reads the beginning of a file, or "" where there is none. */
static void read_text(const char *path, char *text, size_t size) {
    size_t used = 0;
    ssize_t got = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    while (file >= 0 && used < size - 1 && (got = read(file, text + used, size - 1 - used)) > 0)
        used += (size_t)got;
    if (file >= 0)
        close(file);
    text[used] = '\0';
}

/* Whether the first `length` characters of a list such as "cpu,cpuacct" have the item cpu. */
static bool has_cpu(const char *list, size_t length) {
    for (const char *item = list; item < list + length; item += strcspn(item, ",:") + 1)
        if (strcspn(item, ",:") == 3 && strncmp(item, "cpu", 3) == 0)
            return true;
    return false;
}

static const char *next_line(const char *line) {
    const char *end = strchr(line, '\n');
    return end ? end + 1 : NULL;
}

/* Finds this process's group in lines of ID:CONTROLLERS:PATH. Version 2 lists no controllers. */
static bool find_group(const char *lines, bool version_2, char path[PATH_SIZE]) {
    for (const char *line = lines; line; line = next_line(line)) {
        const char *controllers = line + strcspn(line, ":\n");
        if (*controllers != ':')
            continue;
        size_t length = strcspn(++controllers, ":\n");
        if (controllers[length] != ':')
            continue;
        if (version_2 ? length != 0 : !has_cpu(controllers, length))
            continue;
        const char *group = controllers + length + 1;
        snprintf(path, PATH_SIZE, "%.*s", (int)strcspn(group, "\n"), group);
        return true;
    }
    return false;
}

static void lower_by_quota(rnn_core_limit *limit, const char *name, long quota, long period) {
    char set_by[sizeof limit->set_by];
    if (quota <= 0 || period <= 0)
        return; /* version 1 says -1 where there is no quota */
    snprintf(set_by, sizeof set_by, "cgroup %s %ld/%ld", name, quota, period);
    lower(limit, (quota - 1) / period + 1, set_by);
}

static void lower_by_version_2(rnn_core_limit *limit, const char *folder) {
    char path[2 * PATH_SIZE], text[64];
    long quota, period;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    read_text(path, text, sizeof text);
    if (sscanf(text, "%ld %ld", &quota, &period) == 2) /* "max 100000" where there is no quota */
        lower_by_quota(limit, "cpu.max", quota, period);
}

static void lower_by_version_1(rnn_core_limit *limit, const char *folder) {
    char path[2 * PATH_SIZE], text[64];
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    read_text(path, text, sizeof text);
    long quota = strtol(text, NULL, 10);
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    read_text(path, text, sizeof text);
    lower_by_quota(limit, "cpu.cfs_quota_us", quota, strtol(text, NULL, 10));
}

/* The quota of every group around this process's own counts as well. In a container the path may be
 * the host's; then only the last step, the root of what is mounted, leads anywhere. */
static void lower_by_groups(rnn_core_limit *limit, const char *root, const char *mount,
                            const char *group, void (*lower_by)(rnn_core_limit *, const char *)) {
    char path[PATH_SIZE], folder[2 * PATH_SIZE - 64];
    snprintf(path, sizeof path, "%s", group);
    for (char *end = path + strlen(path); end; end = strrchr(path, '/')) {
        *end = '\0';
        snprintf(folder, sizeof folder, "%.500s/sys/fs/cgroup%s%s", root, mount, path);
        lower_by(limit, folder);
    }
}

static void lower_by_quotas(rnn_core_limit *limit, const char *root) {
    char path[PATH_SIZE], lines[FILE_SIZE], group[PATH_SIZE];
    snprintf(path, sizeof path, "%.500s/proc/self/cgroup", root);
    read_text(path, lines, sizeof lines);
    if (find_group(lines, true, group))
        lower_by_groups(limit, root, "", group, lower_by_version_2);
    if (find_group(lines, false, group)) {
        lower_by_groups(limit, root, "/cpu", group, lower_by_version_1);
        lower_by_groups(limit, root, "/cpu,cpuacct", group, lower_by_version_1);
    }
}

rnn_core_limit rnn_core_limit_below(const char *root) {
    rnn_core_limit limit = {0};
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    limit.online = online > 0 && online < INT_MAX ? (int)online : 1;
    limit.cores = limit.online;
    lower(&limit, cores_of_affinity(limit.online), "affinity");
    lower_by_quotas(&limit, root);
    return limit;
}

int rnn_usable_cores(void) {
    return rnn_core_limit_below("").cores;
}

/* ---- OpenMP's variables ------------------------------------------------------------------- */

/* Lowers the limit to the first number of a list, which is that of the outermost level. */
static void lower_by_variable(rnn_core_limit *limit, const char *name) {
    char set_by[sizeof limit->set_by];
    const char *text = getenv(name);
    long threads = text ? strtol(text, NULL, 10) : 0;
    if (threads < 1)
        return; /* OpenMP ignores such values as well */
    snprintf(set_by, sizeof set_by, "%s %ld", name, threads);
    lower(limit, threads, set_by);
}

rnn_core_limit rnn_thread_limit(void) {
    rnn_core_limit limit = rnn_core_limit_below("");
    lower_by_variable(&limit, "OMP_NUM_THREADS");
    lower_by_variable(&limit, "OMP_THREAD_LIMIT");
    return limit;
}

/* ---- At this moment ------------------------------------------------------------------------- */

/* The time by a clock that is read in no time and goes on every few milliseconds. */
static unsigned milliseconds_now(void) {
    struct timespec now;
#ifdef CLOCK_MONOTONIC_COARSE
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
#else
    clock_gettime(CLOCK_MONOTONIC, &now);
#endif
    return (unsigned)now.tv_sec * 1000 + (unsigned)(now.tv_nsec / 1000000);
}

/* Runs that overlap may all look. Whoever sees the time of the next look also sees the cores. */
static int cores_of_quota(rnn_quota_watch *watch, unsigned now) {
    const unsigned between_looks = 100;
    const unsigned last = atomic_load_explicit(&watch->last_look, memory_order_acquire);
    const int cores = atomic_load_explicit(&watch->cores, memory_order_acquire);
    if (cores > 0 && now - last < between_looks)
        return cores;
    rnn_core_limit limit = {.cores = INT_MAX};
    lower_by_quotas(&limit, watch->root);
    atomic_store_explicit(&watch->cores, limit.cores, memory_order_relaxed);
    atomic_store_explicit(&watch->last_look, now, memory_order_release);
    return limit.cores;
}

/* How often this process, or an ancestor of it, came to be by a fork. */
static unsigned forks;

static void count_fork(void) {
    forks++;
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(NULL, NULL, count_fork);
}

/* What a thread knows of itself. It is kept because asking the system takes as long as a small
 * run. */
typedef struct caller_marks {
    unsigned last_look;  /* when it last looked at its cores, in milliseconds */
    int cores;           /* 0: it has not looked yet */
    bool has_pool;       /* whether it has opened a parallel region */
    unsigned pool_forks; /* the count of forks when it first did */
    int pool;            /* threads of the last region that we opened */
    int library_pool;    /* the most that there was room for when a library was to start them */
    int no_room_for;     /* the threads that the last try had no room for; 0: it had room */
    unsigned no_room_at; /* the time of that try, in milliseconds */
} caller_marks;

#ifdef __GLIBC__ /* glibc has room for such variables of a library that is loaded later */
__attribute__((tls_model("initial-exec")))
#endif
static _Thread_local caller_marks marks;

static int cores_of_caller(unsigned now) {
    const unsigned between_looks = 10;
    if (marks.cores == 0 || now - marks.last_look >= between_looks) {
        marks.cores = cores_of_affinity(RNN_MAX_THREADS);
        marks.last_look = now;
    }
    return marks.cores;
}

/* Notes that this thread has a pool of OpenMP's threads. A child process inherits that mark but not
 * the threads, and so gets 1; others get `threads`. */
static int or_alone_after_fork(int threads) {
    if (!marks.has_pool && threads > 1) {
        marks.has_pool = true;
        marks.pool_forks = forks;
    }
    return marks.has_pool && marks.pool_forks != forks ? 1 : threads;
}

/* How many threads OpenMP need not start for the next region of this thread. A nested region has no
 * pool: it starts threads of its own, or none where it is nested too deep. */
static int pool_of_caller(int pool) {
#if RNN_WITH_OPENMP
    if (omp_get_level() > 0)
        return omp_get_active_level() < omp_get_max_active_levels() ? 1 : RNN_MAX_THREADS;
#endif
    return pool > 1 ? pool : 1;
}

/* Whether the system has room for the threads by which the pool would grow. OpenMP ends the process
 * where it cannot start them. */
static bool can_grow(int pool, int threads) {
    const int missing = threads - pool_of_caller(pool);
    return missing <= 0 || rnn_can_start(missing);
}

/* As can_grow, for a run. A try takes as long as starting the threads, so a system that had no room
 * is not asked again at once. */
static bool can_grow_now(int threads, unsigned now) {
    const unsigned between_tries = 10;
    if (marks.no_room_for && threads >= marks.no_room_for && now - marks.no_room_at < between_tries)
        return false;
    const bool can = can_grow(marks.pool, threads);
    marks.no_room_for = can ? 0 : threads;
    marks.no_room_at = now;
    return can;
}

int rnn_threads_now(int threads, rnn_quota_watch *watch) {
    if (threads == 1)
        return 1;
    const unsigned now = milliseconds_now();
    int cores = cores_of_caller(now);
    if (watch && cores > 1) {
        const int allowed = cores_of_quota(watch, now);
        cores = allowed < cores ? allowed : cores;
    }
    const int wanted = or_alone_after_fork(cores < 1 ? 1 : cores < threads ? cores : threads);
    return wanted == 1 || can_grow_now(wanted, now) ? wanted : 1;
}

void rnn_threads_were(int threads) {
#if RNN_WITH_OPENMP
    if (omp_get_level() > 0) /* the threads of a nested region are in no pool */
        return;
#endif
    marks.pool = threads;
    marks.library_pool = threads; /* those that a library had beyond them are gone */
}

bool rnn_can_start_threads(void) {
    return or_alone_after_fork(2) == 2;
}

bool rnn_has_room_for_threads(int threads) {
    const int pool = marks.library_pool > marks.pool ? marks.library_pool : marks.pool;
    if (!can_grow(pool, threads))
        return false;
    if (threads > pool)
        marks.library_pool = threads;
    return true;
}
