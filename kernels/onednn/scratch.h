/* SPDX-License-Identifier: MIT
 * Reserves parts of a scratch buffer: each returns the offset of its part and grows *size. */
#ifndef RNN_ONEDNN_SCRATCH_H
#define RNN_ONEDNN_SCRATCH_H

#include "kernels/rnn.h"

static inline size_t onednn_scratch_bytes(size_t *size, size_t bytes) {
    size_t offset = *size;
    *size += (bytes + RNN_ALIGNMENT - 1) / RNN_ALIGNMENT * RNN_ALIGNMENT;
    return offset;
}

static inline size_t onednn_scratch_floats(size_t *size, size_t floats) {
    return onednn_scratch_bytes(size, floats * sizeof(float));
}

#endif
