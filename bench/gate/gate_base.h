/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_BASE_H
#define BENCH_GATE_BASE_H

#include "kernels/rnn.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum base_outcome {
    BASE_FOUND,
    BASE_UNKNOWN,   /* no such build, program or revision; or no cache to build one in */
    BASE_NOT_BUILT, /* the revision does not build */
    BASE_INTERRUPTED
} base_outcome;

/* The rnnbench program that BUILD_OR_REV stands for: a build folder's; the file itself, where there
 * is a slash in it, so that no file in the working folder passes for a revision; or what a revision
 * builds into `cache`, NULL: below XDG_CACHE_HOME or ~/.cache. */
base_outcome gate_find_base(const char *build_or_revision, const char *cache, char *program,
                            size_t size, const volatile sig_atomic_t *stop, rnn_error *error);

/* This program. */
bool gate_find_this(char *program, size_t size);

#endif
