/* SPDX-License-Identifier: MIT
 * How much faster code runs for where its memory happens to lie must not be one side's luck for the
 * whole of a gate. The driver hands each new worker this variable with another number of
 * characters: as part of the environment they move its stack, and the worker's copy its heap, but
 * not what is so large that it has pages of its own. */
#ifndef BENCH_WORKER_SHIFT_H
#define BENCH_WORKER_SHIFT_H

#define WORKER_SHIFT_VARIABLE "RNNBENCH_SHIFT"
#define WORKER_MOST_SHIFT     4096

#endif
