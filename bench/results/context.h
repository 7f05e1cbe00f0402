/* SPDX-License-Identifier: MIT
 * Where numbers come from: key and text pairs that belong beside every result. */
#ifndef BENCH_CONTEXT_H
#define BENCH_CONTEXT_H

#include "bench/machine/machine.h"

#define CONTEXT_MOST_MEMBERS 64 /* of what a program says of itself, and some room */

typedef void context_add(const char *key, const char *value, void *data);

/* The machine: CPU, caches, cores and how many of them the thread limits leave, memory, frequency
 * governor, instructions in use. */
void context_machine(const machine_info *machine, context_add *add, void *data);

/* The program: commit, compiler, flags, versions of libraries. */
void context_build(context_add *add, void *data);

/* Environment variables that change results, where they are set. */
void context_environment(context_add *add, void *data);

#endif
