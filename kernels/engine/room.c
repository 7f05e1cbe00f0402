/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "kernels/engine/room.h"

#include "kernels/rnn.h"

#include <ctype.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

bool rnn_has_room(size_t bytes) {
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped != MAP_FAILED && munmap(mapped, bytes) == 0;
}

/* ---- Threads -------------------------------------------------------------------------------- */

/* Reads a size such as "16M", "512 k" or "100", whose unit is a shift by `usual` where none is
 * named. 0 where the text is no size. */
static size_t stack_size_of(const char *text, int usual) {
    char *unit = NULL;
    const unsigned long long count = text ? strtoull(text, &unit, 10) : 0;
    while (count && isspace((unsigned char)*unit))
        unit++;
    const char letter = (char)(count ? tolower((unsigned char)*unit) : '\0');
    const int shift = letter == 'b'   ? 0
                      : letter == 'k' ? 10
                      : letter == 'm' ? 20
                      : letter == 'g' ? 30
                                      : usual;
    return count <= SIZE_MAX >> shift ? (size_t)(count << shift) : SIZE_MAX;
}

/* Sets the size that the variables ask for or, where the system takes none of them, the system's
 * default; and adds a little. libomp adds that itself, and the system gives a new thread the stack
 * of one that has ended if it is large enough. */
static void set_stack_size(pthread_attr_t *attributes) {
#ifdef __clang__ /* libomp reads the first as bytes */
    static const struct {
        const char *name;
        int shift;
    } settings[] = {{"KMP_STACKSIZE", 0}, {"OMP_STACKSIZE", 10}, {"GOMP_STACKSIZE", 10}};
#else
    static const struct {
        const char *name;
        int shift;
    } settings[] = {{"OMP_STACKSIZE", 10}, {"GOMP_STACKSIZE", 10}};
#endif
    const size_t little = 128 << 10;
    size_t size = 0;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        size = stack_size_of(getenv(settings[i].name), settings[i].shift);
        if (size && pthread_attr_setstacksize(attributes, size) == 0)
            break;
    }
    if (pthread_attr_getstacksize(attributes, &size) == 0)
        pthread_attr_setstacksize(attributes, size + little);
}

static void *wait_for_the_others(void *gate) {
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Starts threads that wait at a gate until the last one is there, and then end. */
static bool start_and_end(int threads, const pthread_attr_t *attributes) {
    const size_t room_beside_stacks = 2 << 20;
    pthread_t ids[RNN_MAX_THREADS];
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    int started = 0;
    pthread_mutex_lock(&gate);
    while (started < threads &&
           pthread_create(&ids[started], attributes, wait_for_the_others, &gate) == 0)
        started++;
    const bool can = started == threads && rnn_has_room(room_beside_stacks);
    pthread_mutex_unlock(&gate);
    while (started > 0)
        pthread_join(ids[--started], NULL);
    return can;
}

bool rnn_can_start(int threads) {
    pthread_attr_t attributes;
    sigset_t all, before;
    if (threads > RNN_MAX_THREADS || pthread_attr_init(&attributes) != 0)
        return false;
    set_stack_size(&attributes);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the caller's signals are not for them */
    int cancel;
    /* A caller that is cancelled would leave the threads behind. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    const bool can = start_and_end(threads, &attributes);
    pthread_setcancelstate(cancel, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return can;
}
