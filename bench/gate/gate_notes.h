/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_NOTES_H
#define BENCH_GATE_NOTES_H

#define GATE_MAX_NOTES 8
#define GATE_NOTE_SIZE 300

/* For the report; of too many the first ones. */
typedef struct gate_notes {
    char texts[GATE_MAX_NOTES][GATE_NOTE_SIZE];
    int count;
} gate_notes;

__attribute__((format(printf, 2, 3))) void gate_note(gate_notes *notes, const char *format, ...);

#endif
