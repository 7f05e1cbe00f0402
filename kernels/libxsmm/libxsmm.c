/* SPDX-License-Identifier: MIT
 *
 * The libxsmm backend: one layer in one direction, by the cells of libxsmm 1.x, which are made for
 * training. Of libxsmm's layouts this takes plain [T, N, .] for inputs and outputs, and blocks for
 * weights.
 *
 * Runs that overlap in time need handles of their own. The plan keeps one, and a run that finds it
 * taken makes another. This is the only case in which this backend allocates itself; with threads,
 * the first use of a handle also allocates its barrier, inside libxsmm. */
#include "kernels/engine/arena.h"
#include "kernels/engine/room.h"
#include "kernels/libxsmm/call.h"

#if RNN_WITH_OPENMP
#include <omp.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct xsmm_plan {
    const rnn_problem *problem;
    const rnn_layer *layer;
    libxsmm_dnn_rnncell_desc cell;
    bool reads_x;  /* the cell reads x in place */
    bool writes_y; /* the cell writes y in place, where y is aligned */
    void *memory;  /* the block that holds what follows */
    size_t packed_size;
    float *kernel, *recurrent_kernel, *bias;
    float *zeros; /* for initial states that are not given */
    xsmm_call *call;
    char implementation[80];
} xsmm_plan;

/* ---- Description -------------------------------------------------------------------------- */

/* A block's size: what divides `size` and is at most `largest`, a multiple of 16 if there is one;
 * otherwise `size` itself. libxsmm would do likewise, but has room for 1024 blocks, which it does
 * not check. */
static int block_of(int size, int largest) {
    for (int step = 16; step >= 1; step -= 15)
        for (int block = largest; block >= 16; block -= step)
            if (size % block == 0 && size / block <= 1024)
                return block;
    return size;
}

/* How many rows a block has: 8 or fewer. With more of them libxsmm has wider kernels, but its
 * activations, which are scalar, took two to three times as long a number. */
static int row_block_of(int rows) {
    for (int block = 8; block >= 4; block--)
        if (rows % block == 0)
            return block;
    return rows;
}

/* Whether libxsmm's simple_rnn sums over two halves of the blocks. It then leaves out the last one
 * of an odd number. */
static bool sums_in_halves(const rnn_layer *layer) {
    return layer->cell == RNN_SIMPLE && layer->features >= 2048 && layer->units >= 2048 &&
           layer->features % 2 == 0 && layer->units % 2 == 0;
}

static libxsmm_dnn_rnncell_type cell_type(const rnn_layer *layer) {
    if (layer->cell == RNN_LSTM)
        return LIBXSMM_DNN_RNNCELL_LSTM;
    if (layer->cell == RNN_GRU)
        return LIBXSMM_DNN_RNNCELL_GRU;
    if (layer->activation == RNN_SIGMOID)
        return LIBXSMM_DNN_RNNCELL_RNN_SIGMOID;
    return layer->activation == RNN_RELU ? LIBXSMM_DNN_RNNCELL_RNN_RELU
                                         : LIBXSMM_DNN_RNNCELL_RNN_TANH;
}

/* How many threads are useful. The threads of a cell wait for each other at every step, spinning
 * without end. On fewer processors than threads each wait would take a slice of the scheduler's
 * time. */
static int useful_threads(int threads, int blocks) {
    int useful = threads < blocks ? threads : blocks;
#if RNN_WITH_OPENMP
    if (useful > omp_get_num_procs())
        useful = omp_get_num_procs();
#endif
    return useful;
}

