/* SPDX-License-Identifier: MIT
 *
 * Reads a tuning file, whose content may be anything. */
#include "kernels/auto/tuning.h"

#include "kernels/auto/auto.h"
#include "kernels/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *rnn_tuning_path(void) {
    const char *path = getenv("RNN_TUNING");
    return path && *path ? path : NULL;
}

/* ---- Lines -------------------------------------------------------------------------------- */

typedef struct line_reader {
    int file;
    int number; /* number of the line in `text`, from 1 */
    const char *text;
    size_t begin, end; /* the bytes that follow the line */
    size_t left;       /* bytes that may still be read, as the file may grow meanwhile */
    uint64_t checksum; /* checksum of the lines before it */
    rnn_error *error;
    char bytes[4 * RNN_TUNING_LINE_SIZE];
} line_reader;

static rnn_status damaged(const line_reader *in, const char *what) {
    return rnn_fail(in->error, RNN_INVALID_ARGUMENT, "line %d: %s", in->number, what);
}

/* Reads more bytes behind those that are there; *got is 0 at the end of the file. */
static rnn_status read_more(line_reader *in, size_t *got) {
    memmove(in->bytes, in->bytes + in->begin, in->end - in->begin);
    in->end -= in->begin;
    in->begin = 0;
    size_t room = sizeof in->bytes - in->end;
    ssize_t count;
    do
        count = read(in->file, in->bytes + in->end, room < in->left ? room : in->left);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return rnn_fail(in->error, RNN_UNAVAILABLE, "%s", strerror(errno));
    *got = (size_t)count;
    in->end += *got;
    in->left -= *got;
    return RNN_OK;
}

static bool is_text(const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i] < ' ' || bytes[i] > '~')
            return false;
    return true;
}

/* Puts the next line into in->text. There must be one, because the last line is known by its
 * word. */
static rnn_status next_line(line_reader *in) {
    char *line, *newline;
    in->number++;
    while (line = in->bytes + in->begin, !(newline = memchr(line, '\n', in->end - in->begin))) {
        size_t got = 0;
        if (in->end - in->begin >= RNN_TUNING_LINE_SIZE)
            return damaged(in, "too long");
        rnn_status status = read_more(in, &got);
        if (status != RNN_OK)
            return status;
        if (got == 0)
            return damaged(in, "the file ends here, it was cut off");
    }
    size_t length = (size_t)(newline - line);
    if (length >= RNN_TUNING_LINE_SIZE)
        return damaged(in, "too long");
    if (!is_text(line, length))
        return damaged(in, "bytes that are not text");
    *newline = '\0';
    in->text = line;
    in->begin += length + 1;
    return RNN_OK;
}

static void count_line(line_reader *in) {
    in->checksum = rnn_tuning_checksum(in->checksum, in->text, strlen(in->text));
    in->checksum = rnn_tuning_checksum(in->checksum, "\n", 1);
}

/* ---- Header and last line ----------------------------------------------------------------- */

static rnn_status read_header(line_reader *in) {
    char expected[RNN_TUNING_HEADER_SIZE];
    rnn_tuning_header(expected);
    for (char *line = expected, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        rnn_status status = next_line(in);
        if (status != RNN_OK)
            return status;
        if (strcmp(in->text, line) != 0 && in->number == 1)
            return damaged(in, "not a tuning file of this version");
        if (strcmp(in->text, line) != 0)
            return rnn_fail(in->error, RNN_UNAVAILABLE,
                            "of another machine or version: \"%.70s\", here \"%.70s\"", in->text,
                            line);
        count_line(in);
    }
    return RNN_OK;
}

static bool is_last_line(const line_reader *in) {
    return strncmp(in->text, "end ", 4) == 0;
}

static rnn_status check_last_line(line_reader *in, int count) {
    char expected[RNN_TUNING_LINE_SIZE];
    size_t got = 0;
    rnn_tuning_last_line(expected, count, in->checksum);
    expected[strlen(expected) - 1] = '\0';
    if (strcmp(in->text, expected) != 0)
        return damaged(in, "count or checksum is wrong, the file was damaged or edited");
    rnn_status status = in->begin < in->end ? RNN_OK : read_more(in, &got);
    if (status == RNN_OK && in->begin < in->end)
        return damaged(in, "the file goes on after its last line");
    return status;
}

