/* SPDX-License-Identifier: MIT
 *
 * The tuning file: which backend on how many threads was fastest for a problem, as measured on this
 * machine by `rnnbench tune`. Text, one line each:
 *
 *   rnnbench tuning 1             the header: everything that a measurement depends on. It must be
 *   librnn 0.1.0                  what it is here, line by line, for the file to be used
 *   ...
 *   KEY BACKEND THREADS NS NS     the entries in the order of their keys (strcmp), no key twice;
 *   ...                           medians of the winner and of the cost model's choice, for people
 *   end COUNT CHECKSUM            entries; FNV-1a, 64 bits, of all bytes before this line
 *
 * A file that is not exactly this is not used at all, and what it says is a hint about speed and
 * nothing else: whatever it names must be available and support the problem, as if a user had.
 */
#ifndef RNN_TUNING_H
#define RNN_TUNING_H

#include "kernels/rnn.h"

#include <stdio.h>

#define RNN_TUNING_KEY_SIZE    960
#define RNN_TUNING_LINE_SIZE   1024 /* with its newline */
#define RNN_TUNING_HEADER_SIZE 1024
#define RNN_TUNING_FILE_SIZE   ((size_t)16 << 20)

typedef struct rnn_tuning_entry {
    char key[RNN_TUNING_KEY_SIZE];
    char backend[24];
    int threads;
    long long nanoseconds, model_nanoseconds; /* 0: not measured */
} rnn_tuning_entry;

/* Writes what a problem is as far as speed is concerned, on at most so many threads, without
 * spaces:
 *   lstm(D:64,U:64,tanh,sigmoid,bias,sequences)/N:8/T:25/x:batch_major/y:batch_major/threads:2
 * The strides in `shape` may be resolved ones or the 0 of dense ones. Returns false for a model
 * that is too long for a key. */
bool rnn_tuning_key(char key[RNN_TUNING_KEY_SIZE], const rnn_model *model, const rnn_shape *shape,
                    int threads);

/* Writes all lines of the header as they are for this machine and build. */
void rnn_tuning_header(char text[RNN_TUNING_HEADER_SIZE]);

/* What RNN_TUNING says, or NULL where it is unset or empty. */
const char *rnn_tuning_path(void);

/* Is called with one entry after the other. It returns false to end the reading where memory runs
 * out. */
typedef bool rnn_tuning_visit(const rnn_tuning_entry *entry, void *data);

/* Reads a tuning file. What was visited counts only where this returns RNN_OK, as the checksum
 * comes last. It returns RNN_UNAVAILABLE for a file that cannot be read or is of another machine or
 * version, RNN_INVALID_ARGUMENT for one that is damaged or something else, or RNN_OUT_OF_MEMORY.
 * The text does not name the file. It never blocks or allocates. */
rnn_status rnn_tuning_read(const char *path, rnn_tuning_visit *visit, void *data, rnn_error *error);

/* Prints a whole file. It sorts the entries, of which no two may have the same key. Returns false
 * where the stream failed. */
bool rnn_tuning_print(FILE *to, rnn_tuning_entry *entries, int count);

/* The checksum's start, for reading and for writing. */
#define RNN_TUNING_CHECKSUM_START 0xcbf29ce484222325u
uint64_t rnn_tuning_checksum(uint64_t checksum, const char *bytes, size_t count);
/* Writes the last line, with its newline. */
void rnn_tuning_last_line(char text[RNN_TUNING_LINE_SIZE], int count, uint64_t checksum);

#endif
