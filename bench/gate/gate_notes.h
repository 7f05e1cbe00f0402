/* SPDX-License-Identifier: MIT
 * What a gate has to say beside its rows; of too many notes the report has the first ones. */
#ifndef BENCH_GATE_NOTES_H
#define BENCH_GATE_NOTES_H

#include <stdarg.h>
#include <stdio.h>

#define GATE_MAX_NOTES 8
#define GATE_NOTE_SIZE 300

typedef struct gate_notes {
    char texts[GATE_MAX_NOTES][GATE_NOTE_SIZE];
    int count;
} gate_notes;

__attribute__((format(printf, 2, 3))) static inline void gate_note(gate_notes *notes,
                                                                   const char *format, ...) {
    va_list arguments;
    if (notes->count == GATE_MAX_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(notes->texts[notes->count++], GATE_NOTE_SIZE, format, arguments);
    va_end(arguments);
}

#endif
