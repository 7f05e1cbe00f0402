/* SPDX-License-Identifier: MIT
 * One row, made of all entries of a results file that have its name. */
#ifndef BENCH_ROW_ENTRIES_H
#define BENCH_ROW_ENTRIES_H

#include "bench/base/json_span.h"
#include "bench/results/rows.h"

/* What an entry of a results file says of itself. */
typedef struct entry_kind {
    /* The name of its row: the member run_name, as the member `name` has that of the aggregate
     * behind it. It is no span where there is none. */
    json_span name;
    bool iteration;  /* it is one repetition */
    bool aggregate;  /* it is a statistic of all repetitions */
    bool complexity; /* it is of a whole family: it has no time, and its name is no row's */
} entry_kind;

entry_kind entry_kind_of(json_span entry);

/* Makes a row of entries that have one name, each an iteration or an aggregate. What cannot be used
 * of them is noted in the file, and row->error says why a row has no time. Returns false with the
 * reason in `error`, without the names of file and row; samples and counters may have to be freed
 * even then. */
bool row_from_entries(timed_row *row, timed_file *file, json_span name, const json_span *entries,
                      int count, rnn_error *error);

#endif