static libxsmm_dnn_rnncell_desc describe(const rnn_problem *problem) {
    const rnn_layer *layer = &problem->model.layers[0];
    const int parts = sums_in_halves(layer) ? 2 : 1;
    libxsmm_dnn_rnncell_desc cell = {
        .K = layer->units,
        .N = problem->shape.batch,
        .C = layer->features,
        .max_T = problem->shape.timesteps,
        .bn = row_block_of(problem->shape.batch),
        .bk = block_of(layer->units / parts, 32),
        .bc = block_of(layer->features / parts, 64),
        .cell_type = cell_type(layer),
        .datatype_in = LIBXSMM_DNN_DATATYPE_F32,
        .datatype_out = LIBXSMM_DNN_DATATYPE_F32,
        .buffer_format = LIBXSMM_DNN_TENSOR_FORMAT_NC,
        .filter_format = LIBXSMM_DNN_TENSOR_FORMAT_CKPACKED,
    };
    /* Each thread gets whole blocks of rows x units. Results depend on the size of a block, so it
     * must not depend on the number of threads. */
    cell.threads = useful_threads(problem->threads, cell.N / cell.bn * (cell.K / cell.bk));
    return cell;
}

/* Has libxsmm generate its kernels, if it can, so that a run finds them. */
static bool generate_kernels(const libxsmm_dnn_rnncell_desc *cell) {
    return libxsmm_smmdispatch_reducebatch_addr(cell->bk, cell->bn, cell->bc, &cell->bk, &cell->C,
                                                &cell->K, NULL, NULL, NULL, NULL) &&
           libxsmm_smmdispatch_reducebatch_addr(cell->bk, cell->bn, cell->bk, &cell->bk, &cell->K,
                                                &cell->K, NULL, NULL, NULL, NULL);
}

/* ---- Support ------------------------------------------------------------------------------ */

static rnn_status supports_activations(const rnn_layer *layer, rnn_error *error) {
    const rnn_activation act = layer->activation;
    if (layer->cell == RNN_SIMPLE && act != RNN_TANH && act != RNN_SIGMOID && act != RNN_RELU)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].activation: %s, its simple_rnn has tanh, sigmoid and "
                        "relu only",
                        rnn_activation_name(act));
    if (layer->cell != RNN_SIMPLE && act != RNN_TANH)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].activation: %s, its %s has tanh only",
                        rnn_activation_name(act), rnn_cell_name(layer->cell));
    if (layer->cell != RNN_SIMPLE && layer->recurrent_activation != RNN_SIGMOID)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].recurrent_activation: %s, its %s has sigmoid only",
                        rnn_activation_name(layer->recurrent_activation),
                        rnn_cell_name(layer->cell));
    return RNN_OK;
}

static rnn_status supports_layer(const rnn_layer *layer, rnn_error *error) {
    const char *beyond = rnn_layer_option_beyond_keras(layer);
    if (beyond)
        return rnn_fail(error, RNN_UNSUPPORTED, "libxsmm: layers[0].%s: set, its %s has none",
                        beyond, rnn_cell_name(layer->cell));
    if (layer->direction == RNN_BIDIRECTIONAL)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].direction: bidirectional, its cells run one way");
    if (layer->cell == RNN_GRU && layer->reset_after)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].reset_after: true, its gru resets before the product");
    return supports_activations(layer, error);
}

/* Checks the sizes, because libxsmm counts and addresses in int. */
static rnn_status supports_sizes(const rnn_problem *problem, rnn_error *error) {
    const rnn_layer *layer = &problem->model.layers[0];
    const size_t most = (size_t)1 << 29, gates = (size_t)rnn_cell_gates(layer->cell);
    const size_t units = (size_t)layer->units, features = (size_t)layer->features;
    const size_t widest = units > features ? units : features;
    const size_t rows = (size_t)problem->shape.batch * (size_t)problem->shape.timesteps;
    if (gates * units > most / widest)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].units: %d, of %d features this is too much for it",
                        layer->units, layer->features);
    if (rows > most / widest)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: shape.batch: %d, with %d timesteps this is too much for it",
                        problem->shape.batch, problem->shape.timesteps);
    return RNN_OK;
}

