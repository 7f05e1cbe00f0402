/* SPDX-License-Identifier: MIT
 * What the names of backends in results files say: where each one stands in a table, and whether it
 * is somebody else's. */
#ifndef BENCH_BACKEND_NAMES_H
#define BENCH_BACKEND_NAMES_H

#include "bench/results/rows.h"

/* Compares two names as strcmp() does. Backends stand in the order of `rnnbench list`, and other
 * names stand behind these, in the order of the alphabet. */
int backend_order(const char *a, const char *b);

typedef struct usual_peer {
    const char *name, *title; /* in results files; for people */
} usual_peer;

/* The libraries behind our backends, and what bench/peers/run times beside them, in the order in
 * which a reader looks for them. False: beyond the last one. */
bool peers_usual_at(int index, usual_peer *peer);

/* The usual ones, and those that bench/peers/run has named in the context of the file. */
bool peers_have(const timed_file *file, const char *backend);

#endif
