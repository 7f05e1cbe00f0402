/* SPDX-License-Identifier: MIT
 * Heat maps over batch x units. */
#ifndef BENCH_REPORT_HEAT_H
#define BENCH_REPORT_HEAT_H

#include "bench/report/report.h"

#include <stdio.h>

/* Writes the maps of ours against the best peer, and nothing where no peer was measured. */
void heat_peers_write(FILE *to, const report *all);

#endif
