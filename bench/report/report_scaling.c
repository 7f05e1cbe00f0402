/* SPDX-License-Identifier: MIT
 * GFLOP/s over threads, timesteps and batch. Each family has one plot, of the problem with the
 * most values along that axis. */
#include "bench/report/report_axes.h"
#include "bench/report/report_family.h"
#include "bench/report/report_section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_COUNT = 5, THREADS = 0, STEPS, BATCH, UNITS, FEATURES, MOST_FAMILIES = 12 };

typedef struct sizes {
    int of[SIZE_COUNT];
} sizes;

static sizes sizes_of(const report *all, const report_row *row) {
    const report_problem *p = &all->problems[row->problem];
    return (sizes){{row->row->threads, p->T, p->N, p->U, p->D == p->U ? 0 : p->D}};
}

static const struct scaling {
    int axis;
    const char *label, *title;
    int preferred[SIZE_COUNT]; /* the nearest of equally long series is shown */
    plot_group group;
} scalings[] = {
    {THREADS,
     "threads",
     "Over threads",
     {0, 32, 32, 512, 1},
     {true, "No problem was measured on several numbers of threads."}},
    {STEPS,
     "timesteps T",
     "Over timesteps",
     {1, 0, 8, 128, 1},
     {true, "No problem was measured with several numbers of timesteps."}},
    {BATCH,
     "batch N",
     "Over batch",
     {1, 32, 0, 256, 1},
     {true, "No problem was measured with several batch sizes."}},
};
enum { SCALING_COUNT = sizeof scalings / sizeof *scalings };

/* ---- Which problem --------------------------------------------------------------------------- */

typedef struct series {
    sizes fixed; /* the sizes that stay, with 0 at the axis */
    int value;   /* the size on the axis */
    int row;
} series;

static int by_fixed_sizes(const void *a, const void *b) {
    const series *x = a, *y = b;
    for (int k = 0; k < SIZE_COUNT; k++)
        if (x->fixed.of[k] != y->fixed.of[k])
            return x->fixed.of[k] < y->fixed.of[k] ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->row - y->row;
}

static double distance(const struct scaling *scaling, const sizes *fixed) {
    double sum = 0;
    for (int k = 0; k < SIZE_COUNT; k++)
        if (k != scaling->axis && k != FEATURES)
            sum += fabs(log2((double)fixed->of[k] / scaling->preferred[k]));
    return sum + (fixed->of[FEATURES] != 0);
}

/* Lists all rows of the family, with those side by side that differ on the axis alone. */
static int list_series(const report *all, const struct scaling *scaling, int family, series *list) {
    int count = 0;
    for (int i = 0; i < all->row_count; i++) {
        const report_problem *p = &all->problems[all->rows[i].problem];
        if (p->family != family || !p->single || !(all->rows[i].gflops > 0))
            continue;
        series *added = &list[count++];
        *added = (series){.fixed = sizes_of(all, &all->rows[i]), .row = i};
        added->value = added->fixed.of[scaling->axis];
        added->fixed.of[scaling->axis] = 0;
    }
    qsort(list, (size_t)count, sizeof *list, by_fixed_sizes);
    return count;
}

/* Finds where the longest series starts, and returns its number of rows. Of equally long ones it
 * takes the nearest to what is preferred. Returns 0 where none has two values. */
static int find_longest(const struct scaling *scaling, const series *list, int count, int *start) {
    int length = 0, most = 1;
    double nearest = INFINITY;
    for (int i = 0; i < count;) {
        int end = i, values = 0;
        for (; end < count && memcmp(&list[i].fixed, &list[end].fixed, sizeof list[i].fixed) == 0;
             end++)
            values += end == i || list[end].value != list[end - 1].value;
        const double away = distance(scaling, &list[i].fixed);
        if (values > 1 && (values > most || (values == most && away < nearest))) {
            most = values;
            nearest = away;
            *start = i;
            length = end - i;
        }
        i = end;
    }
    return length;
}

/* ---- The plot -------------------------------------------------------------------------------- */

static void write_data(FILE *script, const report *all, const series *list, int count,
                       int backend) {
    fprintf(script, "$b%d << EOD\n", backend);
    for (int i = 0; i < count; i++) {
        const report_row *row = &all->rows[list[i].row];
        const double flops = row->gflops * row->row->median;
        if (row->backend == backend)
            fprintf(script, "%d %.4g %.4g %.4g\n", list[i].value, row->gflops, flops / row->high,
                    flops / row->low);
    }
    fputs("EOD\n", script);
}

static bool has_backend(const report *all, const series *list, int count, int backend) {
    for (int i = 0; i < count; i++)
        if (all->rows[list[i].row].backend == backend)
            return true;
    return false;
}

