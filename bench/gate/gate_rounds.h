/* SPDX-License-Identifier: MIT
 * Rounds: in each, two new processes run every row in groups of A B B A or B A A B. */
#ifndef BENCH_GATE_ROUNDS_H
#define BENCH_GATE_ROUNDS_H

#include "bench/gate/gate_state.h"

/* Measures rounds as planned, of all rows or, `again`, of those that are suspect, until the clock
 * shows `until`. */
gate_end gate_measure_rounds(gate_state *gate, bool again, double until);

#endif
