/* SPDX-License-Identifier: MIT
 * What every target of the fuzzer has: its input piece by piece, files that hold it, and findings.
 */
#ifndef RNN_TESTS_FUZZ_H
#define RNN_TESTS_FUZZ_H

#include "kernels/rnn.h"

#include <stdio.h>

/* Called by libFuzzer, or by driver.c, which replays a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the condition does not hold this is a finding: it tells where and what, and ends the
 * process. */
#define FUZZ_CHECK(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_finding(__FILE__, __LINE__, #condition, __VA_ARGS__);                             \
    } while (0)
__attribute__((format(printf, 4, 5), noreturn)) void
fuzz_finding(const char *file, int line, const char *condition, const char *format, ...);

/* Checks that a function which refuses has left one line that says something. */
void fuzz_check_error(const rnn_error *error);

/* ---- The input ------------------------------------------------------------------------------ */

typedef struct fuzz_input {
    const uint8_t *at, *end;
} fuzz_input;

/* Returns 0 where the input has ended. */
int fuzz_byte(fuzz_input *in);
/* Draws a number by one byte of the input. */
int fuzz_between(fuzz_input *in, int least, int most);
uint32_t fuzz_word(fuzz_input *in);

/* Returns the rest of the input up to `end`, which is skipped, or all of it, as a text to be freed
 * by free(). A NUL ends it too. */
char *fuzz_text_until(fuzz_input *in, const char *end);
char *fuzz_text(fuzz_input *in);

/* ---- Files ---------------------------------------------------------------------------------- */

/* A file of these bytes that lies in memory only. */
typedef struct fuzz_file {
    int descriptor;
    char path[32];
} fuzz_file;
void fuzz_file_open(fuzz_file *file, const void *bytes, size_t size);
void fuzz_file_close(fuzz_file *file);

/* A folder of this process's own, in memory where the system has a place for that. It is removed at
 * the end. */
const char *fuzz_folder(void);
/* Replaces the file NAME in the folder. */
void fuzz_folder_write(const char *name, const void *bytes, size_t size);

/* What is printed goes into texts until the output is given back. `out` and `err` are to be
 * freed. */
typedef struct fuzz_output {
    char *out, *err;
    size_t out_size, err_size;
    FILE *streams[2];
} fuzz_output;
void fuzz_capture(fuzz_output *output);
void fuzz_release(fuzz_output *output);

#endif
