/* SPDX-License-Identifier: MIT
 * The files of a sweep: what was measured, rewritten as it grows, and the closing table. */
#ifndef BENCH_SWEEP_FILES_H
#define BENCH_SWEEP_FILES_H

#include "bench/measure/measurements.h"
#include "bench/measure/sweep_options.h"
#include "bench/results/store.h"

typedef struct sweep_files {
    const char *command; /* the one that messages name */
    char *out, *table;   /* paths with their links resolved; NULL where none was asked for */

    /* Whether the name of each file is ours to choose, in this folder of the store: `name` with
     * `number` behind it from 2 on. */
    bool saves_out, saves_table;
    char folder[PATH_MAX];
    char name[STORE_NAME_SIZE];
    int number;

    /* Whether each is there as a file of that name, which nobody else will take then. */
    bool out_exists, table_exists;
    double last_write; /* when `out` was last written, by the clock */
    double write_seconds;
    bool told; /* that writing fails has been said */
} sweep_files;

/* Chooses the files that --out, --table and --save ask for. It makes none of them yet, but sure
 * that each can be made. */
bool sweep_files_choose(sweep_files *files, const sweep_options *options,
                        const machine_info *machine, rnn_error *error);
void sweep_files_free(sweep_files *files);

/* Writes what was measured, unless that was done a short while ago or `out` is a stream: what is
 * written to a stream stays, so it gets the whole at the end. A failure is told once and does not
 * end the sweep, as a disk that is full now need not be so at the end. */
void sweep_files_write_now_and_then(sweep_files *files);

/* Writes both files at the end, or neither where nothing was measured, so that an earlier file is
 * kept. Returns false where a file could not be written, which has been told. */
bool sweep_files_write_all(sweep_files *files, const measurement_list *results);

/* Prints the names of the files that were written. */
void sweep_files_print(const sweep_files *files);

#endif
