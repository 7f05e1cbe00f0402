/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LOAD_FILE_H
#define BENCH_LOAD_FILE_H

#include "kernels/rnn.h"

#include <stdbool.h>
#include <stddef.h>

/* The whole of a file or pipe, with a '\0' behind it; free() it. NULL: `error` has the reason, with
 * the path before it. Empty and larger ones than `most` bytes are refused. A named pipe that nobody
 * writes to counts as empty, rather than to wait for ever. */
char *load_file(const char *path, size_t most, size_t *size, rnn_error *error);

#endif
