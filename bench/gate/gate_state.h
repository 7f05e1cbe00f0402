/* SPDX-License-Identifier: MIT
 *
 * `rnnbench gate`: rows of two sides, measured side by side by two workers, one a side.
 *
 *   --against    base: another build, new: this one; the same backend on both sides
 *   --selftest   this build on both sides
 *   --baseline   this build on both sides, base: the anchor backend, new: the row's backend
 */
#ifndef BENCH_GATE_STATE_H
#define BENCH_GATE_STATE_H

#include "bench/base/progress.h"
#include "bench/gate/gate_notes.h"
#include "bench/gate/gate_plan.h"
#include "bench/gate/gate_workers.h"

typedef struct gate_state {
    const gate_options *options;
    gate_rule rule;
    gate_programs programs;
    gate_rows rows;
    gate_plan plan;
    gate_workers workers;
    gate_notes notes;
    progress_bar progress;
} gate_state;

#endif
