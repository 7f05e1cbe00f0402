/* SPDX-License-Identifier: MIT */
#include "sweep_cost.h"

#include <math.h>

/* The oracle does about 1 GFLOP/s. A problem beyond this is checked on fewer timesteps. */
#define MOST_CHECKED_FLOPS 2e9

sweep_effort sweep_effort_of(const cli_options *options) {
    return (sweep_effort){.repetitions = options->repetitions ? options->repetitions : 9,
                          .min_time = options->min_time > 0 ? options->min_time : 0.01,
                          .max_run_time = options->max_run_time > 0 ? options->max_run_time : 2};
}

problem sweep_checked_part(const problem *full) {
    problem checked = *full;
    double share = MOST_CHECKED_FLOPS / problem_flops(full);
    if (share < 1) {
        int steps = (int)(share * full->timesteps);
        checked.timesteps = steps > 2 ? steps : full->timesteps < 2 ? full->timesteps : 2;
    }
    return checked;
}

double sweep_cost(const sweep_effort *effort, const problem *p) {
    const double slow_flops = 2e9, fast_flops = 30e9, rows = 8;
    problem checked = sweep_checked_part(p);
    double flops = problem_flops(p);
    double oracle = 3 * problem_flops(&checked) / slow_flops;
    double fast = fmax(1.5 * effort->min_time, flops / fast_flops);
    double slow = fmax(1.5 * effort->min_time, flops / slow_flops);
    slow = slow > effort->max_run_time ? 0 : slow;
    return oracle + effort->repetitions * ((rows - 2) * fast + 2 * slow);
}
