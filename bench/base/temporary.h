/* SPDX-License-Identifier: MIT
 * Files for a while, in TMPDIR or, where that is not set, in /tmp. */
#ifndef BENCH_TEMPORARY_H
#define BENCH_TEMPORARY_H

#include "kernels/rnn.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

/* A new, empty file for the caller to remove. */
bool temporary_name(char path[PATH_MAX], rnn_error *error);

/* One without a name, which is gone once it is closed. NULL: see `error`. */
FILE *temporary_file(rnn_error *error);

#endif
