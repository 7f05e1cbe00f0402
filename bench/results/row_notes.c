/* SPDX-License-Identifier: MIT */
#include "bench/results/row_notes.h"

#include "bench/base/text_pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void rows_note(timed_file *file, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *kept = NULL;
    if (file->note_count < ROWS_MAX_NOTES)
        kept = text_pool_add(file->strings, text, strlen(text));
    if (kept)
        file->notes[file->note_count++] = kept;
    else
        file->notes_left_out++;
}

void rows_tell_notes(const timed_file *file, const char *command) {
    for (int i = 0; i < file->note_count; i++)
        fprintf(stderr, "rnnbench %s: %s: %s\n", command, file->path, file->notes[i]);
    if (file->notes_left_out)
        fprintf(stderr, "rnnbench %s: %s: and %d more notes\n", command, file->path,
                file->notes_left_out);
}
