/* SPDX-License-Identifier: MIT
 * Several results files joined to one. */
#ifndef BENCH_MERGE_JSON_H
#define BENCH_MERGE_JSON_H

#include "bench/results/rows.h"

#include <stddef.h>

/* Returns one results file of all parts: their entries, with members as they stand in their files,
 * under the context of the first part. What repetitions give that are there themselves is left out:
 * aggregates of them, and, where all parts are of rnnbench, what the first repetition of a row says
 * for all. Entries that rows.h leaves out are there, too. Where the context of another part differs
 * and should not, the result has both values; that of a single part stays as it is, but for its
 * version. `complete` says that nothing of the sweep is missing. The parts were read by
 * rows_read_with_text() or opened by rows_open_text(). The caller frees the text; it is NULL where
 * memory ran out. */
char *merge_json(const timed_file *parts, int count, bool complete, size_t *size, rnn_error *error);

#endif
