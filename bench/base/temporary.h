/* SPDX-License-Identifier: MIT
 * Files that are needed for a while, in the folder TMPDIR or, where that is not set, in /tmp. */
#ifndef BENCH_TEMPORARY_H
#define BENCH_TEMPORARY_H

#include "kernels/rnn.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

/* Makes a new, empty file, which the caller removes. */
bool temporary_name(char path[PATH_MAX], rnn_error *error);

/* Makes a file without a name, which is gone once it is closed. Returns NULL, and the reason in
 * `error`, where that fails. */
FILE *temporary_file(rnn_error *error);

#endif
