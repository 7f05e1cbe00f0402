/* SPDX-License-Identifier: MIT
 * rnnbench worker reads line commands from standard input and answers each by one line of JSON on
 * standard output. It serves the driver in bench/peers, which runs many of these beside the workers
 * of other frameworks, and `rnnbench gate`, which runs those of two builds. A command that cannot
 * be done is answered with {"error": "..."}; only `quit` and the end of the input end a worker. */
#include "bench/worker/worker.h"

#include "bench/base/command.h"
#include "bench/base/ranges.h"
#include "bench/base/utf8.h"
#include "bench/worker/worker_process.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 4096
#define BLANKS    " \t\r\n"

/* ---- Answers -------------------------------------------------------------------------------- */

json_t *worker_text(const char *text) {
    char *clean = utf8_clean(text);
    json_t *value = clean ? json_string(clean) : NULL;
    free(clean);
    return value;
}

json_t *worker_number(double value) {
    if (fabs(value) < 0x1p53 && value == floor(value))
        return json_integer((json_int_t)value); /* to be written without a point */
    return json_real(isfinite(value) ? value : 1e300);
}

void worker_answer(json_t *answer) {
    if (!answer || json_dumpf(answer, stdout, 0) != 0)
        fputs("{\"error\": \"out of memory\"}", stdout);
    putchar('\n');
    json_decref(answer);
}

void worker_answer_error(const char *text) {
    worker_answer(json_pack("{s:o}", "error", worker_text(text)));
}

void worker_answer_path(const char *path, const char *why) {
    char text[320];
    snprintf(text, sizeof text, "%.200s: %s", path, why);
    worker_answer_error(text);
}

void worker_answer_status(rnn_status status, const rnn_error *error) {
    char text[320];
    snprintf(text, sizeof text, "%s: %s", rnn_status_text(status), error->text);
    worker_answer(json_pack("{s:o, s:b}", "error", worker_text(text), "refused",
                            status == RNN_UNSUPPORTED || status == RNN_UNAVAILABLE));
}

bool worker_read_count(const char *word, const char *what, int most, int *value) {
    rnn_error error;
    char text[400];
    if (parse_int(word, 1, most, value, &error))
        return true;
    snprintf(text, sizeof text, "%s \"%.40s\": %s", what, word, error.text);
    worker_answer_error(text);
    return false;
}

/* ---- Commands ------------------------------------------------------------------------------- */

static void do_seed(worker *w, int count, char **words) {
    (void)count;
    char *end;
    errno = 0;
    uint64_t seed = strtoull(words[1], &end, 0);
    if (words[1][0] < '0' || words[1][0] > '9' || *end || errno == ERANGE) {
        worker_answer_error("seed: not a whole number of 64 bits");
        return;
    }
    w->seed = seed;
    case_destroy(w->reference); /* whose numbers are of the seed before */
    w->reference = NULL;
    worker_answer(json_object());
}

static void do_quit(worker *w, int count, char **words) {
    (void)count, (void)words;
    w->quit = true;
    worker_answer(json_object());
}

/* ---- The loop ------------------------------------------------------------------------------- */

typedef struct worker_command {
    const char *name, *arguments;
    int argument_count; /* -1: any number */
    worker_action *run;
} worker_command;

static const worker_command commands[] = {
    {"backends", "", 0, worker_backends},
    {"context", "", 0, worker_context},
    {"expand", "[filters of rnnbench sweep]", -1, worker_expand},
    {"seed", "NUMBER", 1, do_seed},
    {"peaks", "MOST_THREADS MILLISECONDS", 2, worker_peaks},
    {"roof", "THREADS BACKEND", 2, worker_roof},
    {"write", "FOLDER PROBLEM", 2, worker_write},
    {"compare", "FILE", 1, worker_compare},
    {"prepare", "BACKEND THREADS PROBLEM", 3, worker_prepare},
    {"run", "COUNT", 1, worker_run},
    {"output", "FILE", 1, worker_output},
    {"check", "BACKEND THREADS PROBLEM", 3, worker_check},
    {"count", "COUNT", 1, worker_count_instructions},
    {"quit", "", 0, do_quit},
};
enum { WORKER_COMMAND_COUNT = sizeof commands / sizeof *commands };

static void obey(worker *w, char *line) {
    char *words[MAX_WORDS], text[200];
    int count = 0;
    for (char *word = strtok(line, BLANKS); word && count < MAX_WORDS; word = strtok(NULL, BLANKS))
        words[count++] = word;
    if (count == 0 || count == MAX_WORDS) {
        worker_answer_error(count ? "too many words" : "an empty line");
        return;
    }
    words[count] = NULL;
    for (int i = 0; i < WORKER_COMMAND_COUNT; i++) {
        const worker_command *command = &commands[i];
        if (strcmp(words[0], command->name) != 0)
            continue;
        if (command->argument_count < 0 || command->argument_count == count - 1) {
            command->run(w, count, words);
            return;
        }
        snprintf(text, sizeof text, "usage: %s %s", command->name, command->arguments);
        worker_answer_error(text);
        return;
    }
    snprintf(text, sizeof text, "\"%.80s\": unknown command", words[0]);
    worker_answer_error(text);
}

int command_worker(const command_line *line_of_program) {
    option_list options = {0};
    int status;
    if (!command_read(line_of_program, &options, &status))
        return status;
    /* Allocated first, so that all the rest lies behind it; NULL where nothing is to be moved. */
    const char *variable = getenv(WORKER_SHIFT_VARIABLE);
    char *shift = variable ? strdup(variable) : NULL;
    worker w = {.seed = 1};
    char *line = NULL;
    size_t size = 0;
    bool reader_left = false;
    signal(SIGPIPE, SIG_IGN);
    machine_describe(&w.machine);
    while (!w.quit && !reader_left && getline(&line, &size, stdin) >= 0) {
        obey(&w, line);
        reader_left = fflush(stdout) != 0;
    }
    if (reader_left) { /* as a driver does that has what it wants: nobody is left to be told */
        __fpurge(stdout);
        clearerr(stdout);
    }
    free(line);
    case_destroy(w.reference);
    subject_free(&w.subject);
    free(w.peaks);
    free(shift);
    return EXIT_FINE;
}
