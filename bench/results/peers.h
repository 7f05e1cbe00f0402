/* SPDX-License-Identifier: MIT
 * Which backends of a results file are somebody else's. */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include "bench/results/rows.h"

/* The usual ones, and those that bench/peers/run has named in the context of the file. */
bool peers_have(const timed_file *file, const char *backend);

#endif
