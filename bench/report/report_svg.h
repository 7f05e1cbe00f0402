/* SPDX-License-Identifier: MIT
 * gnuplot's SVG, made fit for a page that has several. */
#ifndef BENCH_REPORT_SVG_H
#define BENCH_REPORT_SVG_H

#include <stdio.h>

/* Writes the content of `svg`, which starts at its <svg> and has no end tag, with
 * - the colours of report_plots.h as the page's,
 * - a run of points of one style as a single path: some thousand points would otherwise be most of
 *   the page,
 * - the marks of labels as these,
 * - no definitions and no ids, which would not be unique in the page, and no empty groups. */
void svg_adopt(FILE *to, const char *svg, char *const *labels, int label_count);

#endif
