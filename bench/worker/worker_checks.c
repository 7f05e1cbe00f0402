/* SPDX-License-Identifier: MIT
 * What `rnnbench gate` asks of a worker besides times: whether a backend is right, and how many
 * instructions it takes. */
#include "bench/machine/instructions.h"
#include "bench/problems/problem_cost.h"
#include "bench/worker/worker.h"

#include <stdio.h>
#include <string.h>

/* ---- Against the oracle --------------------------------------------------------------------- */

/* Takes the case of the last problem where it is the same, or else makes a new one. */
static rnn_status choose_case(worker *w, const char *text, rnn_error *error) {
    problem asked;
    char known[PROBLEM_TEXT_SIZE] = "", wanted[PROBLEM_TEXT_SIZE];
    if (!problem_parse(&asked, text, error))
        return RNN_INVALID_ARGUMENT;
    const problem checked = problem_as_checked(&asked);
    problem_print(&checked, wanted);
    if (w->reference)
        problem_print(&case_run(w->reference)->problem, known);
    if (strcmp(known, wanted) == 0)
        return RNN_OK;
    case_destroy(w->reference);
    w->reference = NULL;
    return case_create(&w->reference, &checked, w->seed, error);
}

void worker_check(worker *w, int count, char **words) {
    (void)count;
    int threads;
    rnn_error error;
    case_verdict verdict;
    if (!worker_read_count(words[2], "threads", RNN_MAX_THREADS, &threads))
        return;
    rnn_status status = choose_case(w, words[3], &error);
    if (status == RNN_OK)
        status = case_check(w->reference, words[1], threads, GUARD_NONE, &verdict, &error);
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    worker_answer(json_pack("{s:b, s:o, s:o}", "passed", verdict.passed, "max_error",
                            worker_number(verdict.max_error), "text", worker_text(verdict.text)));
}

/* ---- Instructions --------------------------------------------------------------------------- */

static rnn_status run_often(const runnable *run, int runs, rnn_error *error) {
    rnn_status status = RNN_OK;
    for (int i = 0; i < runs && status == RNN_OK; i++)
        status = runnable_run(run, error);
    return status;
}

void worker_count_instructions(worker *w, int count, char **words) {
    (void)count;
    int runs;
    rnn_error error;
    double instructions = 0;
    if (!worker_read_count(words[1], "runs", 1000000000, &runs))
        return;
    if (!w->subject.run.plan) {
        worker_answer_error("count: no plan yet; prepare one");
        return;
    }
    rnn_status status = run_often(&w->subject.run, 1, &error);
    if (status == RNN_OK && !instructions_start(&error))
        status = RNN_UNAVAILABLE;
    if (status == RNN_OK) {
        status = run_often(&w->subject.run, runs, &error);
        instructions = instructions_stop();
    }
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    worker_answer(json_pack("{s:o}", "instructions", worker_number(instructions)));
}
