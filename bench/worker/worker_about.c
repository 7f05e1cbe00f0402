/* SPDX-License-Identifier: MIT
 * What a `rnnbench worker` knows of its machine and build, and which problems filters select. */
#include "bench/base/fail.h"
#include "bench/base/json.h"
#include "bench/measure/sweep_options.h"
#include "bench/results/context.h"
#include "bench/results/rows.h"
#include "bench/worker/worker.h"

#include <stdio.h>

/* ---- What there is ------------------------------------------------------------------------- */

void worker_backends(worker *w, int count, char **words) {
    (void)w, (void)count, (void)words;
    rnn_backend_info info;
    fputs("{\"backends\": [", stdout);
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++) {
        json_comma(i == 0);
        putchar('{');
        json_named_text("name", info.name);
        fputs(", ", stdout);
        json_flag("available", info.available);
        fputs(", ", stdout);
        json_flag("threaded", info.threaded);
        fputs(", ", stdout);
        json_named_text("version", info.version);
        fputs(", ", stdout);
        json_named_text("reason", info.reason);
        putchar('}');
    }
    puts("]}");
}

static void put_pair(const char *key, const char *value, void *data) {
    bool *first = data;
    json_comma(*first);
    *first = false;
    json_named_text(key, value);
}

static void put_schema(bool *first) {
    char version[16];
    snprintf(version, sizeof version, "%d", ROWS_SCHEMA_VERSION);
    put_pair(ROWS_SCHEMA_KEY, version, first);
}

/* The driver passes it on: a worker's standard error goes to a file. */
static void put_tuning_warning(void) {
    rnn_error error;
    if (rnn_tuning_check(NULL, &error) == RNN_OK)
        return;
    char text[320];
    snprintf(text, sizeof text, "RNN_TUNING is ignored: %s", error.text);
    fputs(", ", stdout);
    json_named_text("warning", text);
}

void worker_context(worker *w, int count, char **words) {
    (void)count, (void)words;
    bool first = true;
    fputs("{\"context\": {", stdout);
    context_machine(&w->machine, put_pair, &first);
    context_build(put_pair, &first);
    context_environment(put_pair, &first);
    put_schema(&first);
    putchar('}');
    put_tuning_warning();
    puts("}");
}

/* ---- Which problems ------------------------------------------------------------------------- */

static void put_problems(const problem_list *list) {
    fputs("\"problems\": [", stdout);
    for (int i = 0; i < list->count; i++) {
        char text[PROBLEM_TEXT_SIZE];
        problem_print(&list->items[i], text);
        json_comma(i == 0);
        json_text(text);
    }
    putchar(']');
}

static void put_selection(const sweep_options *options) {
    fputs("\"threads\": [", stdout);
    for (int i = 0; i < options->threads.count; i++) {
        json_comma(i == 0);
        printf("%d", options->threads.values[i]);
    }
    fputs("], \"backends\": [", stdout);
    rnn_backend_info info;
    bool first = true;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (options->backends && set_has(options->backends, i)) {
            json_comma(first);
            json_text(info.name);
            first = false;
        }
    putchar(']');
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
    if (ok) {
        const char *preset = problem_request_preset(&options.request);
        putchar('{');
        put_problems(&list);
        fputs(", ", stdout);
        put_selection(&options);
        fputs(", ", stdout);
        json_named_text("preset", preset ? preset : "none");
        puts("}");
    } else {
        worker_answer_error(error.text);
    }
    problem_list_free(&list);
    sweep_options_free(&options);
}
