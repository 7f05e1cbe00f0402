/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_setaffinity, pipe2 */
#include "bench/worker/worker_process.h"

#include "bench/base/clock.h"
#include "bench/base/fail.h"
#include "bench/base/process.h"
#include "bench/base/temporary.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORDS      16
#define MAX_LINE       4096
#define MAX_ANSWER     (1 << 20)
#define UNKNOWN_STATUS (-1)

/* ---- Start and end -------------------------------------------------------------------------- */

static void set_unless(const char *name, const char *value, const char *const *others) {
    for (; *others; others++)
        if (getenv(*others))
            return;
    setenv(name, value, 1);
}

/* Has OpenMP's threads stay where they are, as wandering is half of their noise, and not spin for
 * long after a run, as the next run is the other side's. */
static void choose_openmp_settings(void) {
    set_unless("OMP_PROC_BIND", "true",
               (const char *const[]){"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY",
                                     "KMP_AFFINITY", NULL});
    set_unless("GOMP_SPINCOUNT", "30000",
               (const char *const[]){"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", NULL});
    set_unless("KMP_BLOCKTIME", "0",
               (const char *const[]){"KMP_BLOCKTIME", "OMP_WAIT_POLICY", NULL});
}

/* Runs in the child. */
static void take_place(void *data) {
    const worker_place *place = data;
    char shift[WORKER_MOST_SHIFT];
    choose_openmp_settings();
    memset(shift, '-', (size_t)place->shift);
    shift[place->shift] = '\0';
    setenv(WORKER_SHIFT_VARIABLE, shift, 1);
    if (place->core == WORKER_ANY_CORE)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)place->core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static pid_t start(const char *const *words, worker_place place, const int files[3]) {
    const char *all[MAX_WORDS + 2];
    int count = 0;
    for (; words[count] && count < MAX_WORDS; count++)
        all[count] = words[count];
    all[count] = "worker";
    all[count + 1] = NULL;
    return process_start(&(process_setup){.words = all,
                                          .files = {files[0], files[1], files[2]},
                                          .own_group = true,
                                          .prepare = take_place,
                                          .data = &place});
}

bool worker_start(worker_process *w, const char *const *words, worker_place place,
                  const volatile sig_atomic_t *stop, rnn_error *error) {
    int in[2], out[2];
    *w = (worker_process){.to = -1, .from = -1, .stop = stop};
    signal(SIGPIPE, SIG_IGN);
    w->errors = temporary_file(error);
    if (!w->errors)
        return false;
    if (pipe2(in, O_CLOEXEC) != 0) {
        fclose(w->errors);
        return fail(error, "no pipe: %s", strerror(errno));
    }
    bool piped = pipe2(out, O_CLOEXEC) == 0;
    w->pid = piped ? start(words, place, (int[]){in[0], out[1], fileno(w->errors)}) : -1;
    int why = errno;
    close(in[0]);
    if (piped)
        close(out[1]);
    if (w->pid > 0) {
        w->to = in[1];
        w->from = out[0];
        return true;
    }
    close(in[1]);
    if (piped)
        close(out[0]);
    fclose(w->errors);
    *w = (worker_process){0};
    return fail(error, "no process: %s", strerror(why));
}

static void release(worker_process *w) {
    close(w->to);
    close(w->from);
    fclose(w->errors);
    free(w->unread);
    *w = (worker_process){0};
}

void worker_stop(worker_process *w, double seconds) {
    int status;
    if (!w->pid)
        return;
    close(w->to); /* the end of its input ends it */
    w->to = -1;
    if (!process_wait(w->pid, clock_seconds() + (*w->stop ? 0.2 : seconds), NULL, &status))
        process_kill(w->pid);
    release(w);
}

/* ---- Why it is gone ------------------------------------------------------------------------- */

static void last_line(FILE *file, char *text, size_t size) {
    char line[512];
    *text = '\0';
    rewind(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line)
            snprintf(text, size, ": %.200s", line);
    }
}

/* Finds out why a worker is gone whose output has ended. */
static worker_outcome gone(worker_process *w, rnn_error *error) {
    char how[100] = "closed its output", why[220];
    int status = UNKNOWN_STATUS;
    if (!process_wait(w->pid, clock_seconds() + 0.5, NULL, &status))
        process_kill(w->pid);
    else if (status != UNKNOWN_STATUS)
        process_status_text(status, how, sizeof how);
    last_line(w->errors, why, sizeof why);
    release(w);
    fail(error, "%s%s", how, why);
    return WORKER_GONE;
}

static worker_outcome give_up(worker_process *w, worker_outcome outcome, rnn_error *error,
                              const char *why) {
    process_kill(w->pid);
    release(w);
    fail(error, "%s", why);
    return outcome;
}

