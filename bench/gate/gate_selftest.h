/* SPDX-License-Identifier: MIT
 * rnnbench gate --selftest: what the gate sees here, by resampling the rounds of a build against
 * itself. */
#ifndef BENCH_GATE_SELFTEST_H
#define BENCH_GATE_SELFTEST_H

#include "bench/document/document.h"
#include "bench/gate/gate_plan.h"

/* Adds what other budgets would see. False: no memory. */
bool gate_selftest_add(document *d, const gate_rows *rows, const gate_plan *plan,
                       const gate_rule *rule);

#endif
