/* SPDX-License-Identifier: MIT */
#include "bench/report/report_axes.h"
#include "bench/report/report_labels.h"
#include "bench/report/report_peaks.h"
#include "bench/report/report_section.h"

#include <math.h>
#include <stdlib.h>

/* What the axes of one plot span. */
typedef struct roofline {
    int threads, rows;
    report_peak_names peaks;
    double highest; /* the highest GFLOP/s of a row */
    axis_range x, y;
} roofline;

static double highest_flops(const report *all, const roofline *r) {
    double highest = NAN;
    for (int k = 0; k < r->peaks.flops_count; k++)
        highest = fmax(highest, report_peak(all, r->threads, r->peaks.flops[k].text));
    return highest;
}

static bool is_shown(const report *all, const report_row *row, int threads) {
    return row->row->threads == threads && all->problems[row->problem].family >= 0 &&
           row->gflops > 0;
}

/* `values` has room for all rows. */
static roofline span(const report *all, int threads, double *values) {
    roofline r = {.threads = threads, .peaks = report_find_peaks(all), .x = {INFINITY, 0, 0}};
    for (int i = 0; i < all->row_count; i++) {
        const report_row *row = &all->rows[i];
        if (!is_shown(all, row, threads))
            continue;
        r.x.low = fmin(r.x.low, row->intensity / 1.6);
        r.x.high = fmax(r.x.high, row->intensity * 1.6);
        r.highest = fmax(r.highest, row->gflops);
        values[r.rows++] = row->gflops;
    }
    if (r.rows == 0)
        return r;
    r.y = axis_fit(values, r.rows);
    r.y.beyond = 0;
    for (int i = 0; i < r.rows; i++)
        r.y.beyond += values[i] < r.y.low;
    r.y.high = 1.6 * fmax(r.y.high, fmax(r.highest, highest_flops(all, &r)));
    return r;
}

/* Returns the intensity moved sideways a little, so that backends of one intensity lie beside
 * each other. */
static double beside(const report *all, int backend, double intensity) {
    const double place = (backend + 0.5) / all->backend_count - 0.5;
    return intensity * exp2(0.6 * place);
}

static void write_points(FILE *script, const report *all, const roofline *r, int backend) {
    fprintf(script, "$b%d << EOD\n", backend);
    for (int i = 0; i < all->row_count; i++) {
        const report_row *row = &all->rows[i];
        if (row->backend == backend && is_shown(all, row, r->threads))
            fprintf(script, "%.4g %.4g\n", beside(all, backend, row->intensity),
                    axis_clamp(r->y, row->gflops));
    }
    fputs("EOD\n", script);
}

static void write_line(FILE *script, double x0, double y0, double x1, double y1) {
    fprintf(script, "set arrow from %.5g,%.5g to %.5g,%.5g nohead back " PLOT_MUTED " lw 1\n", x0,
            y0, x1, y1);
}

#define LABEL_FONT 10
#define LABEL      "textcolor rgb \"#000002\" font \",10\"\n"

#define RIGHT 0.87 /* the right end of the axes, as a share of the width */

/* The size of the area between the axes in pixels. Names of lines stand on its right. */
static const double inner_width = (RIGHT - PLOT_LEFT) * PLOT_WIDTH,
                    inner_height = (PLOT_TOP - PLOT_BOTTOM) * PLOT_HEIGHT;

static double along(axis_range range, double pixels, double value) {
    return pixels * log(value / range.low) / log(range.high / range.low);
}

static double value_along(axis_range range, double pixels, double at) {
    return range.low * pow(range.high / range.low, at / pixels);
}

/* The names of the lines. Lines that end at the highest peak have their names above it, and
 * lines that leave the plot on the right have theirs there. */
typedef struct line_names {
    plot_label above[REPORT_MOST_PEAKS], beside[2 * REPORT_MOST_PEAKS];
    int above_count, beside_count;
} line_names;

static void name_above(line_names *names, const roofline *r, const char *name, double x) {
    names->above[names->above_count] = (plot_label){
        name, along(r->x, inner_width, x), label_width(name, LABEL_FONT) + 3, names->above_count};
    names->above_count++;
}

/* Of lines of one height the first has its name above the others. */
static void name_beside(line_names *names, const roofline *r, const char *name, double y) {
    names->beside[names->beside_count] = (plot_label){
        name, along(r->y, inner_height, y), label_height(LABEL_FONT), -names->beside_count};
    names->beside_count++;
}

