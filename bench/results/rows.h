/* SPDX-License-Identifier: MIT
 *
 * A results file, read into rows. It may be of `rnnbench sweep`, of bench/peers/run, or of any
 * other program on Google Benchmark. An entry that is not understood is left out, and the file has
 * a note of it; only what is no results file is refused.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "bench/base/json_span.h"

#include <stdbool.h>

#define ROWS_MAX_BYTES (128 << 20)

/* Limits that no sweep reaches. They keep a reader from taking hours over a hostile file. What is
 * beyond them is left out, and noted. */
#define ROWS_MAX_MEMBERS 1000      /* of the context, and counters of a row */
#define ROWS_MAX_NAMES   128       /* of backends, and of cells; others go by their whole name */
#define ROWS_MAX_ENTRIES (2 << 20) /* a file that has more is refused */
#define ROWS_MAX_NOTES   20

/* The member of the context that tells how to read the rest. A file without it is of version 0. */
#define ROWS_SCHEMA_KEY     "rnnbench_schema"
#define ROWS_SCHEMA_VERSION 1

typedef struct row_counter {
    const char *name;
    double value; /* the median over the repetitions; NAN where one has no finite number */
} row_counter;

/* One benchmark with all its repetitions. The strings live as long as the file. */
typedef struct timed_row {
    const char *name; /* as in the file */

    /* The name lstm/avx2/N:8/T:32/D:64/U:128/threads:1/process_time/real_time stands for the
     * problem lstm/N:8/T:32/D:64/U:128 of the cell lstm, by the backend avx2. A name of any other
     * form is the problem as a whole, and cell and backend are "". */
    const char *problem, *cell, *backend;
    int threads;
    const char *label; /* "" where there is none */

    /* Why there is no time. NULL where there is one; only then the rest holds. */
    const char *error;
    /* Seconds of one iteration by the wall clock: one sample a repetition, in the order of the
     * file. */
    double *samples;
    int sample_count; /* 1 or more */
    /* Whether the file keeps no repetitions, so that the one sample is their median or their mean.
     */
    bool aggregated;
    double median; /* of the samples */
    /* CPU time of all threads in one iteration, as the median; NAN where it is not known. */
    double cpu_seconds;
    row_counter *counters;
    int counter_count;
} timed_row;

typedef struct row_context {
    /* A number is kept as text; lists and objects are left out. */
    const char *name, *text;
} row_context;

typedef struct timed_file {
    const char *path;
    int schema;      /* 0..ROWS_SCHEMA_VERSION */
    timed_row *rows; /* in the order of the file; no two have one problem, backend and threads */
    int row_count;   /* 1 or more */
    row_context *context;
    int context_count;
    const char *notes[ROWS_MAX_NOTES]; /* on what was left out or not taken as it stands */
    int note_count, notes_left_out;
    text_pool *strings; /* private */

    /* After rows_read_with_text() these are the file's text, and the parts of it that are the
     * context and the list of entries. */
    char *text;
    json_span context_span, entries;
    const timed_row **index;              /* the rows, ordered by problem, backend and threads */
    const char *backends[ROWS_MAX_NAMES]; /* each once, ordered by name */
    int backend_count;
} timed_file;

/* Reads a file or a pipe. Returns false where it is refused; `error` then names the file and the
 * reason, and nothing need be freed. */
bool rows_read(timed_file *file, const char *path, rnn_error *error);
/* Does the same, and keeps the text in memory. */
bool rows_read_with_text(timed_file *file, const char *path, rnn_error *error);
void rows_free(timed_file *file); /* accepts a file of zeros */

/* Adds a note, one line on something that was left out or not read as it stands. */
__attribute__((format(printf, 2, 3))) void rows_note(timed_file *file, const char *format, ...);
/* Prints the notes, each as a line on stderr that names the command and the file. */
void rows_tell_notes(const timed_file *file, const char *command);

/* The row of this problem, backend and number of threads, or NULL where there is none. */
const timed_row *rows_find(const timed_file *file, const char *problem, const char *backend,
                           int threads);
/* A row that has a time, on as many threads or, where there is none, on the fewest. NULL where
 * there is no row with a time. */
const timed_row *rows_find_timed(const timed_file *file, const char *problem, const char *backend,
                                 int threads);
/* What the context says of a member, or NULL where it lacks it. */
const char *rows_context(const timed_file *file, const char *name);

/* The value of a counter, or NAN where the row has no such counter. */
double row_counter_value(const timed_row *row, const char *name);

#endif