/* Returns the range of GFLOP/s that the bars span. */
static axis_range find_range(const report *all, const series *list, int count) {
    axis_range range = {INFINITY, 0, 0};
    for (int i = 0; i < count; i++) {
        const report_row *row = &all->rows[list[i].row];
        const double flops = row->gflops * row->row->median;
        range.low = fmin(range.low, flops / row->high);
        range.high = fmax(range.high, flops / row->low);
    }
    range.low /= 1.3;
    range.high *= 1.3;
    return range;
}

static void write_tics(FILE *script, const series *list, int count) {
    int *values = calloc((size_t)count, sizeof *values), found = 0;
    for (int i = 0; values && i < count; i++)
        if (i == 0 || list[i].value != list[i - 1].value)
            values[found++] = list[i].value;
    if (found)
        axis_values(script, 'x', values, found, (PLOT_RIGHT - SMALL_PLOT_LEFT) * SMALL_PLOT_WIDTH);
    free(values);
}

static void write_lines(FILE *script, const report *all, const series *list, int count) {
    static const char *const hows[] = {"using 1:2 with lines lw 1.2",
                                       "using 1:3:(0):($4-$3) with vectors nohead lw 1.6",
                                       "using 1:2 with points pt 7 ps 0.8"};
    int parts = 0;
    for (int b = 0; b < all->backend_count; b++)
        if (has_backend(all, list, count, b))
            write_data(script, all, list, count, b);
    for (int b = all->backend_count - 1; b >= 0; b--) { /* the first lie above */
        if (!has_backend(all, list, count, b))
            continue;
        for (size_t i = 0; i < sizeof hows / sizeof *hows; i++)
            plots_part(script, &parts, b, hows[i], all->backends[b].style);
    }
    fputc('\n', script);
}

static void describe(const report *all, const struct scaling *scaling, int family,
                     const series *list, int count, char *title, char *description, size_t size) {
    static const char *const letters[SIZE_COUNT] = {NULL, "T", "N", "U", "D"};
    const sizes *fixed = &list[0].fixed;
    report_family_title(all, family, title, size / 2);
    size_t used = strlen(title);
    for (int k = 1; k < SIZE_COUNT; k++)
        if (fixed->of[k])
            used += (size_t)snprintf(title + used, size - used, ", %s\xc2\xa0=\xc2\xa0%d",
                                     letters[k], fixed->of[k]);
    if (fixed->of[THREADS])
        snprintf(title + used, size - used, ", %d\xc2\xa0thread%s", fixed->of[THREADS],
                 fixed->of[THREADS] == 1 ? "" : "s");
    snprintf(description, size,
             "GFLOP/s over %s from %d to %d, one line a backend, with bars from the lower to the "
             "upper quartile. Each value is in the table of all rows.",
             scaling->label, list[0].value, list[count - 1].value);
}

static void add_plot(plot_list *plots, const report *all, const struct scaling *scaling, int family,
                     const series *list, int count) {
    char title[240], description[240];
    describe(all, scaling, family, list, count, title, description, sizeof title);
    FILE *script = plots_begin(plots, &scaling->group, title, description);
    if (!script)
        return;
    write_tics(script, list, count);
    axis_decades(script, 'y', find_range(all, list, count));
    axis_titles(script, scaling->label, "GFLOP/s");
    write_lines(script, all, list, count);
}

static void add_plots(plot_list *plots, const report *all, const struct scaling *scaling,
                      series *list) {
    int added = 0;
    for (int family = 0; family < all->family_count && added < MOST_FAMILIES; family++) {
        int start = 0;
        const int count = list_series(all, scaling, family, list);
        const int length = find_longest(scaling, list, count, &start);
        if (length > 0) {
            add_plot(plots, all, scaling, family, list + start, length);
            added++;
        }
    }
}

static void plot_scaling(plot_list *plots, const report *all) {
    series *list = calloc((size_t)all->row_count + 1, sizeof *list);
    for (int i = 0; list && i < SCALING_COUNT; i++)
        add_plots(plots, all, &scalings[i], list);
    free(list);
}

static void write_scaling(const page *p) {
    fputs("<p>GFLOP/s, higher is better; bars from the lower to the upper quartile of the "
          "repetitions. One problem stands for each kind.</p>\n",
          p->to);
    page_legend(p);
    for (int i = 0; i < SCALING_COUNT; i++) {
        fprintf(p->to, "<h3>%s</h3>\n", scalings[i].title);
        page_plots(p, &scalings[i].group);
    }
}

const report_section section_scaling = {
    .title = "Scaling", .link = "Scaling", .plot = plot_scaling, .write = write_scaling};
