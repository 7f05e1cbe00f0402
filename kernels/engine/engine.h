/* SPDX-License-Identifier: MIT
 *
 * The engine: everything about a model that is not arithmetic. Time, directions, masks, merging,
 * stacking and packing, driving one table of kernels, on one thread or with a team of them. It
 * knows no instruction set; schedule.c says which batch rows a team runs, and starts the threads.
 */
#ifndef RNN_ENGINE_H
#define RNN_ENGINE_H

#include "kernels/backend.h"
#include "kernels/engine/cost.h"
#include "kernels/engine/kernels.h"

typedef struct rnn_engine rnn_engine;

/* Makes an engine for the problem and the kernels of `cost`; the problem must outlive it. Weights
 * are packed for the batch rows of a slice of `split`, and the way through the layers is chosen for
 * a team of its members. Runs of other rows and members are allowed, and give the same bits. */
rnn_status rnn_engine_create(rnn_engine **engine, const rnn_cost_model *cost, rnn_split split,
                             const rnn_model_weights *weights, rnn_error *error);
void rnn_engine_destroy(rnn_engine *engine);

size_t rnn_engine_packed_size(const rnn_engine *engine);

/* The bytes that a run of so many batch rows by a team of so many threads needs, as a multiple of
 * RNN_ALIGNMENT. They are enough for fewer rows and a smaller team, too. */
size_t rnn_engine_scratch_size(const rnn_engine *engine, int rows, int members);

/* Must be called before a team of at most so many members starts on this scratch. */
void rnn_engine_prepare(const rnn_engine *engine, int members, void *scratch);

/* Called before each run, by one of its threads: where weights exceed a cache, each run reads them
 * in the order opposite to that of the run before, which has left its last ones there. Runs at the
 * same time, whose threads may see different turns, lose this gain and nothing else. */
void rnn_engine_take_turn(const rnn_engine *engine);

/* Computes batch rows [first_row, first_row + rows) of io. Every member of the team calls it, all
 * at the same time, with its own index and the same scratch. */
void rnn_engine_run(const rnn_engine *engine, const rnn_io *io, int first_row, int rows, int index,
                    int members, void *scratch);

#endif
