/* SPDX-License-Identifier: MIT */
#ifdef __linux__
#define _GNU_SOURCE /* syscall, sched_getcpu, sched_setaffinity */
#endif
#include "kernels/engine/team.h"

#include <limits.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif
#include <sched.h>

/* How often a thread yields before it sleeps: some 10 ms, which is more than a time slice. A thread
 * that sleeps has to be woken, and queues behind the process whose core it is sent to. */
enum { YIELDS = 20000 };

int rnn_spins_within(double seconds) {
    const double seconds_of_spin = 25e-9;
    const int least = 600, most = 40000;
    const double spins = seconds / seconds_of_spin;
    return spins < least ? least : spins > most ? most : (int)spins;
}

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory"); /* waits a little, where yield does nothing */
#endif
}

void rnn_progress_reset(rnn_progress *progress) {
    atomic_init(&progress->value, 0);
    atomic_init(&progress->sleepers, 0);
}

static bool reached(unsigned value, unsigned wanted) {
    return (int)(value - wanted) >= 0; /* values may wrap around */
}

#ifdef __linux__
/* These are from linux/futex.h, which a compiler for another C library than the system's may not
 * see. */
enum { RNN_FUTEX_WAIT = 0 | 128, RNN_FUTEX_WAKE = 1 | 128 };

/* Sleeps unless the value has changed. */
static void sleep_while(rnn_progress *progress, unsigned value) {
    syscall(SYS_futex, &progress->value, RNN_FUTEX_WAIT, value, NULL, NULL, 0);
}

static void wake_all(rnn_progress *progress) {
    syscall(SYS_futex, &progress->value, RNN_FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
#else
static void sleep_while(rnn_progress *progress, unsigned value) {
    (void)progress, (void)value;
    sched_yield();
}

static void wake_all(rnn_progress *progress) {
    (void)progress;
}
#endif

/* The stores to `value` and `sleepers` and the loads of the other one are sequentially consistent:
 * either the sleeper sees the new value, or the one who advances sees the sleeper. */
void rnn_progress_advance(rnn_progress *progress, unsigned value) {
    atomic_store(&progress->value, value);
    if (atomic_load(&progress->sleepers) > 0)
        wake_all(progress);
}

static void wait_asleep(rnn_progress *progress, unsigned wanted) {
    atomic_fetch_add(&progress->sleepers, 1);
    for (;;) {
        unsigned value = atomic_load(&progress->value);
        if (reached(value, wanted))
            break;
        sleep_while(progress, value);
    }
    atomic_fetch_sub(&progress->sleepers, 1);
}

void rnn_progress_wait(rnn_progress *progress, unsigned wanted, int spins) {
    for (int i = 0; i < spins + YIELDS; i++) {
        if (reached(atomic_load_explicit(&progress->value, memory_order_acquire), wanted))
            return;
        if (i < spins)
            relax();
        else
            sched_yield();
    }
    wait_asleep(progress, wanted);
}

void rnn_barrier_reset(rnn_barrier *barrier) {
    atomic_init(&barrier->arrived, 0);
    rnn_progress_reset(&barrier->passed);
}

void rnn_member_meet(const rnn_member *member) {
    if (member->count == 1)
        return;
    rnn_barrier *barrier = member->barrier;
    unsigned before = atomic_load_explicit(&barrier->passed.value, memory_order_relaxed);
    unsigned others = atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel);
    if (others + 1 < (unsigned)member->count) {
        rnn_progress_wait(&barrier->passed, before + 1, member->spins);
        return;
    }
    atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
    rnn_progress_advance(&barrier->passed, before + 1);
}

/* ---- Cores ---------------------------------------------------------------------------------- */

void rnn_taken_cores_reset(rnn_taken_cores *taken) {
    for (size_t i = 0; i < sizeof taken->bits / sizeof *taken->bits; i++)
        atomic_init(&taken->bits[i], 0);
}

#ifdef __linux__
enum { BITS = 64, MOST_CORES = 1024 };

static bool take(rnn_taken_cores *taken, int core) {
    const unsigned long long bit = 1ULL << (core % BITS);
    return (atomic_fetch_or(&taken->bits[core / BITS], bit) & bit) == 0;
}

static bool is_taken(const rnn_taken_cores *taken, int core) {
    return atomic_load(&taken->bits[core / BITS]) >> (core % BITS) & 1;
}

void rnn_take_core(rnn_taken_cores *taken) {
    const int core = sched_getcpu();
    if (core < 0 || core >= MOST_CORES || take(taken, core))
        return;
    cpu_set_t allowed, only;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    for (int other = 0; other < CPU_SETSIZE && other < MOST_CORES; other++) {
        if (!CPU_ISSET(other, &allowed) || is_taken(taken, other) || !take(taken, other))
            continue;
        CPU_ZERO(&only);
        CPU_SET(other, &only);
        if (sched_setaffinity(0, sizeof only, &only) == 0)
            sched_setaffinity(0, sizeof allowed, &allowed);
        return;
    }
}
#else
void rnn_take_core(rnn_taken_cores *taken) {
    (void)taken;
}
#endif
