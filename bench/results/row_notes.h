/* SPDX-License-Identifier: MIT
 * Notes on what a reader has left out of a results file. */
#ifndef BENCH_ROW_NOTES_H
#define BENCH_ROW_NOTES_H

#include "bench/results/rows.h"

/* Adds a note, one line on something that was not read as it stands. */
__attribute__((format(printf, 2, 3))) void rows_note(timed_file *file, const char *format, ...);

#endif
