/* SPDX-License-Identifier: MIT */
#include "bench/base/progress.h"

#include "bench/base/clock.h"

#include <stdio.h>
#include <unistd.h>

void progress_start(progress_bar *progress, double total) {
    bool terminal = isatty(STDERR_FILENO) != 0;
    double now = clock_seconds();
    *progress = (struct progress_bar){
        .terminal = terminal, .start = now, .last = terminal ? 0 : now, .total = total};
}

/* Writes as in ", 1m05s left", or "" before anything is done. */
static void left_text(const progress_bar *progress, char *text, size_t size) {
    text[0] = '\0';
    double share = progress->total > 0 ? progress->done / progress->total : 0;
    if (share <= 0)
        return;
    double elapsed = clock_seconds() - progress->start;
    int left = (int)(elapsed * (1 - share) / share + 0.5);
    if (left >= 60)
        snprintf(text, size, ", %dm%02ds left", left / 60, left % 60);
    else
        snprintf(text, size, ", %ds left", left);
}

void progress_show(progress_bar *progress, double done, const char *what) {
    progress->done = done;
    double now = clock_seconds(), interval = progress->terminal ? 0.1 : 10;
    if (now - progress->last < interval)
        return;
    if (!progress->terminal) {
        progress_line(progress, done, what);
        return;
    }
    progress->last = now;
    char left[32];
    left_text(progress, left, sizeof left);
    fprintf(stderr, "\r\033[K%3.0f%%%s  %.100s", 100 * done / progress->total, left, what);
    fflush(stderr);
}

void progress_line(progress_bar *progress, double done, const char *what) {
    progress->done = done;
    if (progress->terminal)
        return;
    progress->last = clock_seconds();
    char left[32];
    left_text(progress, left, sizeof left);
    fprintf(stderr, "%3.0f%%%s  %s\n", 100 * done / progress->total, left, what);
    fflush(stderr);
}

void progress_clear(const progress_bar *progress) {
    if (progress->terminal) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
