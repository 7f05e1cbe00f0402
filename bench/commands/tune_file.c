/* SPDX-License-Identifier: MIT */
#include "bench/commands/tune_file.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/replace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool tune_file_put(tune_file *file, const rnn_tuning_entry *entry) {
    for (int i = 0; i < file->count; i++)
        if (strcmp(file->entries[i].key, entry->key) == 0) {
            file->entries[i] = *entry;
            return true;
        }
    if (!LIST_MAKE_ROOM(file->entries, file->count))
        return false;
    file->entries[file->count++] = *entry;
    return true;
}

static bool keep(const rnn_tuning_entry *entry, void *data) {
    return tune_file_put(data, entry);
}

bool tune_file_write(tune_file *file, rnn_error *error) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    bool ok = to && rnn_tuning_print(to, file->entries, file->count);
    if (to)
        ok = fclose(to) == 0 && ok;
    ok = ok && file_replace(file->path, text, size);
    if (!ok)
        fail(error, "%.160s: %s", file->path, strerror(errno));
    free(text);
    return ok;
}

static bool read_entries(tune_file *file, bool force, rnn_error *error) {
    rnn_error why;
    struct stat info;
    if (stat(file->path, &info) != 0)
        return file->is_new = true;
    rnn_status status = rnn_tuning_read(file->path, keep, file, &why);
    if (status == RNN_OK)
        return true;
    if (status == RNN_OUT_OF_MEMORY || !S_ISREG(info.st_mode))
        return fail(error, "--out %.90s: %.120s", file->path, why.text);
    file->count = 0;
    return force || fail(error, "--out %.60s: %.140s; --force replaces it", file->path, why.text);
}

bool tune_file_open(tune_file *file, const char *path, bool force, rnn_error *error) {
    rnn_error why;
    char real[PATH_MAX];
    if (!file_behind_links(path, real))
        return fail(error, "--out %.160s: %s", path, strerror(errno));
    file->is_stream = file_is_stream(real);
    file->path = file->is_stream ? NULL : realpath(real, NULL);
    if (!file->path)
        file->path = strdup(real);
    if (!file->path)
        return fail(error, "out of memory");
    if (file->is_stream)
        return file_can_be_replaced(real) || fail(error, "--out %.160s: %s", path, strerror(errno));
    if (!read_entries(file, force, error))
        return false;
    return tune_file_write(file, &why) || fail(error, "--out %.240s", why.text);
}

void tune_file_close(tune_file *file) {
    if (file->path && file->is_new && file->count == 0)
        unlink(file->path);
    free(file->path);
    free(file->entries);
    *file = (struct tune_file){0};
}
