/* SPDX-License-Identifier: MIT
 *
 * All backends of a build against the oracle, on every problem of reference/problems.inc. This is
 * what can be tried where there is no cmocka, as for another instruction set or C library than the
 * system's. */
#include "reference/cases.h"
#include "reference/problem_table.h"

#include <stdint.h>
#include <stdio.h>

typedef struct counts {
    int checks, failed, refused;
} counts;

static void check(const char *backend, int threads, reference_case *c, counts *counted) {
    case_verdict verdict;
    rnn_error error = {""};
    const rnn_status status = case_check(c, backend, threads, GUARD_AFTER, &verdict, &error);
    if (status == RNN_UNSUPPORTED) {
        counted->refused++;
        return;
    }
    counted->checks++;
    if (status == RNN_OK && verdict.passed)
        return;
    counted->failed++;
    printf("FAILED %s: %s\n", backend, status == RNN_OK ? verdict.text : error.text);
}

/* A layer of one unit, which becomes a vector, has weights that packing would make larger than
 * memory can be. */
static void check_narrow_layer(counts *counted) {
    rnn_layer layer = rnn_layer_defaults(RNN_LSTM, (1 << 23) + 1, 1);
    rnn_error error = {""};
    layer.direction = RNN_BIDIRECTIONAL;
    if (SIZE_MAX > UINT32_MAX)
        return;
    counted->checks++;
    if (rnn_model_validate(&(rnn_model){&layer, 1, NULL}, &error) == RNN_INVALID_ARGUMENT)
        return;
    counted->failed++;
    printf("FAILED a layer of one unit and %d features is taken in 32 bits\n", layer.features);
}

int main(void) {
    counts counted = {0};
    check_narrow_layer(&counted);
    int backends = 0;
    for (int i = 0; i < problem_table_count(); i++) {
        problem p;
        rnn_error error = {""};
        reference_case *c;
        if (!problem_parse(&p, problem_table_get(i)->text, &error) ||
            case_create(&c, &p, 1, &error) != RNN_OK) {
            printf("FAILED %s: %s\n", problem_table_get(i)->text, error.text);
            counted.failed++;
            continue;
        }
        backends = 0;
        for (int b = 0; b < rnn_backend_count(); b++) {
            rnn_backend_info backend;
            rnn_backend_get(b, &backend);
            if (!backend.available)
                continue;
            backends++;
            for (int threads = 1; threads <= (backend.threaded ? 2 : 1); threads++)
                check(backend.name, threads, c, &counted);
        }
        case_destroy(c);
    }
    printf("%d problems, %d backends, %d checks, %d failed, %d refused\n", problem_table_count(),
           backends, counted.checks, counted.failed, counted.refused);
    return counted.failed || backends < 2 || counted.checks < problem_table_count();
}
