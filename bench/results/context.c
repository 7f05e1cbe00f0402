/* SPDX-License-Identifier: MIT */
#include "bench/results/context.h"

#include "bench/build_info.h"
#include "bench/commit.h"
#include "kernels/engine/cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the kernel picks the CPU's frequency; "unknown" where it does not tell, as in most guests. */
static void read_governor(char text[64]) {
    snprintf(text, 64, "unknown");
    FILE *file = fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "r");
    if (!file)
        return;
    if (fgets(text, 64, file))
        text[strcspn(text, "\n")] = '\0';
    fclose(file);
}

/* "1 of 8 cores: affinity": what the thread limits leave, and which of them says so. */
static void add_usable_cores(context_add *add, void *data) {
    char text[128];
    const rnn_core_limit limit = rnn_thread_limit();
    snprintf(text, sizeof text, "%d of %d cores%s%s", limit.cores, limit.online,
             limit.set_by[0] ? ": " : "", limit.set_by);
    add("usable", text, data);
}

/* Where an unknown RNN_ISA leaves none, with what the backends say of it. */
static void add_isa(context_add *add, void *data) {
    char text[256];
    rnn_backend_info naive;
    bool none = strcmp(rnn_isa_name(), "none") == 0 && rnn_backend_get(0, &naive) == RNN_OK;
    snprintf(text, sizeof text, none ? "none: %s" : "%s", none ? naive.reason : rnn_isa_name());
    add("isa", text, data);
}

void context_machine(const machine_info *machine, context_add *add, void *data) {
    char text[128];
    add("cpu", machine->cpu, data);
    snprintf(text, sizeof text, "%d", machine->cores);
    add("cores", text, data);
    add_usable_cores(add, data);
    machine_caches_text(machine, text, sizeof text);
    add("caches_per_instance", text, data);
    snprintf(text, sizeof text, "%.1f GiB", (double)machine->memory / (1 << 30));
    add("memory", text, data);
    read_governor(text);
    add("governor", text, data);
    add_isa(add, data);
}

static void add_backend_versions(context_add *add, void *data) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.version[0])
            add(info.name, info.version, data);
}

void context_build(context_add *add, void *data) {
    add("rnnbench", RNN_VERSION, data);
    add("commit", BUILD_COMMIT, data);
    add("compiler", BUILD_COMPILER, data);
    add("flags", BUILD_FLAGS, data);
    add_backend_versions(add, data);
    add("google_benchmark", BUILD_GOOGLE_BENCHMARK, data);
    add("hwloc", BUILD_HWLOC, data);
}

static void add_variable(const char *name, context_add *add, void *data) {
    if (getenv(name))
        add(name, getenv(name), data);
}

void context_environment(context_add *add, void *data) {
    static const char *const names[] = {"RNN_ISA",           "RNN_TUNING",     "OMP_NUM_THREADS",
                                        "OMP_THREAD_LIMIT",  "OMP_DYNAMIC",    "OMP_SCHEDULE",
                                        "OMP_PROC_BIND",     "OMP_PLACES",     "OMP_WAIT_POLICY",
                                        "GOMP_CPU_AFFINITY", "GOMP_SPINCOUNT", "KMP_AFFINITY",
                                        "KMP_BLOCKTIME"};
    rnn_backend_info info;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_variable(names[i], add, data);
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        for (int j = 0; info.variables[j]; j++)
            add_variable(info.variables[j], add, data);
}
