/* SPDX-License-Identifier: MIT
 * How fast a problem could be on this machine at best. */
#ifndef BENCH_ROOF_H
#define BENCH_ROOF_H

#include "bench/machine/peak.h"
#include "reference/problem.h"

/* Returns the instruction set whose peak a backend's rows are held against. It is the backend's own
 * where that is above the baseline, as those of avx2, of autovec and of a library are. For all
 * others it is the best that RNN_ISA leaves on and this suite has kernels for, so that naive's roof
 * says how far naive is from the machine. For a name that is no backend's it is the CPU's best. */
int roof_isa(const char *backend);

/* The same for a plan. Where the backend is a choice, the row counts that it took, whose name the
 * plan's implementation begins with. */
int roof_isa_of_plan(const char *backend, const rnn_plan *plan);

/* Returns the seconds that no schedule on peaks->threads threads can beat. `steps` are those that
 * count.
 *
 * The longest of these, since a machine can do all at once:
 *   FLOPs / measured multiply-add peak
 *   for each cache level, the bytes it cannot hold / measured reads from the level behind it
 * Bytes of one layer in one direction, with W its recurrent weights, all read at every step, T the
 * steps of the longest row, K its input kernel and C the capacity of the level over all threads'
 * cores:
 *   T max(0, W - C) + max(0, K - C)
 * and of a Dense head max(0, K - C). The first step is not colder than the rest, as the weights
 * stay from the run before. Batch does not appear: one pass over the weights can serve all rows.
 * Neither does the latency of the gates' maths, so that for tiny problems this is only a far
 * horizon. */
double roof_seconds(const problem *p, problem_steps steps, const machine_info *machine,
                    const peak_set *peaks, int isa);

/* One of the times that roof_seconds() takes the longest of: how much is done or read, how much of
 * it a second at most, and how long that takes. */
typedef struct roof_limit {
    double amount, rate, seconds;
} roof_limit;

typedef struct roof_limits {
    roof_limit flops;
    roof_limit reads[MACHINE_MAX_CACHES]; /* bytes from behind each cache that the machine has */
} roof_limits;

roof_limits roof_find_limits(const problem *p, problem_steps steps, const machine_info *machine,
                             const peak_set *peaks, int isa);

/* Returns the bytes of weights that one run reads if it reads the recurrent ones at every step. */
double roof_weight_bytes(const problem *p, problem_steps steps);

#endif
