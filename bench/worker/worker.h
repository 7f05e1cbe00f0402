/* SPDX-License-Identifier: MIT
 * What the commands of `rnnbench worker` share. */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include "bench/measure/roof.h"
#include "bench/worker/subject.h"
#include "reference/cases.h"

#include <jansson.h>

typedef struct worker {
    machine_info machine;
    peak_set *peaks; /* peaks[0] are those on one thread; NULL where none were measured */
    int peak_count;
    uint64_t seed;
    subject subject;
    bool ran; /* whether the subject's outputs are those of a run */
    bool quit;
    reference_case *reference; /* what the last check went by; NULL before the first */
} worker;

/* Writes the one line of JSON that answers a command, and frees the answer. NULL stands for one
 * that there was no memory for. */
void worker_answer(json_t *answer);
void worker_answer_error(const char *text);
void worker_answer_path(const char *path, const char *why); /* what is wrong with a file */
void worker_answer_status(rnn_status status, const rnn_error *error);

/* Make members of an answer: of a text from anywhere, and of a number. Infinity, which JSON lacks,
 * becomes 1e300. */
json_t *worker_text(const char *text);
json_t *worker_number(double value);

/* Reads a whole number in 1..most. Where the word is none, says so as the answer and returns false.
 */
bool worker_read_count(const char *word, const char *what, int most, int *value);

/* Does a command. The first of its words is its name. */
typedef void worker_action(worker *w, int count, char **words);

worker_action worker_backends, worker_context, worker_expand; /* worker_about.c */
worker_action worker_peaks, worker_roof;                      /* worker_peaks.c */
worker_action worker_write, worker_compare, worker_check;     /* worker_judge.c */
worker_action worker_prepare, worker_run, worker_count_instructions,
    worker_output; /* worker_runs.c */

#endif
