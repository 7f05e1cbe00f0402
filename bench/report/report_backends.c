/* SPDX-License-Identifier: MIT
 * Accuracy and noise of the backends. */
#include "bench/report/report_axes.h"
#include "bench/report/report_figures.h"
#include "bench/report/report_html.h"
#include "bench/report/report_section.h"

#include <math.h>
#include <stdlib.h>

/* ---- Clouds of all rows ---------------------------------------------------------------------- */

typedef bool point_of(const report_row *row, double *x, double *y);

static bool accuracy_point(const report_row *row, double *x, double *y) {
    *x = row->gflops;
    *y = row->max_error;
    return *x > 0 && *y > 0;
}

static bool noise_point(const report_row *row, double *x, double *y) {
    *x = 1e6 * row->row->median;
    *y = 100 * row->cv;
    return !row->row->error && *y > 0;
}

typedef struct cloud {
    point_of *point;
    int count;
    axis_range x, y;
} cloud;

/* `count` is 0 where no row has a point, or there is no memory. */
static cloud fit_cloud(const report *all, point_of *point) {
    cloud c = {.point = point};
    double *x = calloc((size_t)all->row_count + 1, sizeof *x);
    double *y = calloc((size_t)all->row_count + 1, sizeof *y);
    for (int i = 0; x && y && i < all->row_count; i++)
        c.count += point(&all->rows[i], &x[c.count], &y[c.count]);
    if (c.count) {
        c.x = axis_fit(x, c.count);
        c.y = axis_fit(y, c.count);
    }
    free(x);
    free(y);
    return c;
}

/* Points of the first backends are drawn last, so that they lie above the others. */
static void write_cloud(FILE *script, const report *all, const cloud *c) {
    int parts = 0;
    bool has_points[REPORT_MAX_BACKENDS] = {false};
    for (int b = 0; b < all->backend_count; b++) {
        fprintf(script, "$b%d << EOD\n", b);
        for (int i = 0; i < all->row_count; i++) {
            double x, y;
            if (all->rows[i].backend != b || !c->point(&all->rows[i], &x, &y))
                continue;
            has_points[b] = true;
            fprintf(script, "%.4g %.3g\n", axis_clamp(c->x, x), axis_clamp(c->y, y));
        }
        fputs("EOD\n", script);
    }
    for (int b = all->backend_count - 1; b >= 0; b--)
        if (has_points[b])
            plots_part(script, &parts, b, "using 1:2 with points pt 7 ps 0.4",
                       all->backends[b].style);
    fputc('\n', script);
}

static const plot_group accuracy = {.nothing = "No row has an error."},
                        noise = {.nothing = "No row has several repetitions."};

/* Begins the plot of a cloud. Returns NULL where it has no points, or there is no memory. */
static FILE *begin_cloud(plot_list *plots, const plot_group *group, const cloud *c,
                         const char *title, const char *description) {
    char full_title[120];
    const int beyond = c->x.beyond + c->y.beyond;
    snprintf(full_title, sizeof full_title, beyond ? "%s; %d values lie beyond the edges" : "%s",
             title, beyond);
    return c->count ? plots_begin(plots, group, full_title, description) : NULL;
}

static void plot_accuracy(plot_list *plots, const report *all) {
    const cloud c = fit_cloud(all, accuracy_point);
    char description[200];
    snprintf(description, sizeof description,
             "Largest error over GFLOP/s of %d rows, both axes logarithmic. The table of the "
             "backends has median and largest error of each.",
             c.count);
    FILE *script = begin_cloud(plots, &accuracy, &c, "Error over speed", description);
    if (!script)
        return;
    axis_decades(script, 'x', c.x);
    axis_decades(script, 'y', c.y);
    axis_titles(script, "GFLOP/s", "error");
    write_cloud(script, all, &c);
}