static void write_reads(FILE *script, const report *all, const roofline *r, double highest,
                        line_names *names) {
    for (int k = 0; k < r->peaks.reads_count; k++) {
        const double reads = report_peak(all, r->threads, r->peaks.reads[k].text);
        const double start = fmax(r->x.low, r->y.low / reads);
        const double end = fmin(highest / reads, r->x.high);
        if (isnan(reads) || end <= start)
            continue;
        write_line(script, start, start * reads, end, end * reads);
        if (end < r->x.high)
            name_above(names, r, r->peaks.reads[k].text, end);
        else
            name_beside(names, r, r->peaks.reads[k].text, end * reads);
    }
}

static void write_flops(FILE *script, const report *all, const roofline *r, line_names *names) {
    for (int k = r->peaks.flops_count - 1; k >= 0; k--) {
        const double flops = report_peak(all, r->threads, r->peaks.flops[k].text);
        if (isnan(flops) || flops < r->y.low)
            continue;
        write_line(script, r->x.low, flops, r->x.high, flops);
        name_beside(names, r, r->peaks.flops[k].text, flops);
    }
}

static void write_names(FILE *script, const roofline *r, double highest, line_names *names) {
    labels_apart(names->above, names->above_count, 2, inner_width);
    for (int i = 0; i < names->above_count; i++)
        fprintf(script, "set label \"%s\" at %.5g,%.5g center offset 0,0.6 front " LABEL,
                names->above[i].text, value_along(r->x, inner_width, names->above[i].middle),
                highest);
    labels_apart(names->beside, names->beside_count, 0, inner_height);
    for (int i = 0; i < names->beside_count; i++)
        fprintf(script, "set label \"%s\" at %.5g,%.5g left offset 0.5,0 front " LABEL,
                names->beside[i].text, r->x.high,
                value_along(r->y, inner_height, names->beside[i].middle));
}

static void write_roofs(FILE *script, const report *all, const roofline *r) {
    const double peak = highest_flops(all, r), highest = isnan(peak) ? r->highest : peak;
    line_names names = {.above_count = 0};
    write_flops(script, all, r, &names);
    write_reads(script, all, r, highest, &names);
    write_names(script, r, highest, &names);
}

static void write_plot_command(FILE *script, const report *all, int threads) {
    int parts = 0;
    for (int b = 0; b < all->backend_count; b++) {
        bool any = false;
        for (int i = 0; i < all->row_count && !any; i++)
            any = all->rows[i].backend == b && is_shown(all, &all->rows[i], threads);
        if (any)
            plots_part(script, &parts, b, "using 1:2 with points pt 7 ps 0.4",
                       all->backends[b].style);
    }
    fputc('\n', script);
}

static const plot_group rooflines = {.nothing = "No row is named as a problem of rnnbench."};

static void add_plot(plot_list *plots, const report *all, const roofline *r) {
    char title[80], description[240], beyond[48] = "";
    if (r->y.beyond)
        snprintf(beyond, sizeof beyond, "; %d rows lie below the lower edge", r->y.beyond);
    snprintf(title, sizeof title, "%d thread%s%s", r->threads, r->threads == 1 ? "" : "s", beyond);
    snprintf(description, sizeof description,
             "GFLOP/s of %d rows over FLOP per byte of weights, both axes logarithmic, under the "
             "lines of measured reads and multiply-adds. Highest: %.3g GFLOP/s.",
             r->rows, r->highest);
    FILE *script = plots_begin(plots, &rooflines, title, description);
    if (!script)
        return;
    axis_doublings(script, 'x', r->x);
    axis_decades(script, 'y', r->y);
    axis_titles(script, "FLOP per byte of weights", "GFLOP/s");
    fprintf(script, "set rmargin at screen %g\n", RIGHT);
    write_roofs(script, all, r);
    for (int b = 0; b < all->backend_count; b++)
        write_points(script, all, r, b);
    write_plot_command(script, all, r->threads);
}

static void plot_rooflines(plot_list *plots, const report *all) {
    enum { MOST = 12 };
    double *values = calloc((size_t)all->row_count + 1, sizeof *values);
    for (int i = 0; values && i < all->thread_count && i < MOST; i++) {
        const roofline r = span(all, all->threads[i], values);
        if (r.rows > 0)
            add_plot(plots, all, &r);
    }
    free(values);
}

static void write_roofline(const page *p) {
    fputs("<p>Every row by the work it does on each byte of weights that it reads, the recurrent "
          "ones at every timestep, under what the machine was measured to allow: level lines are "
          "multiply-adds of a set of instructions, slanted ones reads from a cache or from memory. "
          "A row above a slanted line has its weights in a faster memory.</p>\n",
          p->to);
    page_uncounted(p);
    page_legend(p);
    page_plots(p, &rooflines);
}

const report_section section_roofline = {
    .title = "Roofline", .link = "Roofline", .plot = plot_rooflines, .write = write_roofline};
