/* SPDX-License-Identifier: MIT
 *
 * What `rnnbench worker` works on: one problem with its numbers, a plan for it, and what the oracle
 * expects of some of its batch rows. Made and run by command, since the driver of bench/peers
 * decides what runs when.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "reference/runnable.h"

typedef struct subject {
    runnable run;
    char text[PROBLEM_TEXT_SIZE]; /* of the problem that is in `run`; "": none */
    uint64_t seed;
    double pack_seconds; /* what its plan and scratch took */

    double *expected; /* [row_count, steps, width] of y, then of y_backward; NULL: not computed */
    int *rows;        /* those batch rows, ascending */
    int row_count;
} subject;

/* Accepts a subject of zeros. */
void subject_free(subject *subject);

/* Parses the problem and fills its inputs from the seed and its text alone, so that every process
 * has the same bytes. Does nothing where they are there already. Only values:normal. */
rnn_status subject_fill(subject *subject, const char *problem_text, uint64_t seed,
                        rnn_error *error);

rnn_status subject_plan(subject *subject, const char *backend, int threads, rnn_error *error);
/* How many output arrays there are: 2 with merge:none. */
int subject_outputs(const subject *subject);

/* Floats of all outputs, dense and batch-major. */
size_t subject_output_floats(const subject *subject);

/* The oracle's answer for as many batch rows, from the first to the last, as take it a second or
 * so. RNN_UNSUPPORTED where even one would take it too long. */
rnn_status subject_expect(subject *subject, rnn_error *error);

/* The largest |y - expected| / (1 + |expected|) over the rows that subject_expect computed, and the
 * largest absolute error; INFINITY for what is not a number. `y` has subject_output_floats(). */
void subject_compare(const subject *subject, const float *y, double *relative, double *absolute);

#endif
