/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_options.h"

#include "bench/base/fail.h"
#include "bench/base/replace.h"
#include "bench/problems/backend_set.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_BUDGET    30
#define LEAST_BUDGET      1
#define DEFAULT_THRESHOLD 0.05
/* Two runs on one machine, minutes apart, were found to differ by 15% even relative to an
 * anchor. */
#define BASELINE_THRESHOLD 0.20
/* Counts of instructions have hardly any noise, but take long under valgrind. */
#define INSTRUCTIONS_BUDGET    900
#define INSTRUCTIONS_THRESHOLD 0.01
#define DEFAULT_FLOOR          100e-9

static void add_sides(option_list *list, gate_options *options) {
    options_add(list, "against", "BUILD_OR_REV",
                "a build folder, a program (./rnnbench: with a slash), or a git revision, built "
                "first",
                read_text, &options->against);
    options_add(list, "baseline", "FILE.json",
                "a results file: speeds relative to the anchor are compared; no rate of false "
                "alarms is known",
                read_text, &options->baseline);
    options_add(list, "selftest", "",
                "this program against itself: the smallest slowdown that is seen here", read_flag,
                &options->selftest);
    options_add(list, "instructions", "",
                "with --against: counts instructions instead of measuring time", read_flag,
                &options->instructions);
    options_add(list, "anchor", "BACKEND", "of --baseline; naive", read_text, &options->anchor);
    options_add(list, "anyway", "",
                "judges by a baseline of another machine, compiler or library too", read_flag,
                &options->anyway);
    options_add(list, "cache", "FOLDER", "where built revisions are kept; ~/.cache/rnnbench",
                read_text, &options->cache);
}

void gate_options_add(option_list *list, gate_options *options) {
    add_sides(list, options);
    options_add(list, "budget", "DURATION",
                "for all of it but building a revision, kept to within 2 s; 30s, of instructions "
                "900s",
                read_duration, &options->budget);
    options_add(list, "threshold", "PERCENT",
                "more time that is not yet slower; 5%, with --baseline 20%, of instructions 1%",
                read_percent, &options->threshold);
    options_add(list, "floor", "DURATION", "more time of one run that is not yet slower; 100ns",
                read_duration, &options->floor);
    problem_request_options_of_sweep(list, &options->request);
    backend_set_option(list, &options->backends);
    options_add(list, "threads", "LIST",
                "for the backends that take more than one; all usable cores", read_threads,
                &options->threads);
    options_add(list, "seed", "NUMBER", "of the inputs and weights; 1", read_seed, &options->seed);
    output_options(list, &options->output);
}

void gate_options_free(gate_options *options) {
    problem_request_free(&options->request);
    int_list_free(&options->threads);
}

bool gate_options_check(const gate_options *options, rnn_error *error) {
    const char *out = options->output.out;
    if (!!options->against + !!options->baseline + options->selftest != 1)
        return fail(error, "give one of --against, --baseline and --selftest");
    if (options->instructions && !options->against)
        return fail(error, "--instructions goes with --against");
    if (options->instructions && options->floor > 0)
        return fail(error, "--floor is a time, and --instructions takes none");
    if (!options->baseline && (options->anchor || options->anyway))
        return fail(error, "--anchor and --anyway are about --baseline");
    if (options->budget > 0 && options->budget < LEAST_BUDGET)
        return fail(error, "--budget: 1 s is the least");
    if (out && !file_can_be_replaced(out))
        return fail(error, "%.200s: %s", out, strerror(errno));
    return true;
}

double gate_options_budget(const gate_options *options) {
    return options->budget > 0     ? options->budget
           : options->instructions ? INSTRUCTIONS_BUDGET
                                   : DEFAULT_BUDGET;
}

double gate_options_threshold(const gate_options *options) {
    return options->threshold > 0  ? options->threshold
           : options->instructions ? INSTRUCTIONS_THRESHOLD
           : options->baseline     ? BASELINE_THRESHOLD
                                   : DEFAULT_THRESHOLD;
}

double gate_options_floor(const gate_options *options) {
    return options->floor > 0 ? options->floor : DEFAULT_FLOOR;
}
