/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_notes.h"

#include <stdarg.h>
#include <stdio.h>

void gate_note(gate_notes *notes, const char *format, ...) {
    va_list arguments;
    if (notes->count == GATE_MAX_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(notes->texts[notes->count++], GATE_NOTE_SIZE, format, arguments);
    va_end(arguments);
}
