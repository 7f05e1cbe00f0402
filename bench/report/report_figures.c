/* SPDX-License-Identifier: MIT */
#include "bench/report/report_figures.h"

#include "bench/statistics/statistics.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

static bool is_of(const report_row *row, int backend) {
    return backend == EVERY_BACKEND || row->backend == backend;
}

/* Tells the spread of one number of the rows, which lies `offset` bytes into each. `values` is
 * scratch with room for all rows. */
static report_spread spread_of(const report *all, int backend, size_t offset, double *values) {
    int count = 0;
    for (int i = 0; i < all->row_count; i++) {
        const double value = *(const double *)((const char *)&all->rows[i] + offset);
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
    const struct {
        report_spread *spread;
        size_t offset;
    } numbers[] = {{&figures->gflops, offsetof(report_row, gflops)},
                   {&figures->roof, offsetof(report_row, roof)},
                   {&figures->error, offsetof(report_row, max_error)},
                   {&figures->of_tolerance, offsetof(report_row, of_tolerance)},
                   {&figures->cv, offsetof(report_row, cv)}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i].spread = spread_of(all, backend, numbers[i].offset, values);
    free(values);
    return true;
}
