/* SPDX-License-Identifier: MIT
 * The peaks in the rows of backends.inc. */
#include "kernels/isa/peak.h"

#include "kernels/registry.h"

/* The row whose kernels have the peak of that index, or NULL. */
static const rnn_backend_row *row_at(int index) {
    const rnn_backend_row *row;
    int peaks = 0;
    for (int i = 0; index >= 0 && (row = rnn_backend_row_at(i)); i++)
        if (row->kernels && row->kernels->peak && peaks++ == index)
            return row;
    return NULL;
}

const rnn_peak *rnn_peak_at(int index) {
    const rnn_backend_row *row = row_at(index);
    return row ? row->kernels->peak : NULL;
}

bool rnn_peak_runs(int index) {
    const rnn_backend_row *row = row_at(index);
    return row && rnn_cpu_has(rnn_cpu_detected(), row->features);
}

int rnn_peak_of(const char *instruction_set) {
    const rnn_instruction_set *set = rnn_instruction_set_named(instruction_set);
    const rnn_backend_row *row;
    int best = 0;
    for (int i = 0; set && (row = row_at(i)); i++)
        if (rnn_cpu_has(set->features, row->features))
            best = i;
    return best;
}
