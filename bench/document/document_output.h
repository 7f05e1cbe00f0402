/* SPDX-License-Identifier: MIT
 * Where a document goes, as --format and --out say. */
#ifndef BENCH_DOCUMENT_OUTPUT_H
#define BENCH_DOCUMENT_OUTPUT_H

#include "bench/document/document.h"
#include "bench/options.h"

/* By --format, the end of --out's name, or text. */
bool document_choose_format(const cli_options *options, const document_format **format,
                            rnn_error *error);

/* False: not written, which is told in the name of the command. */
bool document_output(const cli_options *options, const char *command, const document *d,
                     const document_format *format);

#endif
