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

/* [rows, G M] of each direction, as [1, directions, rows, G, M]. */
static rnn_status pack_kernels(onednn_operation *operation, int argument, const rnn_layer *layer,
                               int rows, const float *forward, const float *backward,
                               dnnl_engine_t engine, rnn_error *error) {
    int gates = rnn_cell_gates(layer->cell);
    const dnnl_dims_t sizes = {1, backward ? 2 : 1, rows, gates, layer->units};
    if (!backward)
        return pack_plain(operation, argument, 5, sizes, forward, engine, error);

    size_t floats = (size_t)rows * (size_t)gates * (size_t)layer->units;
    float *joined = malloc(2 * floats * sizeof *joined);
    if (!joined)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "onednn: out of memory while packing weights");
    memcpy(joined, forward, floats * sizeof *joined);
    memcpy(joined + floats, backward, floats * sizeof *joined);
    rnn_status status = pack_plain(operation, argument, 5, sizes, joined, engine, error);
    free(joined);
    return status;
}

/* ---- Bias --------------------------------------------------------------------------------- */

static bool is_linear_before_reset(const rnn_layer *layer) {
    return layer->cell == RNN_GRU && layer->reset_after;
}

int rnn_onednn_bias_gates(const rnn_layer *layer) {
    return is_linear_before_reset(layer) ? 4 : rnn_cell_gates(layer->cell);
}

/* [2, 3 M] to 4 rows: z and r need only the sum of their biases, the candidate's stay apart. */
static void fold_bias(float *folded, const float *bias, size_t units) {
    const float *input = bias, *recurrent = bias + 3 * units;
    for (size_t i = 0; i < 2 * units; i++)
        folded[i] = input[i] + recurrent[i];
    memcpy(folded + 2 * units, input + 2 * units, units * sizeof *folded);
    memcpy(folded + 3 * units, recurrent + 2 * units, units * sizeof *folded);
}

/* oneDNN wants a bias: without one it is zeros. */
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

rnn_status rnn_onednn_pack_weights(onednn_operation *operation, const rnn_layer *layer,
                                   const rnn_weights *weights, dnnl_engine_t engine,
                                   rnn_error *error) {
    bool both = layer->direction == RNN_BIDIRECTIONAL;
    rnn_status status =
        pack_kernels(operation, DNNL_ARG_WEIGHTS_LAYER, layer, layer->features,
                     weights[0].kernel.data, both ? weights[1].kernel.data : NULL, engine, error);
    if (status == RNN_OK)
        status = pack_kernels(operation, DNNL_ARG_WEIGHTS_ITER, layer,
                              rnn_layer_direction_width(layer), weights[0].recurrent_kernel.data,
                              both ? weights[1].recurrent_kernel.data : NULL, engine, error);
    return status == RNN_OK ? pack_bias(operation, layer, weights, engine, error) : status;
}
