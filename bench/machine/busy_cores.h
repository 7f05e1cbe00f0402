/* SPDX-License-Identifier: MIT
 * Finds the core that other processes leave alone. */
#ifndef BENCH_BUSY_CORES_H
#define BENCH_BUSY_CORES_H

/* Waits for a moment and returns, of the cores that this process may use, the one that had least to
 * do meanwhile. */
int busy_cores_quietest(void);

#endif
