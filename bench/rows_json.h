/* SPDX-License-Identifier: MIT
 * The JSON beneath rows.h, for what writes results files out of others. */
#ifndef BENCH_ROWS_JSON_H
#define BENCH_ROWS_JSON_H

#include "rnn.h"

#include <jansson.h>

/* Numbers that are not finite, which Google Benchmark writes and JSON lacks, are empty lists in it.
 * `flags` are jansson's. NULL: the reason, with the path before it. */
json_t *rows_parse(const char *path, size_t flags, rnn_error *error);

#endif
