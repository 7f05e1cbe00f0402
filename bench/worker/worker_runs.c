/* SPDX-License-Identifier: MIT
 * A participant: a `rnnbench worker` prepares a plan, runs it, counts its instructions and writes
 * its outputs. */
#include "bench/base/clock.h"
#include "bench/machine/instructions.h"
#include "bench/worker/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void worker_prepare(worker *w, int count, char **words) {
    (void)count;
    int threads;
    rnn_error error;
    subject *s = &w->subject;
    w->ran = false;
    runnable_drop_plan(&s->run); /* what fails here leaves nothing to run */
    if (!worker_read_count(words[2], "threads", RNN_MAX_THREADS, &threads))
        return;
    rnn_status status = subject_fill(s, words[3], w->seed, &error);
    if (status == RNN_OK)
        status = subject_plan(s, words[1], threads, &error);
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    worker_answer(json_pack(
        "{s:o, s:o, s:o, s:o}", "label", worker_text(rnn_plan_implementation(s->run.plan)),
        "pack_us", worker_number(1e6 * s->pack_seconds), "packed_bytes",
        worker_number((double)rnn_plan_packed_size(s->run.plan)), "scratch_bytes",
        worker_number((double)rnn_plan_scratch_size(s->run.plan))));
}

/* Returns the CPU time of all threads of this process. */
static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static rnn_status run_often(const runnable *run, int runs, rnn_error *error) {
    rnn_status status = RNN_OK;
    for (int i = 0; i < runs && status == RNN_OK; i++)
        status = runnable_run(run, error);
    return status;
}

/* Reads how often the plan is to run. Where there is no such number, or no plan, says so as the
 * answer and returns false. */
static bool read_runs(const worker *w, char **words, int *runs) {
    char text[64];
    if (!worker_read_count(words[1], "runs", 1000000000, runs))
        return false;
    if (w->subject.run.plan)
        return true;
    snprintf(text, sizeof text, "%s: no plan yet; prepare one", words[0]);
    worker_answer_error(text);
    return false;
}

/* Times the runs. One run before the clock starts wakes the threads and warms the caches. */
void worker_run(worker *w, int count, char **words) {
    (void)count;
    int runs;
    rnn_error error;
    if (!read_runs(w, words, &runs))
        return;
    const runnable *run = &w->subject.run;
    rnn_status status = run_often(run, 1, &error);
    double cpu = cpu_seconds(), start = clock_seconds();
    if (status == RNN_OK)
        status = run_often(run, runs, &error);
    double seconds = clock_seconds() - start;
    cpu = cpu_seconds() - cpu;
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    w->ran = true;
    worker_answer(json_pack("{s:o, s:o}", "seconds", worker_number(seconds), "cpu_seconds",
                            worker_number(cpu)));
}

/* Writes every output of the last run, dense and batch-major. */
static bool write_outputs(const subject *s, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    const runnable *run = &s->run;
    size_t width = (size_t)runnable_width(run);
    bool ok = true;
    for (int k = 0; k < subject_outputs(s); k++)
        for (int n = 0; n < run->problem.batch; n++)
            for (int t = 0; t < runnable_steps(run); t++)
                ok &= fwrite(runnable_output(run, ARRAY_Y + k, n, t), sizeof(float), width, file) ==
                      width;
    return fclose(file) == 0 && ok;
}

void worker_output(worker *w, int count, char **words) {
    (void)count;
    if (!w->ran) {
        worker_answer_error("output: nothing was run yet");
        return;
    }
    if (write_outputs(&w->subject, words[1])) {
        worker_answer(json_object());
        return;
    }
    worker_answer_path(words[1], strerror(errno));
}

void worker_count_instructions(worker *w, int count, char **words) {
    (void)count;
    int runs;
    rnn_error error;
    double instructions = 0;
    if (!read_runs(w, words, &runs))
        return;
    const runnable *run = &w->subject.run;
    rnn_status status = run_often(run, 1, &error);
    if (status == RNN_OK && !instructions_start(&error))
        status = RNN_UNAVAILABLE;
    if (status == RNN_OK) {
        status = run_often(run, runs, &error);
        instructions = instructions_stop();
    }
    if (status != RNN_OK) {
        worker_answer_status(status, &error);
        return;
    }
    worker_answer(json_pack("{s:o}", "instructions", worker_number(instructions)));
}
