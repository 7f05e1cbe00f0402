/* SPDX-License-Identifier: MIT
 *
 * The store: results/<machine>/<date>-<commit>.json, and a table of the same name beside it. */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include "bench/base/fail.h"
#include "bench/machine/machine.h"

#include <limits.h>
#include <stdbool.h>
#include <time.h>

#define STORE_NAME_SIZE 160

/* "AMD EPYC 9R14 96-Core Processor" on two cores: amd-epyc-9r14-2c */
void store_machine_name(const char *cpu, int cores, char name[STORE_NAME_SIZE]);

/* 2026-11-21-0debe5f, its commit as `git describe` has it; with -dirty behind it where that has,
 * and -2of4 for a shard. */
void store_result_name(time_t now, const char *commit, int shard, int shards,
                       char name[STORE_NAME_SIZE]);

/* RESULTS/<machine of this program>. */
bool store_folder(const char *results, const machine_info *machine, char path[PATH_MAX],
                  rnn_error *error);

/* Makes that folder. False: it cannot be written to. */
bool store_open_folder(const char *results, const machine_info *machine, char path[PATH_MAX],
                       rnn_error *error);

/* FOLDER/NAME, or FOLDER/NAME-2 and so on: the first from number *number on that no file has, its
 * ending being .json or .md. False: the path is too long. */
bool store_free_name(const char *folder, const char *name, int *number, char path[PATH_MAX]);

#endif
