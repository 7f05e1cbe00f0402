/* SPDX-License-Identifier: MIT
 * The results files of a folder, or of folders of machines. */
#ifndef BENCH_RESULT_FILES_H
#define BENCH_RESULT_FILES_H

#include "kernels/rnn.h"

#include <stdbool.h>
#include <time.h>

typedef struct path_list {
    char **paths;
    int count;
} path_list;

/* Appends `path` if it is a file. If it is a folder, appends the .json files in it and in the
 * folders in it, in the order of their names. */
bool result_files_add(path_list *list, const char *path, rnn_error *error);
void result_files_free(path_list *list);

/* Reads the date of a context, as in "2026-11-21T22:58:49+00:00". Returns false where the text is
 * not of that form. */
bool result_date_parse(const char *text, time_t *date);

#endif
