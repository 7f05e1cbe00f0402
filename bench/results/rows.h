/* SPDX-License-Identifier: MIT
 *
 * A results file read into rows: that of `rnnbench sweep`, of bench/peers/run, or of any other
 * program on Google Benchmark. An entry that is not understood costs itself, and the file has a
 * note of it; what is no results file is refused.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "bench/base/json_span.h"

#include <stdbool.h>

#define ROWS_MAX_BYTES (128 << 20)

/* More than any sweep has; they keep what reads a file from taking hours over a hostile one. What
 * is beyond is left out, and noted. */
#define ROWS_MAX_MEMBERS 1000 /* of the context; counters of a row */
#define ROWS_MAX_NAMES   128  /* backends; cells: rows of further ones go by their whole name */
#define ROWS_MAX_ENTRIES (2 << 20) /* a file of more is refused */
#define ROWS_MAX_NOTES   20

/* Member of the context that tells how to read the rest; a file without it is of version 0. */
#define ROWS_SCHEMA_KEY     "rnnbench_schema"
#define ROWS_SCHEMA_VERSION 1

typedef struct row_counter {
    const char *name;
    double value; /* median over the repetitions; NAN where one has no finite number */
} row_counter;

/* One benchmark with all its repetitions. The strings live as long as the file. */
typedef struct timed_row {
    const char *name; /* as in the file */

    /* lstm/avx2/N:8/T:32/D:64/U:128/threads:1/process_time/real_time is problem
     * lstm/N:8/T:32/D:64/U:128 of cell lstm, by backend avx2. Of any other name the whole is the
     * problem, and cell and backend are "". */
    const char *problem, *cell, *backend;
    int threads;
    const char *label; /* "": none */

    const char *error;  /* why there is no time; NULL: there is, and the rest holds */
    double *samples;    /* wall-clock seconds of one iteration, one a repetition, in file order */
    int sample_count;   /* 1 or more */
    bool aggregated;    /* the file keeps no repetitions: the one sample is their median, or mean */
    double median;      /* of the samples */
    double cpu_seconds; /* of all threads in one iteration; median; NAN: not known */
    row_counter *counters;
    int counter_count;
} timed_row;

typedef struct row_context {
    const char *name, *text; /* a number as text; lists and objects are left out */
} row_context;

typedef struct timed_file {
    const char *path;
    int schema;      /* 0..ROWS_SCHEMA_VERSION */
    timed_row *rows; /* in file order; no two of one problem, backend and threads */
    int row_count;   /* 1 or more; of a row without a time, `error` says why */
    row_context *context;
    int context_count;
    const char *notes[ROWS_MAX_NOTES]; /* on what was left out, or not taken as it stands */
    int note_count, notes_left_out;
    text_pool *strings; /* private */

    /* rows_read_with_text(): the file's text, and what of it is the context and the list of
     * entries. */
    char *text;
    json_span context_span, entries;
    const timed_row **index;              /* the rows, by problem, backend and threads */
    const char *backends[ROWS_MAX_NAMES]; /* each once, by name */
    int backend_count;
} timed_file;

/* False: `error` names the file and the reason, and nothing need be freed. A pipe may be read. */
bool rows_read(timed_file *file, const char *path, rnn_error *error);
/* The same, and the text stays in memory. */
bool rows_read_with_text(timed_file *file, const char *path, rnn_error *error);
void rows_free(timed_file *file); /* accepts a file of zeros */

/* The notes, each a line on stderr that names `command` and the file. */
void rows_tell_notes(const timed_file *file, const char *command);

/* NULL: there is none. */
const timed_row *rows_find(const timed_file *file, const char *problem, const char *backend,
                           int threads);
/* One that has a time, on as many threads or, failing that, on the fewest; NULL: there is none. */
const timed_row *rows_find_timed(const timed_file *file, const char *problem, const char *backend,
                                 int threads);
const char *rows_context(const timed_file *file, const char *name);

/* NAN: the row has no such counter. */
double row_counter_value(const timed_row *row, const char *name);

#endif
