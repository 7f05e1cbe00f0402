/* SPDX-License-Identifier: MIT */
#include "bench/measure/roof.h"

#include "kernels/isa/peak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether a library's own variable, which it reads in either case, keeps it from AVX-512: by
 * oneDNN's names of instructions or libxsmm's of CPUs. */
static bool is_below_avx512(const char *limit) {
    static const char *const beginnings[] = {"sse", "avx2", "hsw", "snb", "wsm", "nhm", "generic"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncasecmp(limit, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return strcasecmp(limit, "avx") == 0 || strcmp(limit, "0") == 0;
}

/* Of what chooses its instructions by itself, whatever RNN_ISA says; `limit` may be NULL. */
static int widest_isa(const char *limit) {
    const int avx512 = rnn_peak_of("avx512");
    if (peak_isa_available(avx512) && !(limit && is_below_avx512(limit)))
        return avx512;
    const int avx2 = rnn_peak_of("avx2");
    return peak_isa_available(avx2) ? avx2 : 0;
}

int roof_isa(const char *backend) {
    const char *limit = getenv("ONEDNN_MAX_CPU_ISA");
    if (strcmp(backend, "onednn") == 0)
        return widest_isa(limit ? limit : getenv("DNNL_MAX_CPU_ISA"));
    if (strcmp(backend, "libxsmm") == 0)
        return widest_isa(getenv("LIBXSMM_TARGET"));
    if (strcmp(backend, "autovec") == 0)
        return rnn_peak_of("avx2");
    const int own = rnn_peak_of(backend);
    return own ? own : rnn_peak_of(rnn_isa_name());
}

int roof_isa_of_plan(const char *backend, const rnn_plan *plan) {
    char taken[32];
    if (strcmp(backend, "auto") != 0)
        return roof_isa(backend);
    const char *text = rnn_plan_implementation(plan);
    snprintf(taken, sizeof taken, "%.*s", (int)strcspn(text, ":"), text);
    return roof_isa(taken);
}

static double gate_units(const rnn_layer *layer) {
    return (double)rnn_cell_gates(layer->cell) * layer->units;
}

static double recurrent_bytes(const rnn_layer *layer) {
    return sizeof(float) * gate_units(layer) * rnn_layer_direction_width(layer);
}

static double kernel_bytes(const rnn_layer *layer) {
    return sizeof(float) * gate_units(layer) * layer->features;
}

static double dense_bytes(const problem *p) {
    const rnn_layer *last = &p->layers[p->layer_count - 1];
    return p->has_dense ? sizeof(float) * (double)rnn_layer_output_width(last) * p->dense.units : 0;
}

static double beyond(double bytes, double capacity) {
    return bytes > capacity ? bytes - capacity : 0;
}

/* Bytes that come from behind a cache of `capacity` bytes in one run. */
static double traffic(const problem *p, double steps, double capacity) {
    double bytes = beyond(dense_bytes(p), capacity);
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        double direction = steps * beyond(recurrent_bytes(layer), capacity) +
                           beyond(kernel_bytes(layer), capacity);
        bytes += rnn_layer_directions(layer) * direction;
    }
    return bytes;
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
