/* SPDX-License-Identifier: MIT
 * The merges of a bidirectional layer that work element by element. */
#ifndef RNN_MERGE_H
#define RNN_MERGE_H

#include "kernels/rnn.h"

/* y = forward merged with backward by sum, mul or ave; y may be forward. */
static inline void rnn_merge_row(rnn_merge merge, int units, const float *forward,
                                 const float *backward, float *y) {
    for (int i = 0; i < units; i++) {
        if (merge == RNN_MUL)
            y[i] = forward[i] * backward[i];
        else if (merge == RNN_AVE)
            y[i] = 0.5f * (forward[i] + backward[i]);
        else
            y[i] = forward[i] + backward[i];
    }
}

#endif
