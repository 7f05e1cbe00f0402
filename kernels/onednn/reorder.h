/* SPDX-License-Identifier: MIT */
#ifndef RNN_ONEDNN_REORDER_H
#define RNN_ONEDNN_REORDER_H

#include "kernels/onednn/operation.h"

/* How many rows oneDNN's bias has: linear-before-reset GRU has a second one for its candidate. */
int rnn_onednn_bias_gates(const rnn_layer *layer);

/* Brings one layer's weights into the layouts that `operation` chose. Keras' [D, G M] with its
 * order of gates is oneDNN's plain ldigo as it stands, and two directions only have to be
 * joined. */
rnn_status rnn_onednn_pack_weights(onednn_operation *operation, const rnn_layer *layer,
                                   const rnn_weights *weights, dnnl_engine_t engine,
                                   rnn_error *error);

/* Makes a row-major layout without gaps. */
rnn_status rnn_onednn_layout_dense(api_layout *layout, int dimensions, const dnnl_dims_t sizes,
                                   rnn_error *error);

#endif
