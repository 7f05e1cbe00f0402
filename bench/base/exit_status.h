/* SPDX-License-Identifier: MIT
 * What the program says by how it ends. */
#ifndef BENCH_EXIT_STATUS_H
#define BENCH_EXIT_STATUS_H

typedef enum exit_status {
    EXIT_FINE = 0,
    EXIT_WRONG = 1, /* a result is wrong, or something could not be done: of gate, only a verdict */
    EXIT_USAGE = 2, /* or an input that cannot be read; of gate, also what could not be done */
    EXIT_NOT_COMPARABLE = 3,
    EXIT_INTERRUPTED = 130
} exit_status;

#endif
