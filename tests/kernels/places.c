/* SPDX-License-Identifier: MIT
 *
 * A run inside a region of the caller's whose threads have shared out the places of OpenMP: the run
 * has the cores of its own part. The test must be started with the places {0} and {1}. */
#include "kernels/engine/cores.h"
#include "tests/support/support.h"

#include <omp.h>
#include <stdio.h>

int main(void) {
    int threads[2] = {0, 0}, places[2] = {0, 0}, team = 0;
    if (omp_get_num_places() != 2 || rnn_usable_cores() < 2) {
        printf("skipped: there are no two places\n");
        return TEST_SKIPPED;
    }
#pragma omp parallel num_threads(2) proc_bind(spread)
    {
        const int me = omp_get_thread_num();
        places[me] = omp_get_partition_num_places();
        threads[me] = rnn_threads_now(2, NULL);
#pragma omp single
        team = omp_get_num_threads();
    }
    if (team != 2 || places[0] != 1 || places[1] != 1) {
        printf("skipped: the places are not shared out: %d threads with %d and %d\n", team,
               places[0], places[1]);
        return TEST_SKIPPED;
    }
    printf("%d and %d threads on one place each\n", threads[0], threads[1]);
    return threads[0] == 1 && threads[1] == 1 ? 0 : 1;
}
