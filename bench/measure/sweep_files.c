/* SPDX-License-Identifier: MIT */
#include "bench/measure/sweep_files.h"

#include "bench/base/clock.h"
#include "bench/base/replace.h"
#include "bench/commit.h"
#include "bench/measure/gbench.h"
#include "bench/measure/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Names ---------------------------------------------------------------------------------- */

/* Returns the path behind a chain of links, or NULL with the reason for a file that cannot be
 * written. A disk that is full now need not be so at the end. */
static char *writable_file(const char *option, const char *path, rnn_error *error) {
    char real[PATH_MAX];
    bool ok = file_can_be_replaced(path);
    int why = errno;
    if (!ok && (why == ENOSPC || why == EDQUOT))
        ok = access(path, W_OK) == 0; /* a file that is not there yet would be missed only then */
    if (ok && !file_behind_links(path, real)) {
        ok = false;
        why = errno;
    }
    char *copy = ok ? strdup(real) : NULL;
    if (!copy)
        fail(error, "%s %.160s: %s", option, path, strerror(ok ? ENOMEM : why));
    return copy;
}

static const char *name_in_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool stat_folder(const char *path, struct stat *info) {
    char folder[PATH_MAX];
    const int length = (int)(name_in_folder(path) - path);
    return snprintf(folder, sizeof folder, "%.*s.", length, path) < PATH_MAX &&
           stat(folder, info) == 0;
}

/* Whether both are one name in one folder, however that is written: neither need be there. */
static bool is_same_file(const char *a, const char *b) {
    struct stat of_a, of_b;
    return strcmp(name_in_folder(a), name_in_folder(b)) == 0 && stat_folder(a, &of_a) &&
           stat_folder(b, &of_b) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static char *join(const char *base, const char *ending) {
    char *path = malloc(strlen(base) + strlen(ending) + 1);
    if (path)
        stpcpy(stpcpy(path, base), ending);
    return path;
}

/* Gives the files that take their names from the store its next name that is free. Returns false
 * with errno. */
static bool choose_name(sweep_files *files) {
    char base[PATH_MAX];
    errno = ENAMETOOLONG;
    if (!store_free_name(files->folder, files->name, &files->number, base))
        return false;
    errno = ENOMEM;
    if (files->saves_out) {
        free(files->out);
        files->out = join(base, ".json");
    }
    if (files->saves_table) {
        free(files->table);
        files->table = join(base, ".md");
    }
    return (!files->saves_out || files->out) && (!files->saves_table || files->table);
}

bool sweep_files_choose(sweep_files *files, const sweep_options *options,
                        const machine_info *machine, rnn_error *error) {
    const char *out = options->out, *table = options->table;
    *files = (struct sweep_files){.command = "sweep"};
    if (out && !(files->out = writable_file("--out", out, error)))
        return false;
    if (table && !(files->table = writable_file("--table", table, error)))
        return false;
    if (out && table && is_same_file(files->out, files->table))
        return fail(error, "--table %.160s: the same file as --out", table);
    if (!options->save || (out && table))
        return true;
    files->saves_out = !out;
    files->saves_table = !table;
    files->number = 1;
    if (!store_open_folder(options->results, machine, files->folder, error))
        return false;
    store_result_name(time(NULL), BUILD_COMMIT, options->request.shard.index,
                      options->request.shard.count, files->name);
    return choose_name(files) || fail(error, "--save: %.160s: %s", files->folder, strerror(errno));
}

void sweep_files_free(sweep_files *files) {
    if (files->saves_out && !files->out_exists)
        rmdir(files->folder); /* which was made for nothing if it is still empty */
    free(files->out);
    free(files->table);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static bool write_rows(sweep_files *files) {
    size_t size;
    double start = clock_seconds();
    char *content = gbench_json(&size);
    bool ok = content != NULL;
    if (!ok)
        errno = ENOMEM;
    else if (!files->saves_out || files->out_exists)
        ok = file_replace(files->out, content, size);
    else /* another sweep may have taken the name since it was chosen */
        while (!(ok = file_create(files->out, content, size)))
            if (errno != EEXIST || !choose_name(files))
                break;
    int why = errno;
    free(content);
    files->last_write = clock_seconds();
    files->write_seconds = files->last_write - start;
    errno = why;
    files->out_exists |= ok && !file_is_stream(files->out);
    return ok;
}

static bool write_table(const char *path, const measurement_list *results) {
    char *content = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&content, &size);
    if (!text)
        return false;
    table_print_markdown(text, results);
    bool ok = fclose(text) == 0 && file_replace(path, content, size);
    int why = errno;
    free(content);
    errno = why;
    return ok;
}

static void tell_failure(const sweep_files *files, const char *path, const char *consequence) {
    fprintf(stderr, "rnnbench %s: %s: %s%s\n", files->command, path, strerror(errno), consequence);
}

void sweep_files_write_now_and_then(sweep_files *files) {
    const double most_share = 0.02; /* of the time */
    if (!files->out || file_is_stream(files->out) ||
        clock_seconds() - files->last_write < files->write_seconds / most_share)
        return;
    if (write_rows(files) || files->told)
        return;
    tell_failure(files, files->out, "; measures on, and tries again");
    files->told = true;
}

bool sweep_files_write_all(sweep_files *files, const measurement_list *results) {
    if (results->count == 0)
        return true;
    bool out_written = !files->out || write_rows(files);
    if (!out_written)
        tell_failure(files, files->out, "");
    bool table_written = !files->table || write_table(files->table, results);
    if (!table_written)
        tell_failure(files, files->table, "");
    files->table_exists = files->table && table_written && !file_is_stream(files->table);
    return out_written && table_written;
}

void sweep_files_print(const sweep_files *files) {
    if (files->out_exists)
        printf("saved %s\n", files->out);
    if (files->table_exists)
        printf("saved %s\n", files->table);
}