/* ---- Entries ------------------------------------------------------------------------------ */

/* Takes what stands before the next space, which is skipped, or before the end. */
static bool take_word(const char **at, char *word, size_t size) {
    size_t length = strcspn(*at, " ");
    if (length == 0 || length >= size)
        return false;
    memcpy(word, *at, length);
    word[length] = '\0';
    *at += length + ((*at)[length] == ' ');
    return true;
}

/* Takes a number that has digits alone. */
static bool take_number(const char **at, long long *number) {
    char word[16];
    if (!take_word(at, word, sizeof word) || word[strspn(word, "0123456789")] != '\0')
        return false;
    *number = strtoll(word, NULL, 10);
    return true;
}

static rnn_status parse_entry(const line_reader *in, rnn_tuning_entry *entry) {
    const char *at = in->text;
    long long threads;
    if (!take_word(&at, entry->key, sizeof entry->key) ||
        !take_word(&at, entry->backend, sizeof entry->backend) || !take_number(&at, &threads) ||
        !take_number(&at, &entry->nanoseconds) || !take_number(&at, &entry->model_nanoseconds) ||
        *at != '\0')
        return damaged(in, "not an entry");
    const rnn_backend_row *row = rnn_backend_row_named(entry->backend);
    if (!row || row->backend == &rnn_backend_auto)
        return rnn_fail(in->error, RNN_INVALID_ARGUMENT, "line %d: backend \"%s\" is unknown",
                        in->number, entry->backend);
    if (threads < 1 || threads > RNN_MAX_THREADS)
        return rnn_fail(in->error, RNN_INVALID_ARGUMENT, "line %d: threads: %lld, must be 1 to %d",
                        in->number, threads, RNN_MAX_THREADS);
    entry->threads = (int)threads;
    return RNN_OK;
}

static rnn_status read_entries(line_reader *in, rnn_tuning_visit *visit, void *data) {
    rnn_tuning_entry entries[2] = {{.key = ""}};
    for (int count = 0;; count++) {
        rnn_tuning_entry *entry = &entries[count % 2];
        const rnn_tuning_entry *before = &entries[(count + 1) % 2];
        rnn_status status = next_line(in);
        if (status == RNN_OK && is_last_line(in))
            return check_last_line(in, count);
        if (status == RNN_OK)
            status = parse_entry(in, entry);
        if (status != RNN_OK)
            return status;
        if (strcmp(before->key, entry->key) >= 0)
            return damaged(in, "a problem comes twice, or not in order");
        count_line(in);
        if (!visit(entry, data))
            return rnn_fail(in->error, RNN_OUT_OF_MEMORY, "line %d: out of memory", in->number);
    }
}

/* ---- The file ----------------------------------------------------------------------------- */

static rnn_status open_file(line_reader *in, const char *path) {
    struct stat info;
    in->file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe might block */
    if (in->file < 0 || fstat(in->file, &info) != 0)
        return rnn_fail(in->error, RNN_UNAVAILABLE, "%s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return rnn_fail(in->error, RNN_UNAVAILABLE, "not a file");
    if (info.st_size > (off_t)in->left)
        return rnn_fail(in->error, RNN_INVALID_ARGUMENT, "%lld bytes, no tuning file has so many",
                        (long long)info.st_size);
    return RNN_OK;
}

rnn_status rnn_tuning_read(const char *path, rnn_tuning_visit *visit, void *data,
                           rnn_error *error) {
    line_reader in = {
        .left = RNN_TUNING_FILE_SIZE, .checksum = RNN_TUNING_CHECKSUM_START, .error = error};
    rnn_status status = open_file(&in, path);
    if (status == RNN_OK)
        status = read_header(&in);
    if (status == RNN_OK)
        status = read_entries(&in, visit, data);
    if (in.file >= 0)
        close(in.file);
    return status;
}

static bool ignore_entry(const rnn_tuning_entry *entry, void *data) {
    (void)entry;
    (void)data;
    return true;
}

rnn_status rnn_tuning_check(const char *path, rnn_error *error) {
    rnn_error why = {""};
    if (!path)
        path = rnn_tuning_path();
    rnn_status status = path ? rnn_tuning_read(path, ignore_entry, NULL, &why) : RNN_OK;
    return status == RNN_OK ? RNN_OK : rnn_fail(error, status, "%.90s: %.160s", path, why.text);
}
