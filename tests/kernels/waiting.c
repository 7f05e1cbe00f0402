/* SPDX-License-Identifier: MIT
 *
 * Threads that wait for each other, as kernels/engine/team.c has them, in every order that
 * switching twice from one to another can give. Nobody may be left asleep, and nobody may go on too
 * early. Each operation on what they share is a place to switch at. One thread runs at a time, and
 * sleeping is only pretended, so that the same orders are tried every time and no test can hang. */
#define _GNU_SOURCE /* as team.c does */
#include "kernels/engine/team.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_THREADS = 3, ROUNDS = 3, SWITCHES = 2, MOST_STEPS = 400 };

/* ---- Turns -------------------------------------------------------------------------------------
 */

typedef enum what_it_does { RUNS, SLEEPS, HAS_ENDED } what_it_does;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
    int threads, turn; /* `turn` says whose turn it is */
    what_it_does does[MOST_THREADS];
    const void *sleeps_at[MOST_THREADS];
    int steps, switch_at[SWITCHES]; /* of all threads together */
    int wakings;
} now;
static _Thread_local int me = -1; /* -1: outside of a scenario */

static const char *tried;

static void fail_here(const char *what) {
    printf("FAILED %s, switched after steps %d and %d: %s\n", tried, now.switch_at[0],
           now.switch_at[1], what);
    fflush(stdout);
    _exit(1);
}

static void must(bool holds, const char *what) {
    if (!holds)
        fail_here(what);
}

/* Is called with the lock held. It gives the turn to the next thread that runs, or to nobody where
 * all have ended. */
static void pass_turn(void) {
    int ended = 0;
    for (int i = 1; i <= now.threads; i++) {
        const int next = (now.turn + i) % now.threads;
        if (now.does[next] == RUNS) {
            now.turn = next;
            pthread_cond_broadcast(&changed);
            return;
        }
        ended += now.does[next] == HAS_ENDED;
    }
    must(ended == now.threads, "all who have not ended are asleep");
}

static void wait_for_turn(void) {
    while (now.turn != me || now.does[me] != RUNS)
        pthread_cond_wait(&changed, &lock);
}

static void step(void) {
    if (me < 0)
        return;
    pthread_mutex_lock(&lock);
    must(++now.steps < MOST_STEPS, "there is no end");
    for (int i = 0; i < SWITCHES; i++)
        if (now.steps == now.switch_at[i]) {
            pass_turn();
            wait_for_turn();
        }
    pthread_mutex_unlock(&lock);
}

/* ---- What team.c calls -------------------------------------------------------------------------
 */

static long sleep_at(const atomic_uint *value, unsigned expected) {
    step();
    pthread_mutex_lock(&lock);
    const bool sleeps = atomic_load(value) == expected;
    if (sleeps) {
        now.does[me] = SLEEPS;
        now.sleeps_at[me] = value;
        pass_turn();
        wait_for_turn();
    }
    pthread_mutex_unlock(&lock);
    errno = EAGAIN;
    return sleeps ? 0 : -1;
}

static long wake_at(const atomic_uint *value, int most) {
    int woken = 0;
    pthread_mutex_lock(&lock);
    now.wakings++;
    for (int i = 0; i < now.threads && woken < most; i++)
        if (now.does[i] == SLEEPS && now.sleeps_at[i] == value) {
            now.does[i] = RUNS;
            woken++;
        }
    pthread_mutex_unlock(&lock);
    step();
    return woken;
}

/* Pretends the system call futex, and no other. */
static long pretended_syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    const atomic_uint *value = va_arg(arguments, const atomic_uint *);
    const int operation = va_arg(arguments, int);
    const unsigned argument = va_arg(arguments, unsigned);
    va_end(arguments);
    must(number == SYS_futex, "another system call than futex");
    if (operation == FUTEX_WAIT_PRIVATE)
        return sleep_at(value, argument);
    must(operation == FUTEX_WAKE_PRIVATE, "another operation of futex");
    return wake_at(value, (int)argument);
}

static int no_yield(void) {
    return 0;
}

/* What the last step looked at, if that was a look. */
static _Thread_local const atomic_uint *looked_at;

static unsigned load(const atomic_uint *value) {
    step();
    looked_at = NULL;
    return atomic_load(value);
}

/* Looking again and again, as a thread that spins does, is one step. */
static unsigned look(const atomic_uint *value) {
    if (looked_at != value)
        step();
    looked_at = value;
    return atomic_load(value);
}

static unsigned long long load_bits(const atomic_ullong *value) {
    return atomic_load(value);
}

static void store(atomic_uint *value, unsigned to) {
    step();
    looked_at = NULL;
    atomic_store(value, to);
}

static unsigned add(atomic_uint *value, unsigned more) {
    step();
    looked_at = NULL;
    return atomic_fetch_add(value, more);
}

#undef atomic_init
#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_fetch_add
#undef atomic_fetch_sub
#undef atomic_fetch_add_explicit
#define atomic_init(value, to) (*(value) = (to))
#define atomic_load(value)                                                                         \
    _Generic((value),                                                                              \
        const atomic_ullong *: load_bits,                                                          \
        atomic_ullong *: load_bits,                                                                \
        default: load)(value)
