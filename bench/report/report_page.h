/* SPDX-License-Identifier: MIT
 * The page as a whole. */
#ifndef BENCH_REPORT_PAGE_H
#define BENCH_REPORT_PAGE_H

#include "bench/report/report_section.h"

/* Has the plots of all sections drawn. False: there are none, and the message says why. */
bool page_draw(plot_list *plots, const report *all, rnn_error *error);

void page_write(const page *p);

#endif
