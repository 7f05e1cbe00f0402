/* SPDX-License-Identifier: MIT */
#include "report_sections.h"

#include <math.h>
#include <string.h>

/* What the axes of one plot span, and the roofs over it. */
typedef struct roofline {
    int threads;
    int rows;
    double low_x, high_x, low_y, high_y;
} roofline;

static const char *const fma_names[] = {"avx512", "avx2", "baseline"};
static const char *const read_names[] = {"L1", "L2", "L3", "DRAM"};
enum { FMA_COUNT = 3, READ_COUNT = 4 };

static double highest_flops(const report *all, int threads) {
    double highest = NAN;
    for (int k = 0; k < FMA_COUNT; k++)
        highest = fmax(highest, report_peak(all, threads, fma_names[k]));
    return highest;
}

static bool is_shown(const report *all, const report_row *row, int threads) {
    return row->row->threads == threads && all->problems[row->problem].family >= 0 &&
           row->gflops > 0;
}

static roofline span(const report *all, int threads) {
    roofline r = {.threads = threads, .low_x = INFINITY, .low_y = INFINITY};
    for (int i = 0; i < all->row_count; i++) {
        const report_row *row = &all->rows[i];
        if (!is_shown(all, row, threads))
            continue;
        const double intensity = all->problems[row->problem].intensity;
        r.low_x = fmin(r.low_x, intensity);
        r.high_x = fmax(r.high_x, intensity);
        r.low_y = fmin(r.low_y, row->gflops);
        r.high_y = fmax(r.high_y, row->gflops);
        r.rows++;
    }
    r.low_x *= 0.6;
    r.high_x *= 1.6;
    r.low_y = pow(10, floor(log10(r.low_y)));
    r.high_y = 1.8 * fmax(r.high_y, fmax(r.high_y, highest_flops(all, threads)));
    return r;
}

/* Moved sideways a little, so that the backends of one intensity lie beside each other. */
static double beside(const report *all, int backend, double intensity) {
    const double place = (backend + 0.5) / all->backend_count - 0.5;
    return intensity * exp2(0.6 * place);
}

static void write_points(FILE *script, const report *all, int threads, int backend) {
    fprintf(script, "$b%d << EOD\n", backend);
    for (int i = 0; i < all->row_count; i++) {
        const report_row *row = &all->rows[i];
        if (row->backend == backend && is_shown(all, row, threads))
            fprintf(script, "%.4g %.4g\n",
                    beside(all, backend, all->problems[row->problem].intensity), row->gflops);
    }
    fputs("EOD\n", script);
}

/* Lines of the memories end at the highest peak, their names stand at their left ends. */
static void write_roofs(plot_list *plots, FILE *script, const report *all, const roofline *r) {
    const double top = highest_flops(all, r->threads);
    for (int k = 0; k < READ_COUNT; k++) {
        const double reads = report_peak(all, r->threads, read_names[k]);
        const double start = fmax(r->low_x, r->low_y / reads);
        const double end = fmin(isnan(top) ? r->high_x : top / reads, r->high_x);
        char label[64];
        if (isnan(reads) || end <= start)
            continue;
        snprintf(label, sizeof label, "%s %.0f GB/s", read_names[k], reads);
        fprintf(script, "set arrow from %.5g,%.5g to %.5g,%.5g nohead back " PLOT_MUTED " lw 1\n",
                start, start * reads, end, end * reads);
        fprintf(
            script,
            "set label \"%s\" at %.5g,%.5g left offset 0.3,0.45 front textcolor rgb \"#000002\" "
            "font \",10\"\n",
            plots_label(plots, label), start, start * reads);
    }
    for (int k = 0; k < FMA_COUNT; k++) {
        const double flops = report_peak(all, r->threads, fma_names[k]);
        char label[64];
        if (isnan(flops))
            continue;
        snprintf(label, sizeof label, "%s %.0f GFLOP/s", fma_names[k], flops);
        fprintf(script, "set arrow from %.5g,%.5g to %.5g,%.5g nohead back " PLOT_MUTED " lw 1\n",
                r->low_x, flops, r->high_x, flops);
        fprintf(script,
                "set label \"%s\" at %.5g,%.5g right offset 0,0.45 front textcolor rgb \"#000002\" "
                "font \",10\"\n",
                plots_label(plots, label), r->high_x, flops);
    }
}

static void write_plot_command(FILE *script, const report *all, int threads) {
    const char *separator = "plot";
    for (int b = 0; b < all->backend_count; b++) {
        bool any = false;
        for (int i = 0; i < all->row_count && !any; i++)
            any = all->rows[i].backend == b && is_shown(all, &all->rows[i], threads);
        if (!any)
            continue;
        fprintf(script, "%s $b%d using 1:2 with points pt 7 ps 0.4 " PLOT_STYLE, separator, b,
                (unsigned)all->backends[b].style);
        separator = ",\\\n";
    }
    fputc('\n', script);
}

static void add_plot(plot_list *plots, const report *all, const roofline *r) {
    char title[80], description[240];
    snprintf(title, sizeof title, "On %d thread%s", r->threads, r->threads == 1 ? "" : "s");
    snprintf(description, sizeof description,
             "GFLOP/s of %d rows over FLOPs per byte of weights read, both axes logarithmic, under "
             "the lines of measured reads and multiply-adds. Highest: %.3g GFLOP/s.",
             r->rows, r->high_y / 1.8);
    FILE *script = plots_begin(plots, PLOTS_ROOFLINE, title, description);
    if (!script)
        return;
    fprintf(script,
            "set logscale x 2\nset logscale y 10\nset xrange [%.5g:%.5g]\nset yrange [%.5g:%.5g]\n"
            "set format x \"%%g\"\nset format y \"%%g\"\n"
            "set xlabel \"FLOP per byte of weights\"\nset ylabel \"GFLOP/s\"\n",
            r->low_x, r->high_x, r->low_y, r->high_y);
    write_roofs(plots, script, all, r);
    for (int b = 0; b < all->backend_count; b++)
        write_points(script, all, r->threads, b);
    write_plot_command(script, all, r->threads);
}

void roofline_plots(plot_list *plots, const report *all) {
    enum { MOST = 12 };
    for (int i = 0; i < all->thread_count && i < MOST; i++) {
        const roofline r = span(all, all->threads[i]);
        if (r.rows > 0)
            add_plot(plots, all, &r);
    }
}
