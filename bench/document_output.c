/* SPDX-License-Identifier: MIT */
#include "document_output.h"

#include "fail.h"

#include <errno.h>
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

/* What CSV has no place for. */
static void tell_notes(const document *d) {
    for (int i = 0; i < d->note_count; i++)
        fprintf(stderr, "%s\n", d->notes[i]);
}

bool document_output(const cli_options *options, const char *command, const document *d,
                     const document_format *format) {
    FILE *to = options->out ? fopen(options->out, "w") : stdout;
    if (to) {
        format->write(to, d);
        if (strcmp(format->name, "csv") == 0)
            tell_notes(d);
        const bool failed = fflush(to) != 0 || ferror(to) != 0;
        if (!options->out ? !failed : fclose(to) == 0 && !failed)
            return true;
    }
    fprintf(stderr, "rnnbench %s: %s: %s\n", command, options->out ? options->out : "output",
            strerror(errno));
    return false;
}
