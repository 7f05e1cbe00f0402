/* SPDX-License-Identifier: MIT
 * The cost model: which way through a model is quickest on a number of threads. It knows sizes, not
 * arithmetic; a wrong guess costs time and nothing else, as every way gives the same bits. */
#ifndef RNN_COST_H
#define RNN_COST_H

#include "kernels/backend.h"
#include "kernels/engine/kernels.h"

typedef struct rnn_cost_model {
    const rnn_problem *problem;
    const rnn_kernels *kernels;
    double l2_bytes; /* of one core */
    double slowness; /* of operations on vectors: 2 where the CPU takes them half by half */
    int cores;       /* how many threads can have one, by rnn_thread_limit */
} rnn_cost_model;

/* Asks the system for caches and cores, which is quick enough only while a plan is made. */
rnn_cost_model rnn_cost_model_of(const rnn_problem *problem, const rnn_kernels *kernels);

/* How a team goes through the next layers of a model. The team is divided evenly into lanes:
 *   1 lane                    all members share the units of one direction after the other
 *   2 lanes, bidirectional    both directions side by side
 *   k lanes, k layers         a wavefront: each layer works on what the one below has finished */
typedef struct rnn_way {
    int lanes;
    int layers;
    int chunk_steps; /* steps after which a wavefront passes on, else 0 */
    double seconds;
    double seconds_of_step; /* time between two meetings of a lane */
} rnn_way;

/* The quickest way for `members` threads on `rows` batch rows from layer `first` on. */
rnn_way rnn_quickest_way(const rnn_cost_model *model, int first, int rows, int members);

/* Whether a step of `rows` batch rows should read W and U side by side where it is projected alone.
 * It should where the part of both that a team member has exceeds its core's cache, and the rows
 * leave room there. This looks at one direction, whatever else the model reads. */
bool rnn_streams_weights(const rnn_cost_model *model, const rnn_layer *layer, int rows,
                         int members);
/* Whether so many rows that go this way on so many threads should read W and U side by side. They
 * should not where several steps are projected at once. */
bool rnn_way_streams_weights(const rnn_cost_model *model, const rnn_way *way,
                             const rnn_layer *layer, int rows, int members);

/* How threads are split into slices of the batch and members of a team for each slice. There are
 * slices x members threads. */
typedef struct rnn_split {
    int slices, members;
} rnn_split;

/* How long a run is expected to take. */
double rnn_split_seconds(const rnn_cost_model *model, rnn_split split);

/* Calls `visit` with every split that is considered: one thread first, then as many as
 * problem->threads and the cores allow, and fewer and fewer. Some splits are visited twice. */
typedef void rnn_split_visit(rnn_split split, double seconds, void *data);
void rnn_each_split(const rnn_cost_model *model, rnn_split_visit *visit, void *data);

/* The split that is expected to be the quickest. */
rnn_split rnn_quickest_split(const rnn_cost_model *model);

#endif