/* ---- Asking --------------------------------------------------------------------------------- */

static bool send_line(const worker_process *w, const char *line, size_t length) {
    while (length) {
        const ssize_t sent = write(w->to, line, length);
        if (sent < 0 && errno != EINTR)
            return false;
        if (sent > 0) {
            line += sent;
            length -= (size_t)sent;
        }
    }
    return true;
}

static bool make_room(worker_process *w) {
    if (w->unread_size + 1 < w->unread_capacity)
        return true;
    const size_t capacity = w->unread_capacity ? 2 * w->unread_capacity : 4096;
    char *grown = capacity > MAX_ANSWER ? NULL : realloc(w->unread, capacity);
    if (!grown)
        return false;
    w->unread = grown;
    w->unread_capacity = capacity;
    return true;
}

/* Reads more of its output into `unread`. */
static worker_outcome read_more(worker_process *w, double deadline, rnn_error *error) {
    /* One look is had even when it is late: it may be this program that was stopped. */
    const int ready = clock_wait(w->from, deadline);
    if (*w->stop) {
        fail(error, "interrupted");
        return WORKER_INTERRUPTED;
    }
    if (ready < 0 && errno == EINTR)
        return WORKER_ANSWERED;
    if (ready <= 0)
        return give_up(w, WORKER_HUNG, error, "gave no answer in time");
    if (!make_room(w))
        return give_up(w, WORKER_GONE, error, "answered with too long a line");
    const ssize_t got =
        read(w->from, w->unread + w->unread_size, w->unread_capacity - w->unread_size - 1);
    if (got <= 0)
        return gone(w, error);
    w->unread_size += (size_t)got;
    return WORKER_ANSWERED;
}

static worker_outcome judge(worker_process *w, json_t *answer, rnn_error *error) {
    if (!json_is_object(answer))
        return give_up(w, WORKER_GONE, error, "answered something else than JSON");
    const char *text = json_string_value(json_object_get(answer, "error"));
    if (!text)
        return WORKER_ANSWERED;
    fail(error, "%.250s", text);
    return json_is_true(json_object_get(answer, "refused")) ? WORKER_REFUSED : WORKER_CANNOT;
}

static worker_outcome read_answer(worker_process *w, json_t **answer, double deadline,
                                  rnn_error *error) {
    char *end;
    while (!(end = w->unread_size ? memchr(w->unread, '\n', w->unread_size) : NULL)) {
        const worker_outcome outcome = read_more(w, deadline, error);
        if (outcome != WORKER_ANSWERED)
            return outcome;
    }
    const size_t length = (size_t)(end - w->unread);
    *answer = json_loadb(w->unread, length, 0, NULL);
    w->unread_size -= length + 1;
    memmove(w->unread, end + 1, w->unread_size);
    const worker_outcome outcome = judge(w, *answer, error);
    if (outcome != WORKER_ANSWERED) {
        json_decref(*answer);
        *answer = NULL;
    }
    return outcome;
}

worker_outcome worker_ask(worker_process *w, json_t **answer, double deadline, rnn_error *error,
                          const char *format, ...) {
    char line[MAX_LINE];
    va_list arguments;
    *answer = NULL;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (!w->pid || length < 0 || length >= (int)sizeof line - 1) {
        fail(error, w->pid ? "too long a line" : "no worker");
        return WORKER_CANNOT;
    }
    line[length] = '\n';
    if (!send_line(w, line, (size_t)length + 1))
        return gone(w, error);
    return read_answer(w, answer, deadline, error);
}

/* ---- Its threads ---------------------------------------------------------------------------- */

static bool thread_runs(const char *folder, const char *thread) {
    char path[300], line[512] = "";
    snprintf(path, sizeof path, "%s/%.20s/stat", folder, thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const char *read = fgets(line, sizeof line, file);
    fclose(file);
    const char *end = read ? strrchr(line, ')') : NULL;
    return end && end[1] == ' ' && end[2] == 'R';
}

static bool any_runs(const worker_process *w) {
    char folder[64];
    snprintf(folder, sizeof folder, "/proc/%d/task", (int)w->pid);
    DIR *threads = opendir(folder);
    if (!threads)
        return false;
    bool runs = false;
    for (struct dirent *entry; !runs && (entry = readdir(threads));)
        runs = isdigit((unsigned char)entry->d_name[0]) && thread_runs(folder, entry->d_name);
    closedir(threads);
    return runs;
}

void worker_wait_until_asleep(const worker_process *w, double most) {
    const double deadline = clock_seconds() + most;
    while (any_runs(w) && clock_seconds() < deadline)
        clock_sleep(5e-5);
}
