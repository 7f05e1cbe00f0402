/* SPDX-License-Identifier: MIT
 *
 * The oracle: the formulas of rnn.h in double precision, as loops that can be read beside a
 * textbook. It alone decides what is right. It shares no code with kernels/ but for the types of
 * rnn.h and the widths of states that it states.
 *
 * A NaN that enters an activation leaves it as a NaN, also from relu and the hard sigmoids.
 */
#ifndef RNN_REFERENCE_ORACLE_H
#define RNN_REFERENCE_ORACLE_H

#include "kernels/rnn.h"

/* As rnn_io, with every array dense and batch-major. Outputs that are NULL are not wanted. */
typedef struct oracle_io {
    const float *x; /* [N, T, D] */
    double *y;      /* [N, T, width], or [N, width] without sequences */
    double *y_backward;
    const float *const *initial_states; /* each [N, its width]; NULL list or entry: zeros */
    double *const *final_states;
    const int32_t *lengths; /* [N] */
    const uint8_t *mask;    /* [N, T] */
    const float *attention; /* [N, T], of layers that have it */
} oracle_io;

/* The description must be valid. Returns false where memory ran out. */
bool oracle_run(const rnn_model *model, const rnn_model_weights *weights, int batch, int timesteps,
                const oracle_io *io);

double oracle_activate(rnn_activation activation, double x);

#endif
