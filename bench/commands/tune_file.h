/* SPDX-License-Identifier: MIT
 * The file that `rnnbench tune` adds to. */
#ifndef BENCH_TUNE_FILE_H
#define BENCH_TUNE_FILE_H

#include "kernels/auto/tuning.h"

typedef struct tune_file {
    char *path; /* links resolved, unless it is a stream */
    rnn_tuning_entry *entries;
    int count;
    bool is_new;    /* there was none */
    bool is_stream; /* it has room for one text, at the end */
} tune_file;

/* Reads what is there and writes it again, which shows that it can be written. A file that `auto`
 * would ignore is refused or, with `force`, emptied. */
bool tune_file_open(tune_file *file, const char *path, bool force, rnn_error *error);

/* Adds an entry, in place of any of the same key. Returns false where memory ran out. */
bool tune_file_put(tune_file *file, const rnn_tuning_entry *entry);

bool tune_file_write(tune_file *file, rnn_error *error);

/* Closes the file, and removes a new one that has no entries. */
void tune_file_close(tune_file *file);

#endif
