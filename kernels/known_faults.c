/* SPDX-License-Identifier: MIT */
#include "kernels/known_faults.h"

#include <stdio.h>
#include <string.h>

static bool gru_of_one_unit(const rnn_problem *problem, char field[64]) {
    for (int i = 0; problem->shape.batch > 1 && i < problem->model.layer_count; i++) {
        const rnn_layer *layer = &problem->model.layers[i];
        if (layer->cell == RNN_GRU && !layer->reset_after && layer->units == 1) {
            snprintf(field, 64, "layers[%d].units: 1", i);
            return true;
        }
    }
    return false;
}

static const rnn_known_fault faults[] = {
#define KNOWN_FAULT(backend, library, first, last, features, has, problem, what)                   \
    {#backend, library, first, last, features, has, problem, what},
#include "kernels/known_faults.inc"
#undef KNOWN_FAULT
};
enum { FAULT_COUNT = sizeof faults / sizeof *faults };

const rnn_known_fault *rnn_known_fault_at(int index) {
    return index >= 0 && index < FAULT_COUNT ? &faults[index] : NULL;
}

/* A version as one number that grows with it, or -1 where the text is of another form. */
static long version_number(const char *text) {
    int major, minor, patch;
    if (sscanf(text, "%d.%d.%d", &major, &minor, &patch) != 3)
        return -1;
    return (major * 1000L + minor) * 1000L + patch;
}

static bool is_within(const rnn_known_fault *fault, const char *version) {
    const long number = version_number(version);
    return number >= version_number(fault->first) && number <= version_number(fault->last);
}

rnn_status rnn_known_faults_refuse(const char *backend, const char *version,
                                   rnn_cpu_features features, const rnn_problem *problem,
                                   rnn_error *error) {
    char field[64];
    for (int i = 0; i < FAULT_COUNT; i++) {
        const rnn_known_fault *fault = &faults[i];
        if (strcmp(fault->backend, backend) == 0 && is_within(fault, version) &&
            rnn_cpu_has(features, fault->features) && fault->has(problem, field))
            return rnn_fail(error, RNN_UNSUPPORTED,
                            "%s: %s, %s %.*s computes wrongly %s (known of %s to %s)", backend,
                            field, fault->library, (int)strcspn(version, " "), version, fault->what,
                            fault->first, fault->last);
    }
    return RNN_OK;
}
