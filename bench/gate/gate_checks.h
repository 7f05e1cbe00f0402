/* SPDX-License-Identifier: MIT
 * What comes before the rounds. */
#ifndef BENCH_GATE_CHECKS_H
#define BENCH_GATE_CHECKS_H

#include "bench/gate/gate_state.h"

/* Every row against the oracle. What one side lacks is left out. */
gate_end gate_check_rows(gate_state *gate);

/* How long one run takes. What takes too long to be measured until then, by the clock, is left out
 * as well. */
gate_end gate_calibrate_rows(gate_workers *workers, gate_rows *rows, double until);

#endif
