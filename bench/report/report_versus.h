/* SPDX-License-Identifier: MIT
 * Ours against another backend, over all cases that both were measured on. */
#ifndef BENCH_REPORT_VERSUS_H
#define BENCH_REPORT_VERSUS_H

#include "bench/report/report.h"
#include "bench/statistics/statistics.h"

#define VERSUS_BEST_PEER "best of all peers"

typedef struct versus {
    char name[48];
    int count;
    double *ratios; /* the other's median time / ours, ascending; above 1 we are faster */
    double mean;    /* geometric */
    confidence_interval interval;
    int slower;  /* how many cases have a ratio below 1 */
    int certain; /* how many of the slower ones have our lower quartile above the other's upper */
    int worst;   /* index of the case with the lowest ratio */
} versus;

typedef struct versus_list {
    versus *items; /* each peer, the best of all peers, naive */
    int count;
} versus_list;

/* Returns an empty list where there is no backend of ours, nobody to hold it against, or no
 * memory. */
versus_list versus_find(const report *all);
void versus_free(versus_list *list);

#endif
