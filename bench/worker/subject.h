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
    char text[PROBLEM_TEXT_SIZE]; /* of the problem that is in `run`; "" where there is none */
    uint64_t seed;
    double pack_seconds; /* how long it took to make the plan and its scratch */

    /* What the oracle expects, as [row_count, steps, width] of y and then of y_backward, or NULL
     * before it was asked; and the batch rows that it was asked for, ascending. */
    double *expected;
    int *rows;
    int row_count;
} subject;

/* Accepts a subject of zeros. */
void subject_free(subject *subject);

/* Parses the problem and fills its inputs from the seed and its text alone, so that every process
 * has the same bytes. Does nothing where they are there already. Takes problems of values:normal
 * only. */
rnn_status subject_fill(subject *subject, const char *problem_text, uint64_t seed,
                        rnn_error *error);

rnn_status subject_plan(subject *subject, const char *backend, int threads, rnn_error *error);
/* Returns how many output arrays there are: 2 with merge:none, else 1. */
int subject_outputs(const subject *subject);

/* Returns how many floats all outputs have, dense and batch-major. */
size_t subject_output_floats(const subject *subject);

/* Asks the oracle for as many batch rows, spread from the first to the last, as take it a second or
 * so. Returns RNN_UNSUPPORTED where even one row would take it too long. */
rnn_status subject_expect(subject *subject, rnn_error *error);

/* Finds the largest |y - expected| / (1 + |expected|) over the rows that subject_expect() computed,
 * and the largest absolute error. What is not a number counts as INFINITY. `y` has
 * subject_output_floats(). */
void subject_compare(const subject *subject, const float *y, double *relative, double *absolute);

#endif
