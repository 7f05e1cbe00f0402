/* SPDX-License-Identifier: MIT
 *
 * Weights for tests that need arrays of the right lengths and do not care what is in them. */
#ifndef RNN_TESTS_WEIGHTS_H
#define RNN_TESTS_WEIGHTS_H

#include "kernels/rnn.h"

/* The weights of one direction of a layer, each array as long as the layer needs it. */
static inline rnn_weights weights_of(const rnn_layer *layer, const float *kernel,
                                     const float *recurrent_kernel, const float *bias) {
    return (rnn_weights){
        .kernel = {kernel, rnn_layer_kernel_length(layer)},
        .recurrent_kernel = {recurrent_kernel, rnn_layer_recurrent_kernel_length(layer)},
        .bias = {bias, rnn_layer_bias_length(layer)}};
}

#endif
