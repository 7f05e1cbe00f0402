/* SPDX-License-Identifier: MIT */
#include "bench/report/report_figures.h"

#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdlib.h>

static double gflops_of(const report_row *row) {
    return row->gflops;
}

static double roof_of(const report_row *row) {
    return row->roof;
}

static double error_of(const report_row *row) {
    return row->max_error;
}

static double tolerance_of(const report_row *row) {
    return row->of_tolerance;
}

static double variation_of(const report_row *row) {
    return row->cv;
}

static bool is_of(const report_row *row, int backend) {
    return backend == EVERY_BACKEND || row->backend == backend;
}

/* Collects what is known of the rows in `values`, which has room for all. */
static report_spread spread_of(const report *all, int backend,
                               double (*value_of)(const report_row *row), double *values) {
    int count = 0;
    for (int i = 0; i < all->row_count; i++) {
        const double value = value_of(&all->rows[i]);
        if (is_of(&all->rows[i], backend) && !isnan(value))
            values[count++] = value;
    }
    return (report_spread){count, quantile(values, count, 0), median(values, count),
                           quantile(values, count, 1)};
}

bool report_figures_of(const report *all, int backend, report_figures *figures) {
    double *values = calloc((size_t)all->row_count + 1, sizeof *values);
    *figures = (report_figures){0};
    if (!values)
        return false;
    for (int i = 0; i < all->row_count; i++) {
        const report_row *row = &all->rows[i];
        if (!is_of(row, backend))
            continue;
        figures->timed += !row->row->error;
        figures->failed += row->row->error != NULL;
        figures->unsteady += row->cv > REPORT_MOST_VARIATION;
    }
    figures->gflops = spread_of(all, backend, gflops_of, values);
    figures->roof = spread_of(all, backend, roof_of, values);
    figures->error = spread_of(all, backend, error_of, values);
    figures->of_tolerance = spread_of(all, backend, tolerance_of, values);
    figures->cv = spread_of(all, backend, variation_of, values);
    free(values);
    return true;
}
