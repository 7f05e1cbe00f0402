/* SPDX-License-Identifier: MIT
 *
 * The engine: everything about a model that is not arithmetic. Time, directions, masks, merging,
 * stacking and packing, driving one table of kernels. It knows no instruction set and no threads;
 * schedule.c says which batch rows it runs.
 */
#ifndef RNN_ENGINE_H
#define RNN_ENGINE_H

#include "backend.h"
#include "kernels.h"

typedef struct rnn_engine rnn_engine;

/* `problem` must outlive the engine. */
rnn_status rnn_engine_create(rnn_engine **engine, const rnn_kernels *kernels,
                             const rnn_problem *problem, const rnn_model_weights *weights,
                             rnn_error *error);
void rnn_engine_destroy(rnn_engine *engine);

size_t rnn_engine_packed_size(const rnn_engine *engine);

/* Bytes for a run of so many batch rows, a multiple of RNN_ALIGNMENT. */
size_t rnn_engine_scratch_size(const rnn_engine *engine, int rows);

/* Computes batch rows [first_row, first_row + rows) of io. */
void rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows,
                    void *scratch);

#endif
