/* SPDX-License-Identifier: MIT
 * Where a document goes, as --format and --out say. */
#ifndef BENCH_DOCUMENT_OUTPUT_H
#define BENCH_DOCUMENT_OUTPUT_H

#include "bench/base/options.h"
#include "bench/document/document.h"

typedef struct output_choice {
    const char *format_name, *out; /* NULL: not given */
    const document_format *format; /* by --format, the end of --out's name, or text */
} output_choice;

void output_options(option_list *options, output_choice *output);

/* Finds the format, after the options were read. */
bool output_choose_format(output_choice *output, rnn_error *error);

/* False: not written, which is told in the name of the command. */
bool document_output(const output_choice *output, const char *command, const document *d);

#endif
