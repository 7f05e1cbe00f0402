/* SPDX-License-Identifier: MIT
 *
 * Who computes which batch rows: the backends made of an engine and a table of kernels. Serial ones
 * run all rows on the calling thread; openmp gives each thread a slice of the batch for all steps,
 * in one parallel region. Rows are independent, so the slices do not change a bit of the result.
 */
#include "engine.h"
#include "registry.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct scheduled_engine {
    rnn_engine *engine;
    int batch;
    int slices;
    size_t slice_scratch;
    char implementation[48];
} scheduled_engine;

/* Scratch of any slice. Fewer rows may need more of it: they are projected in chunks of more steps.
 */
static size_t scratch_of_slice(const rnn_engine *engine, int batch, int slices) {
    size_t smallest = rnn_engine_scratch_size(engine, batch / slices);
    size_t largest = rnn_engine_scratch_size(engine, (batch + slices - 1) / slices);
    return smallest > largest ? smallest : largest;
}

static rnn_status create_scheduled(void **state, const rnn_kernels *kernels, int slices,
                                   const rnn_problem *problem, const rnn_model_weights *weights,
                                   rnn_error *error) {
    scheduled_engine *scheduled = calloc(1, sizeof *scheduled);
    if (!scheduled)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "plan: out of memory");
    rnn_status status = rnn_engine_create(&scheduled->engine, kernels, problem, weights, error);
    if (status != RNN_OK) {
        free(scheduled);
        return status;
    }
    scheduled->batch = problem->shape.batch;
    scheduled->slices = slices;
    scheduled->slice_scratch = scratch_of_slice(scheduled->engine, scheduled->batch, slices);
    snprintf(scheduled->implementation, sizeof scheduled->implementation,
             slices > 1 ? "%s, batch in %d slices" : "%s", kernels->name, slices);
    *state = scheduled;
    return RNN_OK;
}

static void destroy_scheduled(void *state) {
    scheduled_engine *scheduled = state;
    rnn_engine_destroy(scheduled->engine);
    free(scheduled);
}

static size_t scheduled_scratch_size(const void *state) {
    const scheduled_engine *scheduled = state;
    return scheduled->slice_scratch * (size_t)scheduled->slices;
}

static size_t scheduled_packed_size(const void *state) {
    return rnn_engine_packed_size(((const scheduled_engine *)state)->engine);
}

static const char *scheduled_implementation(const void *state) {
    return ((const scheduled_engine *)state)->implementation;
}

/* ---- Serial ------------------------------------------------------------------------------- */

static rnn_status run_serial(const void *state, const rnn_io *io, void *scratch, rnn_error *error) {
    const scheduled_engine *scheduled = state;
    (void)error;
    rnn_engine_run(scheduled->engine, io, 0, scheduled->batch, scratch);
    return RNN_OK;
}

static rnn_status create_serial(void **state, const rnn_problem *problem,
                                const rnn_model_weights *weights, rnn_error *error) {
    return create_scheduled(state, problem->kernels, 1, problem, weights, error);
}

extern const rnn_backend rnn_backend_serial;
const rnn_backend rnn_backend_serial = {.create = create_serial,
                                        .destroy = destroy_scheduled,
                                        .scratch_size = scheduled_scratch_size,
                                        .packed_size = scheduled_packed_size,
                                        .implementation = scheduled_implementation,
                                        .run = run_serial};

/* ---- OpenMP ------------------------------------------------------------------------------- */

#if RNN_WITH_OPENMP
static rnn_status create_openmp(void **state, const rnn_problem *problem,
                                const rnn_model_weights *weights, rnn_error *error) {
    int slices = problem->threads < problem->shape.batch ? problem->threads : problem->shape.batch;
    return create_scheduled(state, rnn_kernels_best(), slices, problem, weights, error);
}

/* First row of a slice; slice sizes differ by one row at most. */
static int slice_begin(int batch, int slices, int slice) {
    return (int)((long long)batch * slice / slices);
}

/* Loops over slices, rather than one a thread, as the system may give fewer threads than asked. */
static rnn_status run_openmp(const void *state, const rnn_io *io, void *scratch, rnn_error *error) {
    const scheduled_engine *scheduled = state;
    const int batch = scheduled->batch, slices = scheduled->slices;
    if (slices == 1)
        return run_serial(state, io, scratch, error);
#pragma omp parallel for num_threads(slices) schedule(static, 1)
    for (int slice = 0; slice < slices; slice++) {
        int begin = slice_begin(batch, slices, slice);
        int end = slice_begin(batch, slices, slice + 1);
        char *own = (char *)scratch + (size_t)slice * scheduled->slice_scratch;
        rnn_engine_run(scheduled->engine, io, begin, end - begin, own);
    }
    return RNN_OK;
}

extern const rnn_backend rnn_backend_openmp;
const rnn_backend rnn_backend_openmp = {.create = create_openmp,
                                        .destroy = destroy_scheduled,
                                        .scratch_size = scheduled_scratch_size,
                                        .packed_size = scheduled_packed_size,
                                        .implementation = scheduled_implementation,
                                        .run = run_openmp};
#endif
