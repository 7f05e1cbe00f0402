/* SPDX-License-Identifier: MIT
 * The context of results: pairs of a key and a text that say where numbers come from, and that
 * belong beside every result. */
#ifndef BENCH_CONTEXT_H
#define BENCH_CONTEXT_H

#include "bench/machine/machine.h"

/* More than a program says of itself. */
#define CONTEXT_MOST_MEMBERS 64

typedef void context_add(const char *key, const char *value, void *data);

/* Adds what describes the machine: CPU, caches, cores and how many of them the limits of threads
 * leave, memory, frequency governor, instructions in use. */
void context_machine(const machine_info *machine, context_add *add, void *data);

/* Adds what describes the program: commit, compiler, flags, versions of libraries. */
void context_build(context_add *add, void *data);

/* Adds the environment variables that change results, where they are set. */
void context_environment(context_add *add, void *data);

#endif
