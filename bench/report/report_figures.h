/* SPDX-License-Identifier: MIT
 * What the rows of a backend come to, in figures. */
#ifndef BENCH_REPORT_FIGURES_H
#define BENCH_REPORT_FIGURES_H

#include "bench/report/report.h"

#define EVERY_BACKEND (-1)

/* The spread of one number over those rows where it is known. It is NAN where none has it. */
typedef struct report_spread {
    int count;
    double least, median, most;
} report_spread;

typedef struct report_figures {
    int timed, failed; /* rows */
    report_spread gflops, roof, error, of_tolerance, cv;
    int unsteady; /* rows whose cv is above REPORT_MOST_VARIATION */
} report_figures;

/* Sums up the rows of a backend, or of EVERY_BACKEND. Returns false where memory runs out. */
bool report_figures_of(const report *all, int backend, report_figures *figures);

#endif
