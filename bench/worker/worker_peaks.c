/* SPDX-License-Identifier: MIT
 * What the machine could do at best, as a `rnnbench worker` measures it. */
#include "bench/measure/roof.h"
#include "bench/worker/worker.h"
#include "reference/inputs.h"

#include <stdio.h>
#include <stdlib.h>

static bool measure_peaks(worker *w, int most, double seconds, rnn_error *error) {
    if (most > w->machine.cores)
        most = w->machine.cores;
    free(w->peaks);
    w->peak_count = 0;
    w->peaks = calloc((size_t)most, sizeof *w->peaks);
    if (!w->peaks) {
        snprintf(error->text, sizeof error->text, "out of memory");
        return false;
    }
    for (int p = 1; p <= most; p++, w->peak_count++) {
        if (!peak_measure(&w->machine, p, seconds / most, &w->peaks[p - 1], error))
            return false;
        if (p > 1)
            peak_raise(&w->peaks[p - 1], &w->peaks[p - 2]);
    }
    return true;
}

static void put_peaks(json_t *answer, const worker *w, const peak_set *peaks) {
    char text[256];
    int used = 0;
    for (int isa = 0; isa < peak_isa_count(); isa++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %.1f GFLOP/s, ",
                         peak_isa_name(isa), 1e-9 * peaks->flops[isa]);
    for (int level = 0; level < w->machine.cache_count; level++)
        used += snprintf(text + used, sizeof text - (size_t)used, "L%d %.1f GB/s, ", level + 1,
                         1e-9 * peaks->reads[level]);
    snprintf(text + used, sizeof text - (size_t)used, "DRAM %.1f GB/s", 1e-9 * peaks->memory_reads);
    char key[32];
    snprintf(key, sizeof key, "peaks_threads_%d", peaks->threads);
    json_object_set_new(answer, key, json_string(text));
}

void worker_peaks(worker *w, int count, char **words) {
    (void)count;
    int most, milliseconds;
    rnn_error error;
    if (!worker_read_count(words[1], "threads", RNN_MAX_THREADS, &most) ||
        !worker_read_count(words[2], "milliseconds", 1000000, &milliseconds))
        return;
    if (!measure_peaks(w, most, 1e-3 * milliseconds, &error)) {
        worker_answer_error(error.text);
        return;
    }
    json_t *answer = json_object();
    for (int p = 0; p < w->peak_count; p++)
        put_peaks(answer, w, &w->peaks[p]);
    worker_answer(answer);
}

/* Of the subject, for what is called `backend`; 0 where the peaks were not measured. */
static double roof_of(const worker *w, const char *backend, int threads) {
    if (w->peak_count == 0)
        return 0;
    const peak_set *peaks = &w->peaks[(threads < w->peak_count ? threads : w->peak_count) - 1];
    const problem *p = &w->subject.run.problem;
    const problem_steps steps = inputs_steps(&w->subject.run.arrays.io, p);
    return roof_seconds(p, steps, &w->machine, peaks, roof_isa(backend));
}

/* A roof for any implementation: of a name that is no backend's, by the best instructions of the
 * CPU. */
void worker_roof(worker *w, int count, char **words) {
    (void)count;
    int threads;
    if (!worker_read_count(words[1], "threads", RNN_MAX_THREADS, &threads))
        return;
    if (!w->subject.text[0]) {
        worker_answer_error("roof: no problem yet; write or prepare one");
        return;
    }
    worker_answer(json_pack("{s:o}", "seconds", worker_number(roof_of(w, words[2], threads))));
}
