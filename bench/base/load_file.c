/* SPDX-License-Identifier: MIT */
#include "bench/base/load_file.h"

#include "bench/base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads all there is, but no more than `most` + 1 bytes or so. Returns false with errno. */
static bool read_all(int descriptor, size_t most, char **content, size_t *size) {
    size_t room = 0;
    *size = 0;
    for (;;) {
        if (*size + 1 >= room) {
            room = room ? 2 * room : 1 << 16;
            char *larger = realloc(*content, room);
            if (!larger)
                return false;
            *content = larger;
        }
        ssize_t got = read(descriptor, *content + *size, room - 1 - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        *size += (size_t)got;
        (*content)[*size] = '\0';
        if (got == 0 || *size > most)
            return true;
    }
}

char *load_file(const char *path, size_t most, size_t *size, rnn_error *error) {
    char *content = NULL;
    struct stat status;
    /* Opening a named pipe would wait for a writer without O_NONBLOCK, and reading must not have
     * it. */
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const int flags = descriptor < 0 ? -1 : fcntl(descriptor, F_GETFL);
    bool ok = flags >= 0 && fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) == 0;
    const bool large = ok && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                       status.st_size > (off_t)most;
    ok = ok && (large || read_all(descriptor, most, &content, size));
    if (!ok)
        fail(error, "%.150s: %s", path, strerror(errno));
    else if (large || *size > most)
        ok = fail(error, "%.150s: larger than %zu MiB", path, most >> 20);
    else if (*size == 0)
        ok = fail(error, "%.150s: is empty", path);
    if (descriptor >= 0)
        close(descriptor);
    if (ok)
        return content;
    free(content);
    return NULL;
}
