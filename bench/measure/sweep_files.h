/* SPDX-License-Identifier: MIT
 * The files of a sweep: what was measured, rewritten as it grows, and the closing table. */
#ifndef BENCH_SWEEP_FILES_H
#define BENCH_SWEEP_FILES_H

#include "bench/measure/measurements.h"
#include "bench/measure/sweep_options.h"
#include "bench/results/store.h"

typedef struct sweep_files {
    const char *command;   /* that messages name */
    char *out, *table;     /* paths, links resolved; NULL: none */
    bool saves_out;        /* the name of `out` is ours to choose ... */
    bool saves_table;      /* ... and that of `table` */
    bool out_exists;       /* as a file of that name: nobody else will take it */
    bool table_exists;     /* the same */
    char folder[PATH_MAX]; /* of the store */
    char name[STORE_NAME_SIZE];
    int number;        /* behind the name, from 2 on */
    double last_write; /* by the clock */
    double write_seconds;
    bool told; /* that writing fails */
} sweep_files;

/* What --out, --table and --save ask for. Leaves no file yet, but makes sure that it can be one. */
bool sweep_files_choose(sweep_files *files, const sweep_options *options,
                        const machine_info *machine, rnn_error *error);
void sweep_files_free(sweep_files *files);

/* Writes what was measured unless that was done a short while ago, or `out` is a stream: what is
 * written there stays, so it gets the whole at the end. A failure is told once: a disk that is full
 * now need not be so at the end. */
void sweep_files_write_now_and_then(sweep_files *files);

/* At the end, both files; neither where nothing was measured, so that an earlier file is kept.
 * False: what could not be written is told. */
bool sweep_files_write_all(sweep_files *files, const result_list *results);

/* The names of the files that were written. */
void sweep_files_print(const sweep_files *files);

#endif