static rnn_status xsmm_supports(const rnn_problem *problem, rnn_error *error) {
    const rnn_model *model = &problem->model;
    if (model->layer_count > 1)
        return rnn_fail(error, RNN_UNSUPPORTED, "libxsmm: model.layer_count: %d, must be 1",
                        model->layer_count);
    if (model->dense)
        return rnn_fail(error, RNN_UNSUPPORTED, "libxsmm: model.dense: given, it has no head");
    if (problem->shape.masked)
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: shape.masked: true, it has neither lengths nor masks");
    rnn_status status = supports_layer(&model->layers[0], error);
    if (status == RNN_OK)
        status = supports_sizes(problem, error);
    if (status != RNN_OK)
        return status;
    /* libxsmm assumes that there is memory for its tables and buffers, 11 MB when it is first
     * used. */
    if (!rnn_has_room(12 << 20))
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "libxsmm: out of memory for its kernels");
    const libxsmm_dnn_rnncell_desc cell = describe(problem);
    if (!generate_kernels(&cell))
        return rnn_fail(error, RNN_UNSUPPORTED,
                        "libxsmm: layers[0].units: %d, it generates no kernel for this on %s",
                        cell.K, libxsmm_get_target_arch());
    return RNN_OK;
}

/* ---- Weights ------------------------------------------------------------------------------ */

/* The position of each of libxsmm's gates among Keras'. libxsmm has i, c, f, o for LSTM and r, z, h
 * for GRU. */
static int keras_gate(rnn_cell cell, int gate) {
    static const int lstm[] = {0, 2, 1, 3}, gru[] = {1, 0, 2};
    return cell == RNN_LSTM ? lstm[gate] : cell == RNN_GRU ? gru[gate] : 0;
}

/* Packs [rows, G M] into [G][M / bk][rows][bk]. Blocks of rows follow each other, so they do not
 * show. */
static void pack_kernel(const xsmm_plan *plan, int rows, const float *from, float *to) {
    const rnn_cell cell = plan->layer->cell;
    const int gates = rnn_cell_gates(cell), units = plan->layer->units, bk = plan->cell.bk;
    for (int gate = 0; gate < gates; gate++)
        for (int unit = 0; unit < units; unit += bk)
            for (int row = 0; row < rows; row++, to += bk) {
                size_t column = (size_t)keras_gate(cell, gate) * units + unit;
                memcpy(to, from + (size_t)row * gates * units + column, (size_t)bk * sizeof *to);
            }
}

static void pack_bias(const xsmm_plan *plan, const float *from) {
    const int gates = rnn_cell_gates(plan->layer->cell), units = plan->layer->units;
    for (int gate = 0; gate < gates; gate++)
        memcpy(plan->bias + (size_t)gate * units,
               from + (size_t)keras_gate(plan->layer->cell, gate) * units,
               (size_t)units * sizeof *from);
}

/* Lays out the weights. On an arena without memory it only counts. */
static void lay_out_weights(xsmm_plan *plan, arena *room) {
    const size_t units = (size_t)plan->layer->units;
    const size_t width = (size_t)rnn_cell_gates(plan->layer->cell) * units;
    plan->kernel = arena_floats(room, rnn_layer_kernel_length(plan->layer));
    plan->recurrent_kernel = arena_floats(room, rnn_layer_recurrent_kernel_length(plan->layer));
    plan->bias = arena_floats(room, width);
    plan->packed_size = room->used;
    plan->zeros = arena_floats(room, (size_t)plan->cell.N * units);
}

static bool pack_weights(xsmm_plan *plan, const rnn_weights *weights) {
    arena room = {NULL, 0};
    lay_out_weights(plan, &room);
    plan->memory = aligned_alloc(RNN_ALIGNMENT, room.used);
    if (!plan->memory)
        return false;
    memset(plan->memory, 0, room.used);
    room = (arena){plan->memory, 0};
    lay_out_weights(plan, &room);
    pack_kernel(plan, plan->layer->features, weights->kernel.data, plan->kernel);
    pack_kernel(plan, rnn_layer_direction_width(plan->layer), weights->recurrent_kernel.data,
                plan->recurrent_kernel);
    if (plan->layer->use_bias)
        pack_bias(plan, weights->bias.data);
    return true;
}

/* ---- Creation ----------------------------------------------------------------------------- */

