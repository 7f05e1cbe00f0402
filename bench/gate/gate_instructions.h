/* SPDX-License-Identifier: MIT
 * rnnbench gate --instructions: nearly the same count each time, whatever else the machine does. */
#ifndef BENCH_GATE_INSTRUCTIONS_H
#define BENCH_GATE_INSTRUCTIONS_H

#include "bench/gate/gate_state.h"

/* Counts the instructions of one run of every row on one thread, and judges the rows by them. The
 * CPU's counter counts, else valgrind; GATE_UNABLE where there is neither. */
gate_end gate_count_rows(gate_state *gate);

#endif
