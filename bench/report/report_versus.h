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
    double *ratios; /* the other's median time / ours: above 1 we are faster; ascending */
    double mean;    /* geometric */
    confidence_interval interval;
    int slower;  /* cases of a ratio below 1 */
    int certain; /* of them: three quarters of ours above three quarters of the other's */
    int worst;   /* case */
} versus;

typedef struct versus_list {
    versus *items; /* each peer, the best of them, naive */
    int count;
} versus_list;

/* Empty where there is no ours, or nobody to hold it against, or no memory. */
versus_list versus_find(const report *all);
void versus_free(versus_list *list);

#endif
