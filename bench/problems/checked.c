/* SPDX-License-Identifier: MIT */
#include "bench/problems/checked.h"

#include "reference/inputs.h"

/* The oracle does about 1 GFLOP/s. */
#define MOST_CHECKED_FLOPS 2e9

problem problem_as_checked(const problem *full) {
    problem checked = *full;
    double share = MOST_CHECKED_FLOPS / problem_flops(full, inputs_expected_steps(full));
    if (share < 1) {
        int steps = (int)(share * full->timesteps);
        checked.timesteps = steps > 2 ? steps : full->timesteps < 2 ? full->timesteps : 2;
    }
    return checked;
}
