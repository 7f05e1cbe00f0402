/* SPDX-License-Identifier: MIT
 * One row out of the entries of a results file that have its name. */
#ifndef BENCH_ROW_ENTRIES_H
#define BENCH_ROW_ENTRIES_H

#include "rows.h"
#include "text_pool.h"

#include <jansson.h>

/* `entries` are objects, each with a run_type that is known. False: `error` has the reason, without
 * the names of file and row; samples and counters may be there to be freed even so. */
bool row_from_entries(timed_row *row, const char *name, const json_t *entries, text_pool *pool,
                      rnn_error *error);

#endif