static bool is_dense(const xsmm_plan *plan, rnn_strides strides, int width) {
    const int N = plan->cell.N;
    return (N == 1 || strides.batch == width) &&
           (plan->cell.max_T == 1 || strides.time == (ptrdiff_t)N * width);
}

static void xsmm_destroy(void *opaque) {
    xsmm_plan *plan = opaque;
    rnn_xsmm_call_destroy(plan->call);
    free(plan->memory);
    free(plan);
}

static rnn_status xsmm_create(void **out, const rnn_problem *problem,
                              const rnn_model_weights *weights, rnn_error *error) {
    xsmm_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "libxsmm: out of memory for the plan");
    const rnn_layer *layer = &problem->model.layers[0];
    plan->problem = problem;
    plan->layer = layer;
    plan->cell = describe(problem);
    plan->reads_x =
        layer->direction == RNN_FORWARD && is_dense(plan, problem->shape.x, layer->features);
    plan->writes_y = layer->return_sequences &&
                     is_dense(plan, problem->shape.y, rnn_layer_direction_width(layer));
    snprintf(plan->implementation, sizeof plan->implementation,
             "%s %s nc_kcck, blocks of %d rows, %d units, %d features", LIBXSMM_VERSION,
             libxsmm_get_target_arch(), plan->cell.bn, plan->cell.bk, plan->cell.bc);
    rnn_status status = rnn_xsmm_call_create(&plan->call, &plan->cell, error);
    if (status == RNN_OK && !pack_weights(plan, weights->layers))
        status = rnn_fail(error, RNN_OUT_OF_MEMORY, "libxsmm: out of memory for the weights");
    if (status == RNN_OK)
        *out = plan;
    else
        xsmm_destroy(plan);
    return status;
}

/* ---- Run ---------------------------------------------------------------------------------- */

/* Lays out the arrays of a run in scratch, each of K floats a row, as libxsmm has all of them.
 * Returns the array for a copy of x, or NULL where none is needed. On an arena without memory it
 * only counts. */
static float *lay_out_run(const xsmm_plan *plan, arena *room, const float **operands) {
    static const int written[RNN_CELL_COUNT] = {[RNN_SIMPLE] = 2, [RNN_LSTM] = 7, [RNN_GRU] = 5};
    const size_t rows = (size_t)plan->cell.N * (size_t)plan->cell.max_T;
    for (int i = 0; i < written[plan->layer->cell]; i++)
        operands[XSMM_H + i] = arena_floats(room, rows * (size_t)plan->cell.K);
    return plan->reads_x ? NULL : arena_floats(room, rows * (size_t)plan->cell.C);
}

static size_t xsmm_scratch_size(const void *opaque) {
    const float *operands[XSMM_OPERAND_COUNT];
    arena room = {NULL, 0};
    lay_out_run(opaque, &room, operands);
    return room.used;
}

/* libxsmm runs forward only. So it gets the steps of a backward layer reversed, and then puts them
 * out in the order that Keras has. */
static void copy_x(const xsmm_plan *plan, const float *x, float *copy) {
    const rnn_strides strides = plan->problem->shape.x;
    const int T = plan->cell.max_T, N = plan->cell.N, D = plan->cell.C;
    for (int step = 0; step < T; step++) {
        int t = plan->layer->direction == RNN_BACKWARD ? T - 1 - step : step;
        for (int n = 0; n < N; n++, copy += D)
            memcpy(copy, x + n * strides.batch + t * strides.time, (size_t)D * sizeof *copy);
    }
}

static void copy_y(const xsmm_plan *plan, const float *h, float *y) {
    const rnn_strides strides = plan->problem->shape.y;
    const int steps = plan->layer->return_sequences ? plan->cell.max_T : 1;
    const int N = plan->cell.N, width = rnn_layer_direction_width(plan->layer);
    for (int t = 0; t < steps; t++)
        for (int n = 0; n < N; n++, h += width)
            memcpy(y + n * strides.batch + t * strides.time, h, (size_t)width * sizeof *y);
}

