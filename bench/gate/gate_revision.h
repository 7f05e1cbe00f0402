/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_REVISION_H
#define BENCH_GATE_REVISION_H

#include "kernels/rnn.h"

#include <limits.h>
#include <signal.h>

/* Finds the program that a revision of the repository around the working folder builds into
 * `cache`, where it stays: a folder of this user that others cannot write to. The revision is built
 * as this program was, as far as it has the same options. CC, CXX, CFLAGS, CXXFLAGS, CPPFLAGS,
 * LDFLAGS and PKG_CONFIG_PATH, where they are set and not empty, go before those options that Meson
 * would take from them. Each way to build a revision is kept by itself. Returns an exit_status:
 * EXIT_USAGE where there is no such revision, or no cache to build one in; EXIT_NOT_COMPARABLE
 * where it does not build. */
int gate_find_revision(const char *revision, const char *cache, char program[PATH_MAX],
                       const volatile sig_atomic_t *stop, rnn_error *error);

#endif
