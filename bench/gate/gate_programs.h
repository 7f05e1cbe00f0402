/* SPDX-License-Identifier: MIT
 * The programs of the two sides. */
#ifndef BENCH_GATE_PROGRAMS_H
#define BENCH_GATE_PROGRAMS_H

#include "bench/gate/gate_rows.h"

#include <limits.h>
#include <signal.h>

typedef struct gate_programs {
    char paths[SIDES][PATH_MAX];
    char names[SIDES][PATH_MAX + 100]; /* for people */
} gate_programs;

/* Finds this program and the one that --against stands for. That is the program of a build's
 * folder; the file itself, where there is a slash in it, so that no file in the working folder
 * passes for a revision; or what a revision builds into --cache, by default below XDG_CACHE_HOME or
 * ~/.cache. Returns an exit_status: EXIT_NOT_COMPARABLE where the revision does not build. */
int gate_find_programs(gate_programs *programs, const gate_options *options,
                       const volatile sig_atomic_t *stop, rnn_error *error);

/* Whether the side runs this build; with a baseline and in a selftest both do. */
bool gate_is_this_build(const gate_options *options, side_id side);

#endif
