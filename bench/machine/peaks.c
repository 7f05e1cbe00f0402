/* SPDX-License-Identifier: MIT */
#include "bench/machine/peaks.h"

#include "bench/base/fail.h"

#include <stdlib.h>

static int most_threads(const machine_info *machine, const int_list *threads) {
    int most = 1;
    for (int i = 0; i < threads->count; i++)
        if (threads->values[i] > most)
            most = threads->values[i];
    return most < machine->cores ? most : machine->cores;
}

static bool measure_each(const machine_info *machine, const int_list *threads, double seconds,
                         peak_set *peaks, int count, rnn_error *error) {
    int measured = 0;
    for (int p = 1; p <= count; p++)
        measured += p == 1 || p == count || int_list_contains(threads, p);
    for (int p = 1; p <= count; p++) {
        bool wanted = p == 1 || p == count || int_list_contains(threads, p);
        if (!wanted)
            peaks[p - 1] = peaks[p - 2];
        else if (!peak_measure(machine, p, seconds / measured, &peaks[p - 1], error))
            return false;
        if (p > 1)
            peak_raise(&peaks[p - 1], &peaks[p - 2]);
    }
    return true;
}

peak_set *peaks_measure(const machine_info *machine, const int_list *threads, double seconds,
                        int *count, rnn_error *error) {
    *count = most_threads(machine, threads);
    peak_set *peaks = calloc((size_t)*count, sizeof *peaks);
    if (!peaks)
        fail(error, "out of memory: peaks of %d threads", *count);
    else if (measure_each(machine, threads, seconds, peaks, *count, error))
        return peaks;
    free(peaks);
    return NULL;
}

void peaks_text(const machine_info *machine, const peak_set *peaks, char text[PEAKS_TEXT_SIZE]) {
    size_t used = 0;
    for (int isa = 0; isa < peak_isa_count(); isa++)
        used += (size_t)snprintf(text + used, PEAKS_TEXT_SIZE - used, "%s %.1f GFLOP/s, ",
                                 peak_isa_name(isa), 1e-9 * peaks->flops[isa]);
    for (int level = 0; level < machine->cache_count; level++)
        used += (size_t)snprintf(text + used, PEAKS_TEXT_SIZE - used, "L%d %.1f GB/s, ", level + 1,
                                 1e-9 * peaks->reads[level]);
    snprintf(text + used, PEAKS_TEXT_SIZE - used, "DRAM %.1f GB/s", 1e-9 * peaks->memory_reads);
}