static void plot_noise(plot_list *plots, const report *all) {
    const cloud c = fit_cloud(all, noise_point);
    char description[200];
    snprintf(description, sizeof description,
             "Coefficient of variation over median time of %d rows, both axes logarithmic, with a "
             "line at %.0f%%. The table of the backends has their medians.",
             c.count, 100 * REPORT_MOST_VARIATION);
    FILE *script = begin_cloud(plots, &noise, &c, "Variation over time", description);
    if (!script)
        return;
    axis_microseconds(script, 'x', c.x);
    axis_decades(script, 'y', c.y);
    axis_titles(script, "median time", "cv in %");
    fprintf(script,
            "set arrow from graph 0, first %g to graph 1, first %g nohead front " PLOT_INK
            " lw 1\n",
            100 * REPORT_MOST_VARIATION, 100 * REPORT_MOST_VARIATION);
    write_cloud(script, all, &c);
}

static void plot_trust(plot_list *plots, const report *all) {
    plot_accuracy(plots, all);
    plot_noise(plots, all);
}

/* ---- The same as figures --------------------------------------------------------------------- */

static void write_cell(FILE *to, void (*write)(FILE *to, double value), double value) {
    fputs("<td class=\"n\">", to);
    write(to, value);
    fputs("</td>", to);
}

static void write_gflops(FILE *to, double value) {
    html_number(to, "%.1f", value);
}

static void write_error(FILE *to, double value) {
    html_number(to, "%.1e", value);
}

static void write_backend(FILE *to, const report *all, int backend, const report_figures *f) {
    fputs("<tr><th scope=\"row\">", to);
    html_mark(to, all->backends[backend].style);
    html_text(to, all->backends[backend].name);
    fprintf(to, "</th><td class=\"n\">%d</td><td class=\"n\">%d</td>", f->timed, f->failed);
    write_cell(to, write_gflops, f->gflops.median);
    write_cell(to, write_gflops, f->gflops.most);
    write_cell(to, html_percent, f->roof.median);
    write_cell(to, html_percent, f->roof.most);
    write_cell(to, write_error, f->error.median);
    write_cell(to, write_error, f->error.most);
    write_cell(to, html_percent, f->cv.median);
    write_cell(to, html_percent, f->cv.count ? (double)f->unsteady / f->cv.count : NAN);
    fputs("</tr>\n", to);
}

static void write_backends(FILE *to, const report *all) {
    report_figures figures;
    fputs("<div class=\"scroll\"><table>\n<thead>\n<tr><th rowspan=\"2\" scope=\"col\">backend</th>"
          "<th colspan=\"2\" scope=\"colgroup\">rows</th>"
          "<th colspan=\"2\" scope=\"colgroup\">GFLOP/s</th>"
          "<th colspan=\"2\" scope=\"colgroup\">roof</th>"
          "<th colspan=\"2\" scope=\"colgroup\">error</th>"
          "<th colspan=\"2\" scope=\"colgroup\">cv</th></tr>\n<tr>",
          to);
    static const html_column columns[] = {
        {"timed", true}, {"failed", true}, {"median", true}, {"best", true},   {"median", true},
        {"best", true},  {"median", true}, {"worst", true},  {"median", true}, {"above 10%", true}};
    html_headings(to, columns, sizeof columns / sizeof *columns);
    fputs("</tr></thead>\n<tbody>\n", to);
    for (int b = 0; b < all->backend_count; b++)
        if (report_figures_of(all, b, &figures))
            write_backend(to, all, b, &figures);
    fputs("</tbody></table></div>\n", to);
}

static void write_trust(const page *p) {
    fputs("<p>The error is the largest difference from the oracle, divided by 1 + |expected|; 0 is "
          "not drawn. The cv is the standard deviation of the repetitions divided by their mean: "
          "above 10% the machine was busy.</p>\n",
          p->to);
    page_legend(p);
    fputs("<div class=\"plots\">\n", p->to);
    page_plots(p, &accuracy);
    page_plots(p, &noise);
    fputs("</div>\n", p->to);
    write_backends(p->to, p->all);
}

const report_section section_trust = {.title = "Accuracy and noise",
                                      .link = "Accuracy and noise",
                                      .plot = plot_trust,
                                      .write = write_trust};
