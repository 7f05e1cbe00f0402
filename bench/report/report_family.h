/* SPDX-License-Identifier: MIT
 * Families of problems. A family is what is left of a problem's name without its sizes, as in
 * "lstm/direction:bidirectional". */
#ifndef BENCH_REPORT_FAMILY_H
#define BENCH_REPORT_FAMILY_H

#include "bench/report/report.h"

/* Returns the index of the family that a problem's name belongs to, and adds the family where it
 * is new. Returns -1 where memory runs out. */
int report_family_of(report *all, const char *name);

/* Sorts the families by name and renumbers those of the problems, so that a family's index says
 * its place in the order. Returns false where memory runs out. */
bool report_order_families(report *all);

/* Writes a title such as "LSTM, bidirectional". What has no title of its own is written as it
 * stands in the name. */
void report_family_title(const report *all, int family, char *text, size_t size);

#endif
