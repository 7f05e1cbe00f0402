/* SPDX-License-Identifier: MIT */
#ifndef BENCH_BUSY_CORES_H
#define BENCH_BUSY_CORES_H

/* Of the cores that this process may use, the one that has had least to do during a moment in which
 * it waits. */
int busy_cores_quietest(void);

#endif
