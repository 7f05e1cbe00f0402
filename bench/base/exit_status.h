/* SPDX-License-Identifier: MIT
 * What the program says by the status that it ends with. `rnnbench gate` gives 1 a narrower meaning
 * than the other commands, so that a CI job can rely on it. */
#ifndef BENCH_EXIT_STATUS_H
#define BENCH_EXIT_STATUS_H

typedef enum exit_status {
    EXIT_FINE = 0,
    /* A result is wrong, or something could not be done. Of `gate` it is a verdict and nothing
     * else: a row is slower or wrong. */
    EXIT_WRONG = 1,
    /* The command line is refused, or an input cannot be read. Of `gate` it is also whatever could
     * not be done. */
    EXIT_USAGE = 2,
    /* Two things were to be compared that do not go together. */
    EXIT_NOT_COMPARABLE = 3,
    /* The user ended the command; what was measured until then is kept. */
    EXIT_INTERRUPTED = 130
} exit_status;

#endif
