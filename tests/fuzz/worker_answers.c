/* SPDX-License-Identifier: MIT
 *
 * What `rnnbench gate` reads of a worker that answers with lines from anywhere. There is no such
 * process. */
#define _GNU_SOURCE /* for what is included below */
#include "tests/fuzz/worker.h"

#include "bench/base/process.h"

static bool has_ended_at_once(pid_t process, double deadline, const volatile sig_atomic_t *stop,
                              int *status) {
    (void)process, (void)deadline, (void)stop;
    *status = 0;
    return true;
}

#define process_wait          has_ended_at_once
#define process_kill(process) ((void)(process))
#include "bench/worker/worker_process.c"
#undef process_kill
#undef process_wait

/* A pipe takes this many bytes at once. */
enum { MOST_BYTES = 1 << 15 };

static void read_answers(worker_process *w) {
    for (int i = 0; w->pid && i < 100; i++) {
        json_t *answer = NULL;
        rnn_error error = {""};
        const worker_outcome outcome = read_answer(w, &answer, clock_seconds() + 10, &error);
        FUZZ_CHECK((outcome == WORKER_ANSWERED) == (answer != NULL), "outcome %d", (int)outcome);
        FUZZ_CHECK(!answer || json_is_object(answer), "no object");
        FUZZ_CHECK(!w->pid == (outcome == WORKER_GONE), "outcome %d", (int)outcome);
        FUZZ_CHECK(w->unread_size <= w->unread_capacity, "%zu of %zu", w->unread_size,
                   w->unread_capacity);
        if (!answer)
            fuzz_check_error(&error);
        json_decref(answer);
    }
}

void try_answers(const char *lines, size_t size) {
    static const volatile sig_atomic_t stop = 0;
    int in[2], out[2];
    if (size > MOST_BYTES)
        return;
    FUZZ_CHECK(pipe(in) == 0 && pipe(out) == 0, "no pipe");
    FUZZ_CHECK(write(out[1], lines, size) == (ssize_t)size, "no room in a pipe");
    close(out[1]);
    close(in[0]);
    worker_process w = {.pid = 1, .to = in[1], .from = out[0], .errors = tmpfile(), .stop = &stop};
    FUZZ_CHECK(w.errors, "no file");
    read_answers(&w);
    if (w.pid)
        release(&w);
}
