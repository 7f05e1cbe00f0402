/* SPDX-License-Identifier: MIT
 * Tells on stderr how far a long command is: by one line that is rewritten on a terminal, and by
 * plain lines in a pipe. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>

typedef struct progress_bar {
    bool terminal;
    double start, last; /* when it began and was last shown, in seconds by the clock */
    double done, total; /* what is over and what there is, in any unit of cost */
} progress_bar;

void progress_start(progress_bar *progress, double total);

/* Says that `done` of the total cost is over, and what is being done now. On a terminal this is
 * shown ten times a second at most, in a pipe as a line every ten seconds. */
void progress_show(progress_bar *progress, double done, const char *what);

/* Prints a line in a pipe without waiting for the ten seconds. A terminal shows nothing of it. */
void progress_line(progress_bar *progress, double done, const char *what);

/* Takes the line off the terminal, before anything else is printed. */
void progress_clear(const progress_bar *progress);

#endif
