/* SPDX-License-Identifier: MIT
 * Which backends, and threads of them, a command line asks for. */
#ifndef BENCH_BACKEND_SET_H
#define BENCH_BACKEND_SET_H

#include "bench/base/options.h"
#include "bench/base/ranges.h"

/* The index in the registry of the backend of this name; -1: there is none. */
int backend_index(const char *name);

/* Adds --backend, which fills a set of the registry's indices. The empty set means that the option
 * was not given, and stands for all. */
void backend_set_option(option_list *options, unsigned *backends);

/* Says which of --threads are more than the cores; `set_by` names what lowered the number of cores,
 * or is "". */
void tell_many_threads(const int_list *threads, int cores, const char *set_by);

#endif
