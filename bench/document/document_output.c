/* SPDX-License-Identifier: MIT */
#include "bench/document/document_output.h"

#include "bench/base/fail.h"
#include "bench/base/replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool document_choose_format(const cli_options *options, const document_format **format,
                            rnn_error *error) {
    *format = options->format ? document_format_named(options->format)
              : options->out  ? document_format_of_file(options->out)
                              : NULL;
    if (options->format && !*format)
        return fail(error, "--format %.40s: text, markdown, csv, json or junit", options->format);
    if (!*format)
        *format = document_format_named("text");
    return true;
}

/* For a format that has no place for them. */
static void tell_notes(const document *d) {
    for (int i = 0; i < d->note_count; i++)
        fprintf(stderr, "%s\n", d->notes[i]);
}

/* errno says why not. */
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

bool document_output(const cli_options *options, const char *command, const document *d,
                     const document_format *format) {
    if (options->out ? replace_file(options->out, d, format) : print(d, format)) {
        if (format->rows_only)
            tell_notes(d);
        return true;
    }
    fprintf(stderr, "rnnbench %s: %s: %s\n", command,
            options->out ? options->out : "standard output", strerror(errno));
    return false;
}
