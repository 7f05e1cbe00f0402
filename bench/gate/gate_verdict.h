/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_VERDICT_H
#define BENCH_GATE_VERDICT_H

#include "bench/gate/gate_rows.h"

/* Marks the rows that are suspect by their first series. */
void gate_find_suspects(gate_rows *rows, const gate_rule *rule);

/* Decides each row's outcome. False: no memory. */
bool gate_judge(gate_rows *rows, const gate_rule *rule);

#endif
