/* SPDX-License-Identifier: MIT
 * The parts of the page, in its order. Those with plots add them before the page is written, as
 * gnuplot draws all at once; out of memory they add none. */
#ifndef BENCH_REPORT_SECTIONS_H
#define BENCH_REPORT_SECTIONS_H

#include "bench/report/report.h"
#include "bench/report/report_plots.h"

/* One sentence and two tables: who is the fastest how often, ours against each peer. */
void summary_write(FILE *to, const report *all);

/* The machine, its peaks, the files. */
void machine_write(FILE *to, const report *all);
void files_write(FILE *to, const report *all);

/* The fastest backend over batch x units, with its speed-up over the reference. */
void heat_fastest_write(FILE *to, const report *all);
/* Ours against the best peer over batch x units. */
void heat_peers_write(FILE *to, const report *all);

void versus_plot(plot_list *plots, const report *all);
void roofline_plots(plot_list *plots, const report *all);
void scaling_plots(plot_list *plots, const report *all);
void accuracy_plot(plot_list *plots, const report *all);
void noise_plot(plot_list *plots, const report *all);

/* One line a backend: what the clouds of points show, as figures. */
void backends_write(FILE *to, const report *all);

/* Marks and names of the backends. */
void legend_write(FILE *to, const report *all);

/* All rows. */
void table_write(FILE *to, const report *all);

/* Not on the page: what it says first, in a few lines for a terminal. */
void closing_print(FILE *to, const report *all);

/* The whole page. `no_plots` says why there are none; NULL: there are. */
void page_write(FILE *to, const report *all, const plot_list *plots, const char *no_plots);

#endif