#define atomic_load_explicit(value, order)            look(value)
#define atomic_store(value, to)                       store(value, to)
#define atomic_store_explicit(value, to, order)       store(value, to)
#define atomic_fetch_add(value, more)                 add(value, more)
#define atomic_fetch_sub(value, less)                 add(value, 0u - (less))
#define atomic_fetch_add_explicit(value, more, order) add(value, more)
#define syscall                                       pretended_syscall
#define sched_yield                                   no_yield
#include "kernels/engine/team.c"

/* ---- Scenarios ---------------------------------------------------------------------------------
 */

typedef struct scenario {
    const char *name;
    int threads;
    void (*prepare)(void);
    void (*run)(int thread);
    void (*check)(void);
} scenario;

static rnn_progress progress;
static rnn_barrier barrier;
static int arrived_in_round[MOST_THREADS]; /* the last meeting that each thread has come to */
static unsigned reached_value;

static void prepare_progress(void) {
    rnn_progress_reset(&progress);
    reached_value = 0;
}

static void advance_to(unsigned value) {
    reached_value = value;
    rnn_progress_advance(&progress, value);
}

static void wait_for(unsigned value) {
    rnn_progress_wait(&progress, value, 0);
    must((int)(reached_value - value) >= 0, "a thread goes on before what it waits for");
}

static void nobody_is_counted_asleep(void) {
    must(progress.sleepers == 0 && barrier.passed.sleepers == 0,
         "one who goes on counts as asleep");
}

static void one_advance(int thread) {
    if (thread == 0)
        advance_to(1);
    else
        wait_for(1);
}

static void steps_of_a_wavefront(int thread) {
    for (unsigned value = 1; value <= ROUNDS; value++)
        if (thread == 0)
            advance_to(value);
        else
            wait_for(value);
}

/* A thread that waits looks at fewer values than there are. */
static void steps_in_chunks(int thread) {
    for (unsigned value = 1; value <= 2 * ROUNDS; value++)
        if (thread == 0)
            advance_to(value);
        else if (value % 2 == 0)
            wait_for(value);
}

static void prepare_wrapping(void) {
    prepare_progress();
    me = -1;
    advance_to(UINT_MAX - 1);
}

static void values_that_wrap(int thread) {
    for (unsigned value = UINT_MAX; value != 2; value++)
        if (thread == 0)
            advance_to(value);
        else
            wait_for(value);
}

static void prepare_barrier(void) {
    rnn_progress_reset(&progress);
    rnn_barrier_reset(&barrier);
    for (int i = 0; i < MOST_THREADS; i++)
        arrived_in_round[i] = 0;
}

static void meetings(int thread) {
    const rnn_member member = {thread, now.threads, &barrier, 0};
    for (int round = 1; round <= ROUNDS; round++) {
        arrived_in_round[thread] = round;
        rnn_member_meet(&member);
        for (int i = 0; i < now.threads; i++)
            must(arrived_in_round[i] >= round, "a member goes on before another one has come");
    }
}

static const scenario scenarios[] = {
    {"one advance", 2, prepare_progress, one_advance, nobody_is_counted_asleep},
    {"one advance, two who wait", 3, prepare_progress, one_advance, nobody_is_counted_asleep},
    {"steps of a wavefront", 2, prepare_progress, steps_of_a_wavefront, nobody_is_counted_asleep},
    {"steps in chunks", 3, prepare_progress, steps_in_chunks, nobody_is_counted_asleep},
    {"values that wrap", 2, prepare_wrapping, values_that_wrap, nobody_is_counted_asleep},
    {"meetings of two", 2, prepare_barrier, meetings, nobody_is_counted_asleep},
    {"meetings of three", 3, prepare_barrier, meetings, nobody_is_counted_asleep},
};

/* ---- All orders --------------------------------------------------------------------------------
 */

static const scenario *current;

static void *run_thread(void *index) {
    me = *(const int *)index;
    pthread_mutex_lock(&lock);
    wait_for_turn();
    pthread_mutex_unlock(&lock);
    current->run(me);
    pthread_mutex_lock(&lock);
    now.does[me] = HAS_ENDED;
    pass_turn();
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Returns how many steps it took. */
static int run_once(int first, int second_switch) {
    static const int indices[MOST_THREADS] = {0, 1, 2};
    pthread_t threads[MOST_THREADS];
    now.threads = current->threads;
    now.turn = now.steps = 0;
    now.switch_at[0] = first;
    now.switch_at[1] = second_switch;
    for (int i = 0; i < now.threads; i++)
        now.does[i] = RUNS;
    current->prepare();
    for (int i = 0; i < now.threads; i++)
        if (pthread_create(&threads[i], NULL, run_thread, (void *)(uintptr_t)&indices[i]) != 0)
            fail_here("pthread_create");
    for (int i = 0; i < now.threads; i++)
        pthread_join(threads[i], NULL);
    current->check();
    return now.steps;
}

int main(void) {
    int orders = 0;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        current = &scenarios[i];
        tried = current->name;
        /* A switch that comes after the last step is none. */
        for (int first = 0, steps = 0; first <= steps; first++)
            for (int second_switch = first; second_switch <= steps + 1; second_switch++, orders++)
                steps = run_once(first, second_switch);
    }
    printf("%d orders, %d wakings\n", orders, now.wakings);
    must(now.wakings > 0, "nobody was ever asleep");
    return 0;
}
