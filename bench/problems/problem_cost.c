/* SPDX-License-Identifier: MIT */
#include "bench/problems/problem_cost.h"

#include "bench/base/ranges.h"
#include "bench/problems/checked.h"
#include "reference/inputs.h"

#include <math.h>

/* Every repetition of every row is kept until the end. */
static bool read_repetitions(void *variable, const char *text, rnn_error *error) {
    return parse_int(text, 1, 10000, variable, error);
}

void sweep_effort_options(option_list *options, sweep_effort *effort) {
    options_add(options, "repetitions", "COUNT", "samples a row; 9, tune 21", read_repetitions,
                &effort->repetitions);
    options_add(options, "min-time", "SECONDS",
                "that a repetition lasts at least; 0.01, tune 0.005", read_seconds,
                &effort->min_time);
    options_add(options, "max-run-time", "SECONDS",
                "leaves out rows of which one run takes longer; 2", read_seconds,
                &effort->max_run_time);
}

double sweep_cost(const sweep_effort *effort, const problem *p) {
    const double slow_flops = 2e9, fast_flops = 30e9, rows = 8;
    problem checked = problem_as_checked(p);
    double flops = problem_flops(p, inputs_expected_steps(p));
    double oracle = 3 * problem_flops(&checked, inputs_expected_steps(&checked)) / slow_flops;
    double fast = fmax(1.5 * effort->min_time, flops / fast_flops);
    double slow = fmax(1.5 * effort->min_time, flops / slow_flops);
    slow = slow > effort->max_run_time ? 0 : slow;
    return oracle + effort->repetitions * ((rows - 2) * fast + 2 * slow);
}
