/* SPDX-License-Identifier: MIT */
#include "bench/problems/sweep_cost.h"

#include "bench/problems/checked.h"
#include "reference/inputs.h"

#include <math.h>

sweep_effort sweep_effort_of(const cli_options *options) {
    return (sweep_effort){.repetitions = options->repetitions ? options->repetitions : 9,
                          .min_time = options->min_time > 0 ? options->min_time : 0.01,
                          .max_run_time = options->max_run_time > 0 ? options->max_run_time : 2};
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
