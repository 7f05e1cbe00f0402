/* SPDX-License-Identifier: MIT
 * The options --format and --out, which say where a document goes. */
#ifndef BENCH_DOCUMENT_OUTPUT_H
#define BENCH_DOCUMENT_OUTPUT_H

#include "bench/base/options.h"
#include "bench/document/document.h"

typedef struct output_choice {
    const char *format_name, *out; /* NULL where the option was not given */
    /* The format that --format names, else the one that the end of --out's name stands for, else
     * text. */
    const document_format *format;
} output_choice;

void output_options(option_list *options, output_choice *output);

/* Finds the format, once the options were read. */
bool output_choose_format(output_choice *output, rnn_error *error);

/* Finds the format for a command without a verdict, which JUnit has no use for. */
bool output_choose_format_but_junit(output_choice *output, const char *command, rnn_error *error);

/* Writes the document. Returns false where it could not be written, which it has told in the name
 * of the command. */
bool document_output(const output_choice *output, const char *command, const document *d);

#endif
