/* SPDX-License-Identifier: MIT
 * What a `rnnbench worker` knows of its machine and build, and which problems filters select. */
#include "bench/base/fail.h"
#include "bench/measure/sweep_options.h"
#include "bench/results/context.h"
#include "bench/results/rows.h"
#include "bench/worker/worker.h"

#include <stdio.h>

/* ---- What there is ------------------------------------------------------------------------- */

void worker_backends(worker *w, int count, char **words) {
    (void)w, (void)count, (void)words;
    rnn_backend_info info;
    json_t *list = json_array();
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        json_array_append_new(list, json_pack("{s:s, s:b, s:b, s:b, s:b, s:o, s:o}", "name",
                                              info.name, "choice", info.kind == RNN_BACKEND_CHOICE,
                                              "library", info.kind == RNN_BACKEND_LIBRARY,
                                              "available", info.available, "threaded",
                                              info.threaded, "version", worker_text(info.version),
                                              "reason", worker_text(info.reason)));
    worker_answer(json_pack("{s:o}", "backends", list));
}

static void put_pair(const char *key, const char *value, void *context) {
    json_object_set_new(context, key, worker_text(value));
}

void worker_context(worker *w, int count, char **words) {
    (void)count, (void)words;
    rnn_error error;
    char text[320];
    json_t *context = json_object(), *answer = json_pack("{s:o}", "context", context);
    context_machine(&w->machine, put_pair, context);
    context_build(put_pair, context);
    context_environment(put_pair, context);
    snprintf(text, sizeof text, "%d", ROWS_SCHEMA_VERSION);
    put_pair(ROWS_SCHEMA_KEY, text, context);
    if (rnn_tuning_check(NULL, &error) != RNN_OK) {
        /* The driver passes it on: a worker's standard error goes to a file. */
        snprintf(text, sizeof text, "RNN_TUNING is ignored: %s", error.text);
        put_pair("warning", text, answer);
    }
    worker_answer(answer);
}

/* ---- Which problems ------------------------------------------------------------------------- */

/* Answers with the problems, the numbers of threads and the backends of a sweep. */
static void answer_selected(const problem_list *list, const sweep_options *options) {
    rnn_backend_info info;
    char text[PROBLEM_TEXT_SIZE];
    json_t *problems = json_array(), *threads = json_array(), *backends = json_array();
    for (int i = 0; i < list->count; i++) {
        problem_print(&list->items[i], text);
        json_array_append_new(problems, json_string(text));
    }
    for (int i = 0; i < options->threads.count; i++)
        json_array_append_new(threads, json_integer(options->threads.values[i]));
    for (int i = 0; options->backends && rnn_backend_get(i, &info) == RNN_OK; i++)
        if (set_has(options->backends, i))
            json_array_append_new(backends, json_string(info.name));
    const char *preset = problem_request_preset(&options->request);
    worker_answer(json_pack("{s:o, s:o, s:o, s:s}", "problems", problems, "threads", threads,
                            "backends", backends, "preset", preset ? preset : "none"));
}

/* The words are the filters of `rnnbench sweep`; the first one, the command, stands for its name.
 */
void worker_expand(worker *w, int count, char **words) {
    (void)w;
    sweep_options options = SWEEP_OPTIONS;
    option_list known = {0};
    problem_list list = {0};
    rnn_error error;
    sweep_options_all(&known, &options);
    bool ok = options_parse(&known, count, words, &error) &&
              (!options.save || fail(&error, "--save: of rnnbench sweep alone")) &&
              problem_list_for_sweep(&list, &options.request, &error);
    if (ok)
        answer_selected(&list, &options);
    else
        worker_answer_error(error.text);
    problem_list_free(&list);
    sweep_options_free(&options);
}
