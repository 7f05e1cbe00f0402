/* SPDX-License-Identifier: MIT */
#include "bench/measure/sweep_options.h"

#include "bench/base/fail.h"
#include "bench/problems/backend_set.h"

#include <string.h>

static bool read_shard(void *variable, const char *text, rnn_error *error) {
    const int most = 100000;
    char index[16];
    shard_choice *shard = variable;
    size_t length = strcspn(text, "/");
    snprintf(index, sizeof index, "%.*s", (int)(length < 15 ? length : 15), text);
    if (text[length] != '/')
        return fail(error, "not I/N, as in 2/8");
    return parse_int(text + length + 1, 1, most, &shard->count, error) &&
           parse_int(index, 1, shard->count, &shard->index, error);
}

void sweep_options_of_timing(option_list *list, sweep_options *options) {
    problem_request_options_of_sweep(list, &options->request);
    backend_set_option(list, &options->backends);
    options_add(list, "threads", "LIST",
                "for the backends that take more than one; tune: the most that auto gets",
                read_threads, &options->threads);
    options_add(list, "seed", "NUMBER", "of the inputs and weights; 1", read_seed, &options->seed);
    sweep_effort_options(list, &options->request.effort);
}

void sweep_options_all(option_list *list, sweep_options *options) {
    sweep_options_of_timing(list, options);
    options_add(list, "peak-time", "SECONDS",
                "to measure the machine's peaks, of which roofs are made; 2.5", read_seconds,
                &options->peak_time);
    options_add(list, "out", "FILE", "writes Google Benchmark JSON", read_text, &options->out);
    options_add(list, "table", "FILE.md", "writes the closing table as Markdown", read_text,
                &options->table);
    options_add(list, "save", "",
                "names --out and --table results/MACHINE/DATE-COMMIT, or -2 and so on behind it",
                read_flag, &options->save);
    options_add(list, "results", "FOLDER", "the store of --save; results", read_text,
                &options->results);
    options_add(list, "shard", "I/N", "part I of N of the problems, of about equal cost",
                read_shard, &options->request.shard);
}

void sweep_options_free(sweep_options *options) {
    problem_request_free(&options->request);
    int_list_free(&options->threads);
}
