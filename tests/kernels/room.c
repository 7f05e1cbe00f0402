/* SPDX-License-Identifier: MIT
 *
 * That a run which has no room for its threads computes alone, or returns a status, in whichever
 * region of OpenMP's the caller is and whatever threads it had before. Each case is a process of
 * its own, whose address space ends a little beyond what it has. */
#define _DEFAULT_SOURCE /* RLIMIT_AS */
#include "kernels/engine/cores.h"
#include "tests/support/support.h"
#include "tests/support/weights.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH = 8, TIMESTEPS = 2, UNITS = 8, SCRATCH = 1 << 20, SKIPPED = 77 };

static const float weights[4 * UNITS * UNITS], x[BATCH * TIMESTEPS * UNITS];

static rnn_plan *plan_of(const char *backend, int threads) {
    const rnn_layer layer = rnn_layer_defaults(RNN_LSTM, UNITS, UNITS);
    const rnn_weights of_layer = weights_of(&layer, weights, weights, weights);
    rnn_error error = {""};
    rnn_plan *plan = NULL;
    if (rnn_plan_create(&plan, backend, &(rnn_model){&layer, 1, NULL},
                        &(rnn_model_weights){.layers = &of_layer, .count = 1},
                        &(rnn_shape){.batch = BATCH, .timesteps = TIMESTEPS},
                        &(rnn_plan_options){.threads = threads}, &error) != RNN_OK ||
        rnn_plan_scratch_size(plan) > SCRATCH) {
        printf("FAILED %s: %s\n", backend, error.text);
        exit(1);
    }
    return plan;
}

static rnn_status run(const rnn_plan *plan) {
    float y[BATCH * UNITS];
    void *scratch = aligned_alloc(RNN_ALIGNMENT, SCRATCH);
    const rnn_status status =
        scratch ? rnn_plan_run(plan, &(rnn_io){.x = x, .y = y}, scratch, NULL) : RNN_OUT_OF_MEMORY;
    free(scratch);
    return status;
}

static void end_the_address_space_after(size_t bytes) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1)
        exit(SKIPPED);
    fclose(file);
    const rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes;
    setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
}

/* ---- Cases: whether all was as it should be ---------------------------------------------------
 */

/* OpenMP starts the threads of a nested region anew each time. */
static bool within_a_region(void) {
    const rnn_plan *plan = plan_of("openmp_batch", 2);
    bool fine = true;
    omp_set_max_active_levels(2);
    for (int round = 0; round < 3; round++) {
#pragma omp parallel num_threads(2) reduction(&& : fine)
        {
            fine = run(plan) == RNN_OK && fine;
#pragma omp barrier
#pragma omp master
            if (round == 0) {
                usleep(100000); /* by then the threads of the nested region are gone */
                end_the_address_space_after(8 << 20);
            }
#pragma omp barrier
        }
    }
    return fine;
}

/* Threads that were asked for and not given are not there the next time. */
static bool after_a_serialised_region(void) {
    const rnn_plan *plan = plan_of("openmp_batch", 2);
    omp_set_max_active_levels(0);
    const bool before = run(plan) == RNN_OK;
    omp_set_max_active_levels(1);
    end_the_address_space_after(8 << 20);
    return before && run(plan) == RNN_OK;
}

/* Threads that a library had may have ended with a smaller region. */
static bool a_library_after_fewer_threads(void) {
    rnn_backend_info info;
    int i = 0;
    while (rnn_backend_get(i, &info) == RNN_OK && strcmp(info.name, "onednn") != 0)
        i++;
    if (rnn_backend_get(i, &info) != RNN_OK || !info.available)
        return true;
    const rnn_plan *library = plan_of("onednn", 8), *ours = plan_of("openmp_batch", 2);
    const bool before = run(library) == RNN_OK && run(library) == RNN_OK && run(ours) == RNN_OK;
    end_the_address_space_after(40 << 20);
    const rnn_status status = run(library);
    return before && (status == RNN_OUT_OF_MEMORY || status == RNN_OK);
}

static int in_a_child(const char *name, bool (*fine)(void)) {
    int status = 0;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0)
        _exit(fine() ? 0 : 1);
    waitpid(child, &status, 0);
    const bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    printf("%s %s: status %d\n", passed ? "ok" : "FAILED", name, status);
    return passed ? 0 : 1;
}

int main(void) {
    test_threads_are_limited = true;
    if (rnn_usable_cores() < 2) {
        puts("needs two cores");
        return SKIPPED;
    }
    /* Now and then the system keeps the stack of a thread that has ended, so that there is room. */
    int failed = 0;
    for (int i = 0; i < 4; i++)
        failed += in_a_child("within a region", within_a_region);
    return failed + in_a_child("after a serialised region", after_a_serialised_region) +
           in_a_child("a library after fewer threads", a_library_after_fewer_threads);
}
