/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_programs.h"

#include "bench/base/exit_status.h"
#include "bench/base/fail.h"
#include "bench/base/temporary.h"
#include "bench/gate/gate_revision.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool gate_is_this_build(const gate_options *options, side_id side) {
    return side == NEW || !options->against;
}

/* Finds the program in the folder `given` or, where it may be a file, that file itself. */
static bool find_program(const char *given, bool may_be_file, char *program) {
    static const char *const places[] = {"/bench/rnnbench", "/rnnbench", ""};
    char path[PATH_MAX];
    struct stat found;
    for (int i = 0; i < 2 + may_be_file; i++) {
        snprintf(path, sizeof path, "%s%s", given, places[i]);
        if (stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0 &&
            realpath(path, program))
            return true;
    }
    return false;
}

static int find_base(const char *given, const char *cache, char program[PATH_MAX],
                     const volatile sig_atomic_t *stop, rnn_error *error) {
    struct stat found;
    const bool is_path = strchr(given, '/');
    if (find_program(given, is_path, program))
        return EXIT_FINE;
    if (is_path && stat(given, &found) == 0)
        return fail(error, "--against %.150s: %s", given,
                    S_ISDIR(found.st_mode) ? "no bench/rnnbench in this folder" : "not a program"),
               EXIT_USAGE;
    return gate_find_revision(given, cache, program, stop, error);
}

int gate_find_programs(gate_programs *programs, const gate_options *options,
                       const volatile sig_atomic_t *stop, rnn_error *error) {
    char *base = programs->paths[BASE], *new = programs->paths[NEW], temporary[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", new, PATH_MAX - 1);
    if (length <= 0)
        return fail(error, "this program's own file is not to be found"), EXIT_USAGE;
    new[length] = '\0';
    /* Workers need one, and to build a revision first would take minutes. */
    if (!temporary_name(temporary, error))
        return EXIT_USAGE;
    unlink(temporary);
    strcpy(programs->names[NEW], new);
    strcpy(base, new);
    snprintf(programs->names[BASE], sizeof programs->names[BASE], "%s",
             options->baseline ? options->baseline : "this program again");
    if (!options->against)
        return EXIT_FINE;
    const int status = find_base(options->against, options->cache, base, stop, error);
    snprintf(programs->names[BASE], sizeof programs->names[BASE], "%s (%s)", options->against,
             base);
    return status;
}
