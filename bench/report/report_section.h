/* SPDX-License-Identifier: MIT
 * What a section of the page is, and what report_page.c does for all of them. */
#ifndef BENCH_REPORT_SECTION_H
#define BENCH_REPORT_SECTION_H

#include "bench/report/report.h"
#include "bench/report/report_plots.h"

/* Where a section is written to, and what it is made of. */
typedef struct page {
    FILE *to;
    const report *all;
    const plot_list *plots;
    const char *no_plots; /* why there are no plots, or NULL where there are */
} page;

typedef struct report_section {
    const char *title, *link; /* its heading, and its name among the links at the top */

    /* Adds the plots of the section, and is NULL where it has none. It is called before any
     * section is written, as gnuplot draws all plots in one run. Where memory runs out it adds
     * none. */
    void (*plot)(plot_list *plots, const report *all);

    /* Writes what stands below the heading. */
    void (*write)(const page *p);
} report_section;

#define SECTION(name) extern const report_section section_##name;
#include "bench/report/report_sections.inc"
#undef SECTION

/* Writes the figures of a group, or the sentence that says why there are none. */
void page_plots(const page *p, const plot_group *group);

/* Writes the marks and the names of the backends. */
void page_legend(const page *p);

/* Writes why GFLOP/s and roof are missing, and nothing where none is. */
void page_uncounted(const page *p);

#endif
