/* SPDX-License-Identifier: MIT
 * Starts another program, waits for it and ends it. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCESS_NO_FILE (-1) /* a file that reads as empty and takes whatever is written */

typedef struct process_setup {
    const char *const *words; /* the program, which is looked for along PATH, its arguments, NULL */
    int files[3];             /* its standard input, output and error */
    bool own_group; /* it gets a group with its children, so that Ctrl-C ends this program alone */
    void (*prepare)(void *data); /* runs in the new process before its program; may be NULL */
    void *data;
} process_setup;

/* Returns -1 and sets errno where there is no process. One whose program cannot be run says why on
 * its standard error, and ends with status 127 where the program was not found, else with 126. */
pid_t process_start(const process_setup *setup);

/* Waits until it has ended, and sets *status as waitpid() does, or leaves it where nothing is known
 * of how. Returns false at `deadline` by clock_seconds(), or once *stop is set; `stop` may be NULL.
 */
bool process_wait(pid_t pid, double deadline, const volatile sig_atomic_t *stop, int *status);

/* Ends it by force, and with it the group that it has. */
void process_kill(pid_t pid);

/* Writes as in "ended with status 1" or "was ended by signal 11 (Segmentation fault)". */
void process_status_text(int status, char *text, size_t size);

#endif
