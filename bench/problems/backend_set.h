/* SPDX-License-Identifier: MIT
 * Which backends, and threads of them, a command line asks for. */
#ifndef BENCH_BACKEND_SET_H
#define BENCH_BACKEND_SET_H

#include "bench/base/options.h"
#include "bench/base/ranges.h"

/* The index of the backend of this name in the registry; -1: it has none. */
int backend_index(const char *name);

/* --backend: of the registry's indices; the empty set, which is what was not given, has all. */
void backend_set_option(option_list *options, unsigned *backends);

/* Says which of --threads are more than the cores; `set_by` is what lowered these, or "". */
void tell_many_threads(const int_list *threads, int cores, const char *set_by);

#endif