static const float *initial_state(const xsmm_plan *plan, const rnn_io *io, int state) {
    const float *given = io->initial_states ? io->initial_states[state] : NULL;
    return given ? given : plan->zeros;
}

static void deliver_final(const rnn_io *io, int state, const float *last, size_t floats) {
    float *wanted = io->final_states ? io->final_states[state] : NULL;
    if (wanted)
        memcpy(wanted, last, floats * sizeof *last);
}

/* Runs the plan's handle. If that is taken or fails, as where OpenMP gives too few threads, it runs
 * another one on this thread alone. The blocks stay the same, and so do the bits. */
static rnn_status execute(const xsmm_plan *plan, const float *const *operands, rnn_error *error) {
    bool executed = false;
    if (!atomic_flag_test_and_set(&plan->call->taken)) {
        executed = rnn_xsmm_call_execute(plan->call, operands);
        atomic_flag_clear(&plan->call->taken);
    }
    if (executed)
        return RNN_OK;
    libxsmm_dnn_rnncell_desc cell = plan->cell;
    cell.threads = 1;
    xsmm_call *call;
    rnn_status status = rnn_xsmm_call_create(&call, &cell, error);
    if (status != RNN_OK)
        return status;
    executed = rnn_xsmm_call_execute(call, operands);
    rnn_xsmm_call_destroy(call);
    return executed ? RNN_OK : rnn_fail(error, RNN_BACKEND_FAILED, "libxsmm: execution failed");
}

static rnn_status xsmm_run(const void *opaque, const rnn_io *io, void *scratch, rnn_error *error) {
    const xsmm_plan *plan = opaque;
    const bool is_lstm = plan->layer->cell == RNN_LSTM;
    const float *operands[XSMM_OPERAND_COUNT] = {[XSMM_X] = io->x,
                                                 [XSMM_H_PREVIOUS] = initial_state(plan, io, 0),
                                                 [XSMM_KERNEL] = plan->kernel,
                                                 [XSMM_RECURRENT_KERNEL] = plan->recurrent_kernel,
                                                 [XSMM_BIAS] = plan->bias};
    arena room = {scratch, 0};
    float *x_copy = lay_out_run(plan, &room, operands);
    if (x_copy) {
        copy_x(plan, io->x, x_copy);
        operands[XSMM_X] = x_copy;
    }
    if (is_lstm)
        operands[XSMM_C_PREVIOUS] = initial_state(plan, io, 1);
    /* libxsmm's LSTM stores h by instructions that need an alignment of 64 bytes. */
    const bool in_place = plan->writes_y && (uintptr_t)io->y % RNN_ALIGNMENT == 0;
    if (in_place)
        operands[XSMM_H] = io->y;

    rnn_status status = execute(plan, operands, error);
    if (status != RNN_OK)
        return status;
    const size_t state = (size_t)plan->cell.N * (size_t)plan->cell.K;
    const size_t last = (size_t)(plan->cell.max_T - 1) * state;
    if (!in_place)
        copy_y(plan, operands[XSMM_H] + (plan->layer->return_sequences ? 0 : last), io->y);
    deliver_final(io, 0, operands[XSMM_H] + last, state);
    if (is_lstm)
        deliver_final(io, 1, operands[XSMM_C] + last, state);
    return RNN_OK;
}

/* ---- Interface ---------------------------------------------------------------------------- */

static size_t xsmm_packed_size(const void *opaque) {
    return ((const xsmm_plan *)opaque)->packed_size;
}

static const char *xsmm_implementation(const void *opaque) {
    return ((const xsmm_plan *)opaque)->implementation;
}

static void xsmm_version(char *text, size_t size) {
    snprintf(text, size, "%s", LIBXSMM_VERSION);
}

const rnn_backend rnn_backend_libxsmm = {
    .supports = xsmm_supports,
    .create = xsmm_create,
    .destroy = xsmm_destroy,
    .scratch_size = xsmm_scratch_size,
    .packed_size = xsmm_packed_size,
    .implementation = xsmm_implementation,
    .run = xsmm_run,
    .version = xsmm_version,
};
