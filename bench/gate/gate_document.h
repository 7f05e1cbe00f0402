/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_DOCUMENT_H
#define BENCH_GATE_DOCUMENT_H

#include "bench/document/document.h"
#include "bench/gate/gate.h"

/* "slower", "same" ... */
const char *gate_outcome_name(gate_outcome outcome);

/* The verdict in one line. */
void gate_verdict_text(const gate_state *gate, char *text, size_t size);

/* All there is to say of a gate; with --selftest also what it would see. False: no memory. */
bool gate_document(document *d, const gate_state *gate);

/* Of --selftest: what other budgets would see. False: no memory. */
bool gate_document_add_selftest(document *d, const gate_state *gate);

#endif
