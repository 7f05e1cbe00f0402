/* SPDX-License-Identifier: MIT
 * Writing a tuning file: under another name in the same folder, then renamed. */
#include "backend.h"
#include "tuning.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_key(const void *a, const void *b) {
    return strcmp(((const rnn_tuning_entry *)a)->key, ((const rnn_tuning_entry *)b)->key);
}

static bool put(FILE *file, const char *text, uint64_t *checksum) {
    *checksum = rnn_tuning_checksum(*checksum, text, strlen(text));
    return fputs(text, file) >= 0;
}

static bool put_entry(FILE *file, const rnn_tuning_entry *entry, uint64_t *checksum) {
    char line[RNN_TUNING_LINE_SIZE + 64];
    snprintf(line, sizeof line, "%s %s %d %lld %lld\n", entry->key, entry->backend, entry->threads,
             entry->nanoseconds, entry->model_nanoseconds);
    return put(file, line, checksum);
}

static bool put_all(FILE *file, const rnn_tuning_entry *entries, int count) {
    char header[RNN_TUNING_HEADER_SIZE], last[RNN_TUNING_LINE_SIZE];
    uint64_t checksum = RNN_TUNING_CHECKSUM_START;
    rnn_tuning_header(header);
    bool ok = put(file, header, &checksum);
    for (int i = 0; ok && i < count; i++)
        ok = put_entry(file, &entries[i], &checksum);
    rnn_tuning_last_line(last, count, checksum);
    return ok && fputs(last, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
}

/* A new file of our own, never one that is there; NULL, and errno says why. */
static FILE *open_beside(const char *path, char name[PATH_MAX]) {
    if (snprintf(name, PATH_MAX, "%s.%ld.part", path, (long)getpid()) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    int handle = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = handle < 0 ? NULL : fdopen(handle, "w");
    if (handle >= 0 && !file)
        close(handle);
    return file;
}

rnn_status rnn_tuning_write(const char *path, rnn_tuning_entry *entries, int count,
                            rnn_error *error) {
    char name[PATH_MAX];
    if (count > 1) /* not of NULL */
        qsort(entries, (size_t)count, sizeof *entries, by_key);
    FILE *file = open_beside(path, name);
    if (!file)
        return rnn_fail(error, RNN_UNAVAILABLE, "%.160s: %s", path, strerror(errno));
    bool ok = put_all(file, entries, count);
    int why = errno;
    if (fclose(file) != 0 && ok) {
        ok = false;
        why = errno;
    }
    if (ok && rename(name, path) == 0)
        return RNN_OK;
    if (ok)
        why = errno;
    unlink(name);
    return rnn_fail(error, RNN_UNAVAILABLE, "%.160s: %s", path, strerror(why));
}
