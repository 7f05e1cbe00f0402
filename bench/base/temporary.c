/* SPDX-License-Identifier: MIT */
#include "bench/base/temporary.h"

#include "bench/base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns a descriptor, or -1 with the reason in `error`. */
static int make(char path[PATH_MAX], rnn_error *error) {
    const char *given = getenv("TMPDIR"), *folder = given && *given ? given : "/tmp";
    const int length = snprintf(path, PATH_MAX, "%s/rnnbench-XXXXXX", folder);
    const int file = length < PATH_MAX ? mkstemp(path) : -1;
    if (file < 0)
        fail(error, "no temporary file in %.150s: %s", folder,
             strerror(length < PATH_MAX ? errno : ENAMETOOLONG));
    return file;
}

bool temporary_name(char path[PATH_MAX], rnn_error *error) {
    const int file = make(path, error);
    if (file < 0 || close(file) == 0)
        return file >= 0;
    fail(error, "%.200s: %s", path, strerror(errno));
    unlink(path);
    return false;
}

FILE *temporary_file(rnn_error *error) {
    char path[PATH_MAX];
    const int file = make(path, error);
    if (file < 0)
        return NULL;
    unlink(path);
    FILE *opened = fdopen(file, "w+");
    if (!opened) {
        fail(error, "no temporary file: %s", strerror(errno));
        close(file);
    }
    return opened;
}
