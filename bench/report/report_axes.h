/* SPDX-License-Identifier: MIT
 * Logarithmic axes of the plots. */
#ifndef BENCH_REPORT_AXES_H
#define BENCH_REPORT_AXES_H

#include <stdio.h>

typedef struct axis_range {
    double low, high;
    int beyond; /* how many values lie outside */
} axis_range;

/* Returns a range that spans the values, which are all above 0. It leaves out the odd value that
 * is far off, which would squeeze the others into a corner of the plot. */
axis_range axis_fit(const double *values, int count);

/* Returns the value, or the end of the axis that it lies beyond. */
double axis_clamp(axis_range range, double value);

/* Each writes the scale, the range and the tics of an axis. `axis` is x or y. */
void axis_decades(FILE *script, char axis, axis_range range);
void axis_doublings(FILE *script, char axis, axis_range range);
void axis_microseconds(FILE *script, char axis, axis_range range);

/* Writes a scale of doublings with a tic at each of these ascending values, on so many pixels.
 * Tics that have no room beside each other go without their number, but the last always has its
 * own. */
void axis_values(FILE *script, char axis, const int *values, int count, double pixels);

/* Writes the titles of both axes, which stand at the same place in all plots, whatever the width
 * of the tics. */
void axis_titles(FILE *script, const char *x, const char *y);

#endif
