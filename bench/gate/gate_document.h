/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_DOCUMENT_H
#define BENCH_GATE_DOCUMENT_H

#include "bench/document/document.h"
#include "bench/gate/gate_state.h"

/* Writes all there is to say of a gate; with --selftest also what it would see. False: no
 * memory. */
bool gate_document(document *d, const gate_state *gate);

#endif
