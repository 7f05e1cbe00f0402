/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_base.h"

#include "bench/base/fail.h"
#include "bench/gate/gate_revision.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool gate_find_this(char *program, size_t size) {
    const ssize_t length = readlink("/proc/self/exe", program, size - 1);
    program[length > 0 ? length : 0] = '\0';
    return length > 0;
}

static bool is_program(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

/* In the folder, or the file itself. */
static bool find_program(const char *given, bool may_be_file, char *program) {
    static const char *const places[] = {"/bench/rnnbench", "/rnnbench", ""};
    char path[PATH_MAX];
    for (int i = 0; i < 2 + may_be_file; i++) {
        snprintf(path, sizeof path, "%s%s", given, places[i]);
        if (is_program(path) && realpath(path, program))
            return true;
    }
    return false;
}

base_outcome gate_find_base(const char *given, const char *cache, char *program, size_t size,
                            const volatile sig_atomic_t *stop, rnn_error *error) {
    struct stat found;
    const bool is_path = strchr(given, '/');
    if (find_program(given, is_path, program))
        return BASE_FOUND;
    if (is_path && stat(given, &found) == 0) {
        fail(error, "--against %.150s: %s", given,
             S_ISDIR(found.st_mode) ? "no bench/rnnbench in this folder" : "not a program");
        return BASE_UNKNOWN;
    }
    return gate_find_revision(given, cache, program, size, stop, error);
}
