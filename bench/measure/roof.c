/* SPDX-License-Identifier: MIT */
#include "bench/measure/roof.h"

#include "kernels/isa/cpu.h"
#include "kernels/isa/peak.h"

#include <stdio.h>
#include <string.h>

int roof_isa(const char *backend) {
    rnn_backend_info info;
    if (rnn_backend_named(backend, &info) != RNN_OK)
        return rnn_peak_of(rnn_instruction_set_best(rnn_cpu_detected())->name);
    const int own = rnn_peak_of(info.isa);
    return own ? own : rnn_peak_of(rnn_isa_name());
}

int roof_isa_of_plan(const char *backend, const rnn_plan *plan) {
    char taken[32];
    if (rnn_backend_kind_of(backend) != RNN_BACKEND_CHOICE)
        return roof_isa(backend);
    const char *text = rnn_plan_implementation(plan);
    snprintf(taken, sizeof taken, "%.*s", (int)strcspn(text, ":"), text);
    return roof_isa(taken);
}

static double beyond(double bytes, double capacity) {
    return bytes > capacity ? bytes - capacity : 0;
}

/* Returns how many bytes of weights come from behind a cache of `capacity` bytes in one run. */
static double traffic(const problem *p, double steps, double capacity) {
    double bytes = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        const double recurrent = sizeof(float) * problem_layer_recurrent(layer);
        const double kernel = sizeof(float) * problem_layer_kernel(layer);
        double direction = steps * beyond(recurrent, capacity) + beyond(kernel, capacity);
        bytes += rnn_layer_directions(layer) * direction;
    }
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    const double head = sizeof(float) * (double)rnn_layer_output_width(last) * p->dense.units;
    return bytes + (p->has_dense ? beyond(head, capacity) : 0);
}

static roof_limit limit_of(double amount, double rate) {
    return (roof_limit){amount, rate, amount / rate};
}

roof_limits roof_find_limits(const problem *p, problem_steps steps, const machine_info *machine,
                             const peak_set *peaks, int isa) {
    roof_limits limits = {.flops = limit_of(problem_flops(p, steps), peaks->flops[isa])};
    for (int level = 0; level < machine->cache_count; level++) {
        double capacity = (double)machine_cache_bytes(machine, level, peaks->threads);
        limits.reads[level] =
            limit_of(traffic(p, steps.longest, capacity), peak_reads_behind(machine, peaks, level));
    }
    return limits;
}

double roof_seconds(const problem *p, problem_steps steps, const machine_info *machine,
                    const peak_set *peaks, int isa) {
    const roof_limits limits = roof_find_limits(p, steps, machine, peaks, isa);
    double longest = limits.flops.seconds;
    for (int level = 0; level < machine->cache_count; level++)
        if (limits.reads[level].seconds > longest)
            longest = limits.reads[level].seconds;
    return longest;
}

double roof_weight_bytes(const problem *p, problem_steps steps) {
    return problem_weight_bytes(p) + (steps.longest - 1) * problem_recurrent_weight_bytes(p);
}
