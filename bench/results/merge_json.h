/* SPDX-License-Identifier: MIT
 * Several results files joined to one. */
#ifndef BENCH_MERGE_JSON_H
#define BENCH_MERGE_JSON_H

#include "bench/results/rows.h"

#include <stddef.h>

/* Returns one results file of all parts: their entries with all members as they stand in their
 * files, under the context of the first part. Aggregates of repetitions that are there themselves
 * are left out. Entries that rows.h leaves out are there, too. Where the context of another part
 * differs and should not, the result has both values; that of a single part stays as it is.
 * `complete` says that nothing of the sweep is missing. The parts were read by
 * rows_read_with_text(). The caller frees the text; it is NULL where memory ran out. */
char *merge_json(const timed_file *parts, int count, bool complete, size_t *size, rnn_error *error);

#endif
