/* SPDX-License-Identifier: MIT */
#include "bench/problems/problem_cost.h"

#include "bench/base/fail.h"
#include "bench/base/ranges.h"
#include "bench/machine/machine.h"
#include "reference/inputs.h"

#include <math.h>

/* The oracle does about 1 GFLOP/s, so this is some two seconds of it. */
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

/* ---- Time ------------------------------------------------------------------------------------ */

/* The number is bounded because every repetition of every row is kept until the end. */
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

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Roughly the bytes at work while a problem is checked and timed: its inputs, its outputs, the
 * expected outputs and copies of all these, and for each of some eight rows the packed weights and
 * a projection of the input. */
static double working_bytes(const problem *p) {
    const double rows = 8, copies = 6;
    double widest = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        double gate_units = (double)rnn_cell_gates(layer->cell) * layer->units;
        widest = fmax(widest, rnn_layer_directions(layer) * gate_units);
    }
    double step = copies * (p->layers[0].features + widest) + rows * widest;
    return sizeof(float) * step * p->batch * p->timesteps +
           (rows + copies) * problem_weight_bytes(p);
}

/* Memory is checked beforehand, as an operating system that promises more than it has would kill
 * the program later. */
bool problem_fits_memory(const problem *p, rnn_error *error) {
    double bytes = working_bytes(p), memory = (double)machine_available_memory(), gib = 1 << 30;
    if (memory == 0 || bytes <= memory)
        return true;
    char text[PROBLEM_TEXT_SIZE];
    problem_print(p, text);
    return fail(error, "%.120s: needs some %.3g GiB of memory, %.3g are available", text,
                bytes / gib, memory / gib);
}
