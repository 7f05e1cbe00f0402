/* SPDX-License-Identifier: MIT
 * What the machine could do at best, as a `rnnbench worker` measures it. */
#include "bench/measure/roof.h"
#include "bench/worker/worker.h"
#include "reference/inputs.h"

#include <stdio.h>
#include <stdlib.h>

void worker_peaks(worker *w, int count, char **words) {
    (void)count;
    int most, milliseconds;
    rnn_error error = {"out of memory"};
    int_list threads = {0};
    if (!worker_read_count(words[1], "threads", RNN_MAX_THREADS, &most) ||
        !worker_read_count(words[2], "milliseconds", 1000000, &milliseconds))
        return;
    bool ok = true;
    for (int p = 1; ok && p <= most && p <= w->machine.cores; p++)
        ok = int_list_append(&threads, p);
    free(w->peaks);
    w->peak_count = 0;
    w->peaks =
        ok ? peaks_measure(&w->machine, &threads, 1e-3 * milliseconds, &w->peak_count, &error)
           : NULL;
    int_list_free(&threads);
    if (!w->peaks) {
        w->peak_count = 0;
        worker_answer_error(error.text);
        return;
    }
    json_t *answer = json_object();
    for (int p = 0; p < w->peak_count; p++) {
        char key[32], text[PEAKS_TEXT_SIZE];
        snprintf(key, sizeof key, "peaks_threads_%d", p + 1);
        peaks_text(&w->machine, &w->peaks[p], text);
        json_object_set_new(answer, key, json_string(text));
    }
    worker_answer(answer);
}

/* The roof of the worker's problem, for whatever implementation: that of a name which is no
 * backend's goes by the best instructions of the CPU. */
void worker_roof(worker *w, int count, char **words) {
    (void)count;
    int threads;
    if (!worker_read_count(words[1], "threads", RNN_MAX_THREADS, &threads))
        return;
    if (!w->subject.text[0]) {
        worker_answer_error("roof: no problem yet; write or prepare one");
        return;
    }
    double seconds = 0; /* the peaks were not measured */
    if (w->peak_count > 0) {
        const peak_set *peaks = &w->peaks[(threads < w->peak_count ? threads : w->peak_count) - 1];
        const problem *p = &w->subject.run.problem;
        const problem_steps steps = inputs_steps(&w->subject.run.arrays.io, p);
        seconds = roof_seconds(p, steps, &w->machine, peaks, roof_isa(words[2]));
    }
    worker_answer(json_pack("{s:o}", "seconds", worker_number(seconds)));
}
