/* SPDX-License-Identifier: MIT
 * What comes before the rounds. */
#ifndef BENCH_GATE_CHECKS_H
#define BENCH_GATE_CHECKS_H

#include "bench/gate/gate_state.h"

/* Holds every row against the oracle. Rows that one side lacks are left out. */
gate_end gate_check_rows(gate_state *gate);

/* Finds how long one run of each row takes. Rows that take too long to be measured before the clock
 * shows `until` are left out as well. */
gate_end gate_calibrate_rows(gate_workers *workers, gate_rows *rows, double until);

#endif
