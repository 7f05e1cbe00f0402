/* SPDX-License-Identifier: MIT
 *
 * A `rnnbench worker` in a process of its own: lines in, lines of JSON out. It may die or hang
 * without harm to who asks it.
 */
#ifndef BENCH_WORKER_PROCESS_H
#define BENCH_WORKER_PROCESS_H

#include "kernels/rnn.h"

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define WORKER_ANY_CORE (-1)

/* How much faster code runs for where its memory happens to lie must not be one side's luck for the
 * whole of a gate. So each new worker gets this variable with another number of characters: as part
 * of the environment they move its stack, and the worker's copy of them moves its heap, but not
 * what is so large that it has pages of its own. */
#define WORKER_SHIFT_VARIABLE "RNNBENCH_SHIFT"
#define WORKER_MOST_SHIFT     4096

/* Where a worker runs, and how its memory lies. */
typedef struct worker_place {
    int core;
    int shift; /* bytes, below WORKER_MOST_SHIFT, by which its stack and its heap are moved */
} worker_place;

typedef struct worker_process {
    pid_t pid;    /* 0 where there is no process */
    int to, from; /* its standard input and output */
    FILE *errors; /* its standard error, whose last line explains why it ended */
    char *unread; /* what it has answered beyond the lines that were asked for */
    size_t unread_size, unread_capacity;
    const volatile sig_atomic_t *stop;
} worker_process;

typedef enum worker_outcome {
    WORKER_ANSWERED,
    WORKER_REFUSED,    /* it cannot by nature, as a backend lacks the form, which is no failure */
    WORKER_CANNOT,     /* it answered with an error */
    WORKER_GONE,       /* it ended, or answered nonsense and was ended for that */
    WORKER_HUNG,       /* it gave no answer in time, and was ended for that */
    WORKER_INTERRUPTED /* *stop was set */
} worker_outcome;

/* Starts a worker. The words are its command line without the last word, "worker". */
bool worker_start(worker_process *worker, const char *const *words, worker_place place,
                  const volatile sig_atomic_t *stop, rnn_error *error);

/* Sends one line and waits for its answer, which json_decref() frees, until `deadline` by
 * clock_seconds(). */
__attribute__((format(printf, 5, 6))) worker_outcome worker_ask(worker_process *worker,
                                                                json_t **answer, double deadline,
                                                                rnn_error *error,
                                                                const char *format, ...);

/* Waits until none of its threads runs, but for so many seconds at most: a pool of threads spins
 * for a while after its last task. */
void worker_wait_until_asleep(const worker_process *worker, double most);

/* Ends a worker, by force where it has not gone in so many seconds. Accepts one of zeros. */
void worker_stop(worker_process *worker, double seconds);

#endif
