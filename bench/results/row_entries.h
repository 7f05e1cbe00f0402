/* SPDX-License-Identifier: MIT
 * One row out of the entries of a results file that have its name. */
#ifndef BENCH_ROW_ENTRIES_H
#define BENCH_ROW_ENTRIES_H

#include "bench/base/json_span.h"
#include "bench/results/rows.h"

/* What an entry says of itself. */
typedef struct entry_kind {
    json_span name;  /* run_name: `name` has the aggregate's; no span: there is none */
    bool iteration;  /* one repetition */
    bool aggregate;  /* of all repetitions */
    bool complexity; /* of a whole family: no time, and a name that is no row's */
} entry_kind;

entry_kind entry_kind_of(json_span entry);

/* `entries` are objects of one name, each an iteration or an aggregate. What of them cannot be used
 * is noted in the file; row->error says why a row has no time. False: `error` has the reason,
 * without the names of file and row; samples and counters may be there to be freed even so. */
bool row_from_entries(timed_row *row, timed_file *file, json_span name, const json_span *entries,
                      int count, rnn_error *error);

#endif
