/* SPDX-License-Identifier: MIT
 * A file read into memory as a whole. */
#ifndef BENCH_LOAD_FILE_H
#define BENCH_LOAD_FILE_H

#include "kernels/rnn.h"

#include <stdbool.h>
#include <stddef.h>

/* Returns the content of a file or pipe with a '\0' behind it, which the caller frees. Returns NULL
 * where it cannot be read; `error` then has the path and the reason. A file that is empty, or
 * larger than `most` bytes, is refused. A named pipe that nobody writes to counts as empty, since
 * waiting for it might never end. */
char *load_file(const char *path, size_t most, size_t *size, rnn_error *error);

#endif
