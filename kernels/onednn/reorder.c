/* SPDX-License-Identifier: MIT */
#include "kernels/onednn/reorder.h"

#include <stdlib.h>
#include <string.h>

rnn_status rnn_onednn_layout_dense(api_layout *layout, int dimensions, const dnnl_dims_t sizes,
                                   rnn_error *error) {
    dnnl_dims_t strides;
    dnnl_dim_t stride = 1;
    for (int i = dimensions; i-- > 0; stride *= sizes[i])
        strides[i] = stride;
    return rnn_onednn_check(rnn_onednn_api_layout_strided(layout, dimensions, sizes, strides),
                            "memory descriptor with strides", error);
}

static rnn_status pack_plain(onednn_operation *operation, int argument, int dimensions,
                             const dnnl_dims_t sizes, const float *data, dnnl_engine_t engine,
                             rnn_error *error) {
    api_layout plain = {0};
    rnn_status status = rnn_onednn_layout_dense(&plain, dimensions, sizes, error);
    if (status == RNN_OK)
        status = rnn_onednn_operation_pack(operation, argument, &plain, data, engine, error);
    rnn_onednn_api_layout_clear(&plain);
    return status;
}

/* Packs both directions, one behind the other, where there are two. */
static rnn_status pack_joined(onednn_operation *operation, int argument, int dimensions,
                              const dnnl_dims_t sizes, rnn_array forward, const rnn_array *backward,
                              dnnl_engine_t engine, rnn_error *error) {
    if (!backward)
        return pack_plain(operation, argument, dimensions, sizes, forward.data, engine, error);
    const size_t bytes = forward.length * sizeof(float);
    float *joined = malloc(2 * bytes);
    if (!joined)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory while packing weights");
    memcpy(joined, forward.data, bytes);
    memcpy(joined + forward.length, backward->data, bytes);
    rnn_status status = pack_plain(operation, argument, dimensions, sizes, joined, engine, error);
    free(joined);
    return status;
}

/* [rows, G M] of each direction, as [1, directions, rows, G, M]. */
static rnn_status pack_kernels(onednn_operation *operation, int argument, const rnn_layer *layer,
                               int rows, rnn_array forward, const rnn_array *backward,
                               dnnl_engine_t engine, rnn_error *error) {
    const dnnl_dims_t sizes = {1, backward ? 2 : 1, rows, rnn_cell_gates(layer->cell),
                               layer->units};
    return pack_joined(operation, argument, 5, sizes, forward, backward, engine, error);
}

/* ---- Bias --------------------------------------------------------------------------------- */

static bool is_linear_before_reset(const rnn_layer *layer) {
    return layer->cell == RNN_GRU && layer->reset_after;
}

int rnn_onednn_bias_gates(const rnn_layer *layer) {
    return is_linear_before_reset(layer) ? 4 : rnn_cell_gates(layer->cell);
}

/* Folds a bias [2, 3 M] into 4 rows: z and r need only the sum of their biases, and the candidate's
 * two stay apart. */
static void fold_bias(float *folded, const float *bias, size_t units) {
    const float *input = bias, *recurrent = bias + 3 * units;
    for (size_t i = 0; i < 2 * units; i++)
        folded[i] = input[i] + recurrent[i];
    memcpy(folded + 2 * units, input + 2 * units, units * sizeof *folded);
    memcpy(folded + 3 * units, recurrent + 2 * units, units * sizeof *folded);
}

/* oneDNN wants a bias, which is zeros for a layer without one. */
static rnn_status pack_bias(onednn_operation *operation, const rnn_layer *layer,
                            const rnn_weights *weights, dnnl_engine_t engine, rnn_error *error) {
    int directions = rnn_layer_directions(layer), gates = rnn_onednn_bias_gates(layer);
    size_t units = (size_t)layer->units, floats = (size_t)gates * units;
    float *bias = calloc((size_t)directions * floats, sizeof *bias);
    if (!bias)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory while packing the bias");
    for (int d = 0; d < directions && layer->use_bias; d++) {
        float *part = bias + (size_t)d * floats;
        if (is_linear_before_reset(layer))
            fold_bias(part, weights[d].bias.data, units);
        else
            memcpy(part, weights[d].bias.data, floats * sizeof *part);
    }
    const dnnl_dims_t sizes = {1, directions, gates, layer->units};
    rnn_status status = pack_plain(operation, DNNL_ARG_BIAS, 4, sizes, bias, engine, error);
    free(bias);
    return status;
}

/* [rows, columns] of each direction, as [1, directions, rows, columns]. */
static rnn_status pack_halves(onednn_operation *operation, int argument, int rows, int columns,
                              rnn_array forward, const rnn_array *backward, dnnl_engine_t engine,
                              rnn_error *error) {
    const dnnl_dims_t sizes = {1, backward ? 2 : 1, rows, columns};
    return pack_joined(operation, argument, 4, sizes, forward, backward, engine, error);
}

rnn_status rnn_onednn_pack_weights(onednn_operation *operation, const rnn_layer *layer,
                                   const rnn_weights *weights, dnnl_engine_t engine,
                                   rnn_error *error) {
    bool both = layer->direction == RNN_BIDIRECTIONAL;
    rnn_status status =
        pack_kernels(operation, DNNL_ARG_WEIGHTS_LAYER, layer, layer->features, weights[0].kernel,
                     both ? &weights[1].kernel : NULL, engine, error);
    if (status == RNN_OK)
        status = pack_kernels(operation, DNNL_ARG_WEIGHTS_ITER, layer,
                              rnn_layer_direction_width(layer), weights[0].recurrent_kernel,
                              both ? &weights[1].recurrent_kernel : NULL, engine, error);
    if (status == RNN_OK)
        status = pack_bias(operation, layer, weights, engine, error);
    if (status == RNN_OK && layer->peepholes)
        status =
            pack_halves(operation, DNNL_ARG_WEIGHTS_PEEPHOLE, 3, layer->units, weights[0].peepholes,
                        both ? &weights[1].peepholes : NULL, engine, error);
    if (status == RNN_OK && layer->projection > 0)
        status =
            pack_halves(operation, DNNL_ARG_WEIGHTS_PROJECTION, layer->units, layer->projection,
                        weights[0].projection, both ? &weights[1].projection : NULL, engine, error);
    return status;
}
