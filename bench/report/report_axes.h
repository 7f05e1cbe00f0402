/* SPDX-License-Identifier: MIT
 * Logarithmic axes of the plots. */
#ifndef BENCH_REPORT_AXES_H
#define BENCH_REPORT_AXES_H

#include <stdio.h>

typedef struct axis_range {
    double low, high;
    int beyond; /* values that lie outside */
} axis_range;

/* Spans the values, all above 0, but for the odd one that is far off: it would leave the others a
 * corner of the plot. */
axis_range axis_fit(const double *values, int count);

/* The value, or the end of the axis that it lies beyond. */
double axis_clamp(axis_range range, double value);

/* Scale, range and tics. `axis` is x or y. */
void axis_decades(FILE *script, char axis, axis_range range);
void axis_doublings(FILE *script, char axis, axis_range range);
void axis_microseconds(FILE *script, char axis, axis_range range);

/* A scale of doublings with a tic at each of these values, ascending, on so many pixels; those that
 * have no room beside each other go without their number, the last has its own. */
void axis_values(FILE *script, char axis, const int *values, int count, double pixels);

/* Where all plots have them, whatever the width of the tics. */
void axis_titles(FILE *script, const char *x, const char *y);

#endif
