/* SPDX-License-Identifier: MIT
 *
 * The store of results: results/<machine>/<date>-<commit>.json, and a table of the same name beside
 * each file. */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include "bench/base/fail.h"
#include "bench/machine/machine.h"

#include <limits.h>
#include <stdbool.h>
#include <time.h>

#define STORE_NAME_SIZE 160

/* Makes the name of a machine's folder. "AMD EPYC 9R14 96-Core Processor" on two cores becomes
 * amd-epyc-9r14-2c. */
void store_machine_name(const char *cpu, int cores, char name[STORE_NAME_SIZE]);

/* Makes the name of a file, as in 2026-11-21-0debe5f. The commit is given as `git describe` says
 * it; the name ends with -dirty where that does, and with -2of4 for a shard. */
void store_result_name(time_t now, const char *commit, int shard, int shards,
                       char name[STORE_NAME_SIZE]);

/* The path of the folder of this machine in the store `results`. */
bool store_folder(const char *results, const machine_info *machine, char path[PATH_MAX],
                  rnn_error *error);

/* Makes that folder. Returns false where it cannot be written to. */
bool store_open_folder(const char *results, const machine_info *machine, char path[PATH_MAX],
                       rnn_error *error);

/* Finds a name that no file has yet, with .json or .md behind it: FOLDER/NAME, or FOLDER/NAME-2 and
 * so on, from *number on. Returns false where the path is too long. */
bool store_free_name(const char *folder, const char *name, int *number, char path[PATH_MAX]);

#endif
