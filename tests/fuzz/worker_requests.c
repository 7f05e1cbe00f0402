/* SPDX-License-Identifier: MIT
 *
 * A worker obeys lines from anywhere, and must answer each with one line of JSON. Requests that
 * would write a file, measure, or compute for long are not carried out here. */
#include "bench/worker/worker.h"
#include "tests/fuzz/worker.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* These lie behind the functions below. */
static worker_action *const really_prepare = worker_prepare, *const really_check = worker_check,
                            *const really_run = worker_run;

static void not_here(worker *w, int count, char **words) {
    (void)w, (void)count, (void)words;
    worker_answer_error("not in a test");
}

static bool is_small(const char *text) {
    problem p;
    rnn_error error;
    return !problem_parse(&p, text, &error) ||
           (problem_flops(&p, problem_all_steps(&p)) < 1e5 && (double)p.batch * p.timesteps < 1e3);
}

static void prepare_small(worker *w, int count, char **words) {
    (is_small(words[3]) ? really_prepare : not_here)(w, count, words);
}

static void check_small(worker *w, int count, char **words) {
    (is_small(words[3]) ? really_check : not_here)(w, count, words);
}

static void run_few(worker *w, int count, char **words) {
    (strlen(words[1]) < 2 ? really_run : not_here)(w, count, words);
}

#define worker_prepare            prepare_small
#define worker_check              check_small
#define worker_run                run_few
#define worker_peaks              not_here
#define worker_write              not_here
#define worker_compare            not_here
#define worker_output             not_here
#define worker_count_instructions not_here
#include "bench/worker/worker.c"

static void check_answer(const char *request, const char *answer, size_t size) {
    json_error_t error;
    FUZZ_CHECK(size > 0 && memchr(answer, '\n', size) == answer + size - 1, "%s: not one line:\n%s",
               request, answer);
    json_t *root = json_loadb(answer, size, 0, &error);
    FUZZ_CHECK(json_is_object(root), "%s: %s in %s", request, error.text, answer);
    json_decref(root);
}

static void ask(worker *w, const char *request) {
    fuzz_output output;
    char *line = strdup(request);
    FUZZ_CHECK(line, "no memory");
    fuzz_capture(&output);
    obey(w, line);
    fuzz_release(&output);
    check_answer(request, output.out, output.out_size);
    free(output.out);
    free(output.err);
    free(line);
}

void try_requests(const char *lines) {
    worker w = {.seed = 1};
    fuzz_input in = {(const uint8_t *)lines, (const uint8_t *)lines + strlen(lines)};
    for (int i = 0; i < 20 && in.at < in.end; i++) {
        char *line = fuzz_text_until(&in, "\n");
        ask(&w, line);
        free(line);
    }
    case_destroy(w.reference);
    subject_free(&w.subject);
    free(w.peaks);
}
