/* SPDX-License-Identifier: MIT
 * Whether results files are of one kind: same machine, build and settings. */
#ifndef BENCH_COMPARABLE_H
#define BENCH_COMPARABLE_H

#include "rows.h"

/* Whether this member of the context may differ between parts of one sweep: when and where exactly
 * each was measured, and what was found out there. */
bool comparable_may_differ(const char *name);

/* What the context says of it, "" where it says nothing. */
const char *comparable_text(const timed_file *file, const char *name);

/* Calls `tell` for each member of either context that differs and may not. Returns how many. */
int comparable_differences(const timed_file *a, const timed_file *b,
                           void (*tell)(const char *name, const timed_file *a,
                                        const timed_file *b));

#endif
