/* SPDX-License-Identifier: MIT */
#include "bench/document/document_output.h"

#include "bench/base/fail.h"
#include "bench/base/replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void output_options(option_list *options, output_choice *output) {
    options_add(options, "format", "NAME",
                "text, markdown, csv, json, junit; by the name of --out, else text", read_text,
                &output->format_name);
    options_add(options, "out", "FILE", "writes there instead of to standard output", read_text,
                &output->out);
}

bool output_choose_format(output_choice *output, rnn_error *error) {
    const char *name = output->format_name;
    output->format = name          ? document_format_named(name)
                     : output->out ? document_format_of_file(output->out)
                                   : NULL;
    if (name && !output->format)
        return fail(error, "--format %.40s: text, markdown, csv, json or junit", name);
    if (!output->format)
        output->format = document_format_named("text");
    return true;
}

bool output_choose_format_but_junit(output_choice *output, const char *command, rnn_error *error) {
    if (!output_choose_format(output, error))
        return false;
    if (strcmp(output->format->name, "junit") == 0)
        return fail(error, "--format junit: %s has no verdict; text, markdown, csv or json",
                    command);
    return true;
}

/* Writes the document to a file. Where that fails, errno says why. */
static bool replace_file(const char *path, const document *d, const document_format *format) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return false;
    format->write(to, d);
    const bool ok = fclose(to) == 0 && file_replace(path, text, size);
    const int why = errno;
    free(text);
    errno = why;
    return ok;
}

static bool print(const document *d, const document_format *format) {
    format->write(stdout, d);
    return fflush(stdout) == 0 && !ferror(stdout);
}

bool document_output(const output_choice *output, const char *command, const document *d) {
    const document_format *format = output->format;
    if (output->out ? replace_file(output->out, d, format) : print(d, format)) {
        for (int i = 0; format->rows_only && i < d->note_count; i++)
            fprintf(stderr, "%s\n", d->notes[i]); /* the format has no place for them */
        return true;
    }
    fprintf(stderr, "rnnbench %s: %s: %s\n", command, output->out ? output->out : "standard output",
            strerror(errno));
    return false;
}
