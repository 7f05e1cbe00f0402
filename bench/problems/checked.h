/* SPDX-License-Identifier: MIT */
#ifndef BENCH_CHECKED_H
#define BENCH_CHECKED_H

#include "reference/problem.h"

/* What is held against the oracle in place of a problem that would take it long: the same on fewer
 * timesteps. */
problem problem_as_checked(const problem *full);

#endif
