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
    peak_set *peaks; /* by threads, peaks[0] on one; NULL: not measured */
    int peak_count;
    uint64_t seed;
    subject subject;
    bool ran; /* the plan's outputs are those of a run */
    bool quit;
    reference_case *reference; /* of the last check; NULL: none */
} worker;

/* Each command is answered once, by one line of JSON. This takes the answer; NULL: no memory. */
void worker_answer(json_t *answer);
void worker_answer_error(const char *text);
void worker_answer_path(const char *path, const char *why); /* an error, of a file */
void worker_answer_status(rnn_status status, const rnn_error *error);

/* Members of an answer: a text from anywhere; a number, of which infinity, which JSON lacks,
 * becomes 1e300. */
json_t *worker_text(const char *text);
json_t *worker_number(double value);

/* A whole number in 1..most; where it is none, that is the answer. */
bool worker_read_count(const char *word, const char *what, int most, int *value);

/* A command, with its words, of which the first is its name. */
typedef void worker_action(worker *w, int count, char **words);

worker_action worker_backends, worker_context, worker_expand; /* worker_about.c */
worker_action worker_peaks, worker_roof;                      /* worker_peaks.c */
worker_action worker_write, worker_compare;                   /* worker_judge.c */
worker_action worker_prepare, worker_run, worker_output;      /* worker_runs.c */
worker_action worker_check, worker_count_instructions;        /* worker_checks.c */

#endif
