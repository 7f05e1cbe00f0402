/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memfd_create */
#include "tests/fuzz/fuzz.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *terminal[2]; /* stdout and stderr as they were before they were captured */

void fuzz_finding(const char *file, int line, const char *condition, const char *format, ...) {
    FILE *to = terminal[1] ? terminal[1] : stderr;
    const char *name = strrchr(file, '/');
    va_list arguments;
    va_start(arguments, format);
    fprintf(to, "FINDING %s:%d: %s: ", name ? name + 1 : file, line, condition);
    vfprintf(to, format, arguments);
    fputc('\n', to);
    va_end(arguments);
    fflush(to);
    abort();
}

void fuzz_check_error(const rnn_error *error) {
    const char *end = memchr(error->text, '\0', sizeof error->text);
    FUZZ_CHECK(end, "the text of an error does not end");
    FUZZ_CHECK(end > error->text, "an error says nothing");
    FUZZ_CHECK(!strpbrk(error->text, "\r\n"), "more than one line: %s", error->text);
}

/* ---- The input ------------------------------------------------------------------------------ */

int fuzz_byte(fuzz_input *in) {
    return in->at < in->end ? *in->at++ : 0;
}

int fuzz_between(fuzz_input *in, int least, int most) {
    return least + fuzz_byte(in) % (most - least + 1);
}

uint32_t fuzz_word(fuzz_input *in) {
    uint32_t word = 0;
    for (int i = 0; i < 4; i++)
        word = word << 8 | (uint32_t)fuzz_byte(in);
    return word;
}

char *fuzz_text_until(fuzz_input *in, const char *end) {
    const size_t left = (size_t)(in->end - in->at), end_length = strlen(end);
    const uint8_t *found = end_length && left ? memmem(in->at, left, end, end_length) : NULL;
    const size_t length = found ? (size_t)(found - in->at) : left;
    char *text = malloc(length + 1);
    FUZZ_CHECK(text, "no memory");
    if (length)
        memcpy(text, in->at, length);
    text[length] = '\0';
    in->at += length + (found ? end_length : 0);
    return text;
}

char *fuzz_text(fuzz_input *in) {
    return fuzz_text_until(in, "");
}

/* ---- Files ---------------------------------------------------------------------------------- */

static void write_all(int descriptor, const char *bytes, size_t size) {
    while (size) {
        const ssize_t written = write(descriptor, bytes, size);
        FUZZ_CHECK(written > 0, "no room for a file");
        bytes += written;
        size -= (size_t)written;
    }
}

void fuzz_file_open(fuzz_file *file, const void *bytes, size_t size) {
    file->descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(file->descriptor >= 0, "no file in memory");
    write_all(file->descriptor, bytes, size);
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
}

void fuzz_file_close(fuzz_file *file) {
    close(file->descriptor);
}

static char folder[64];

static void remove_folder(void) {
    char command[sizeof folder + 16];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", folder);
}

const char *fuzz_folder(void) {
    if (*folder)
        return folder;
    strcpy(folder,
           access("/dev/shm", W_OK) == 0 ? "/dev/shm/rnn_fuzz_XXXXXX" : "/tmp/rnn_fuzz_XXXXXX");
    FUZZ_CHECK(mkdtemp(folder), "no folder like %s", folder);
    atexit(remove_folder);
    return folder;
}

void fuzz_folder_write(const char *name, const void *bytes, size_t size) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    FUZZ_CHECK(file, "no file %s", path);
    FUZZ_CHECK(fwrite(bytes, 1, size, file) == size, "%s is not written", path);
    fclose(file);
}

void fuzz_capture(fuzz_output *output) {
    *output = (fuzz_output){0};
    output->streams[0] = open_memstream(&output->out, &output->out_size);
    output->streams[1] = open_memstream(&output->err, &output->err_size);
    FUZZ_CHECK(output->streams[0] && output->streams[1], "no memory");
    terminal[0] = stdout;
    terminal[1] = stderr;
    stdout = output->streams[0];
    stderr = output->streams[1];
}

void fuzz_release(fuzz_output *output) {
    stdout = terminal[0];
    stderr = terminal[1];
    terminal[0] = terminal[1] = NULL;
    fclose(output->streams[0]);
    fclose(output->streams[1]);
}
