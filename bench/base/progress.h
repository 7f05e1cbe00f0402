/* SPDX-License-Identifier: MIT
 * How far a long command is: one line that is rewritten on a terminal, plain lines in a pipe. All
 * of it goes to stderr. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>

typedef struct progress_bar {
    bool terminal;
    double start, last; /* seconds, by the clock */
    double done, total; /* cost, in any unit */
} progress_bar;

void progress_start(progress_bar *progress, double total);

/* `done` of the total cost is over. Shown ten times a second at most on a terminal, in a pipe as a
 * line every ten seconds. */
void progress_show(progress_bar *progress, double done, const char *what);

/* A line that stays. */
void progress_line(progress_bar *progress, double done, const char *what);

/* Takes the line off the terminal, before anything else is printed. */
void progress_clear(const progress_bar *progress);

#endif
