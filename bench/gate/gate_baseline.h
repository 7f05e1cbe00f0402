/* SPDX-License-Identifier: MIT
 * rnnbench gate --baseline: rows of a results file, each relative to the anchor's row. */
#ifndef BENCH_GATE_BASELINE_H
#define BENCH_GATE_BASELINE_H

#include "bench/gate/gate_notes.h"
#include "bench/gate/gate_rows.h"

/* Lists the rows of --baseline that the options select and this build may have, with what they are
 * judged against. Returns an exit_status: EXIT_NOT_COMPARABLE where the file is of another machine,
 * compiler or library, and --anyway was not given. */
int gate_list_baseline(gate_rows *rows, const gate_options *options, gate_notes *notes,
                       rnn_error *error);

#endif
