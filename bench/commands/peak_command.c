/* SPDX-License-Identifier: MIT
 * rnnbench peak */
#include "bench/base/command.h"
#include "bench/machine/peak.h"
#include "bench/problems/backend_set.h"

#include <stdio.h>

/* Takes no more threads than there are cores: threads that take turns show no peak. */
static bool given_threads(int_list *threads, const int_list *given, int cores) {
    for (int i = 0; i < given->count; i++) {
        int p = given->values[i] < cores ? given->values[i] : cores;
        if (!int_list_contains(threads, p) && !int_list_append(threads, p))
            return false;
    }
    return true;
}

/* 1, 2, 3, .. 16, then 32, 64, .. and all cores. */
static bool default_threads(int_list *threads, int cores) {
    for (int p = 1; p < cores; p += p < 16 ? 1 : p)
        if (!int_list_append(threads, p))
            return false;
    return int_list_append(threads, cores);
}

static void print_header(const machine_info *machine) {
    char caches[128];
    machine_caches_text(machine, caches, sizeof caches);
    printf("%s, %d core%s, %s\n\n", machine->cpu, machine->cores, machine->cores == 1 ? "" : "s",
           caches);
    printf("%7s  %-*s  %s\n", "", 10 * peak_isa_count() - 3, "multiply-add GFLOP/s", "reads GB/s");
    printf("%7s", "threads");
    for (int isa = 0; isa < peak_isa_count(); isa++)
        printf("  %8s", peak_isa_name(isa));
    for (int level = 0; level < machine->cache_count; level++)
        printf("  %6s%d", "L", level + 1);
    printf("  %7s\n", "DRAM");
}

static void print_amount(int width, double amount) {
    if (amount > 0)
        printf("  %*.1f", width, 1e-9 * amount);
    else
        printf("  %*s", width, "-");
}

static void print_peaks(const machine_info *machine, const peak_set *peaks) {
    printf("%7d", peaks->threads);
    for (int isa = 0; isa < peak_isa_count(); isa++)
        print_amount(8, peaks->flops[isa]);
    for (int level = 0; level < machine->cache_count; level++)
        print_amount(7, peaks->reads[level]);
    print_amount(7, peaks->memory_reads);
    putchar('\n');
    fflush(stdout);
}

static int measure_all(const machine_info *machine, const int_list *threads, double budget) {
    print_header(machine);
    for (int i = 0; i < threads->count; i++) {
        peak_set peaks;
        rnn_error error;
        if (!peak_measure(machine, threads->values[i], budget / threads->count, &peaks, &error)) {
            fprintf(stderr, "rnnbench peak: %s\n", error.text);
            return EXIT_WRONG;
        }
        print_peaks(machine, &peaks);
    }
    return EXIT_FINE;
}

static int measure_as_asked(const int_list *given, double seconds) {
    machine_info machine;
    machine_describe(&machine);
    tell_many_threads(given, machine.cores, "");
    int_list threads = {0};
    bool listed = given->count ? given_threads(&threads, given, machine.cores)
                               : default_threads(&threads, machine.cores);
    if (!listed)
        fputs("rnnbench peak: out of memory\n", stderr);
    int status = listed ? measure_all(&machine, &threads, seconds) : EXIT_WRONG;
    int_list_free(&threads);
    return status;
}

int command_peak(const command_line *line) {
    int_list threads = {0};
    double seconds = 8;
    option_list options = {0};
    int status;
    options_add(&options, "threads", "LIST", "to be measured on; 1, 2, 3 .. and all cores",
                read_threads, &threads);
    options_add(&options, "peak-time", "SECONDS", "for all of it; 8", read_seconds, &seconds);
    if (command_read(line, &options, &status))
        status = measure_as_asked(&threads, seconds);
    int_list_free(&threads);
    return status;
}
