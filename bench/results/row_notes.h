/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ROW_NOTES_H
#define BENCH_ROW_NOTES_H

#include "bench/results/rows.h"

/* One line on what was not read as it stands. */
__attribute__((format(printf, 2, 3))) void rows_note(timed_file *file, const char *format, ...);

#endif
