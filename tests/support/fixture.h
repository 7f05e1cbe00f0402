/* SPDX-License-Identifier: MIT
 * A model, weights and buffers that work, for tests that spoil one thing of them at a time. */
#ifndef RNN_TESTS_FIXTURE_H
#define RNN_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/support.h"

enum { N = 3, T = 4, D = 5, M = 6, HEAD = 2, STATES = 6 };
enum { X_FLOATS = N * T * D, Y_FLOATS = N * T * 2 * M, STATE_FLOATS = N * M };

typedef struct fixture {
    const char *backend;
    rnn_layer layers[2];
    rnn_dense dense;
    rnn_model model;
    rnn_weights layer_weights[3];
    rnn_model_weights weights;
    rnn_shape shape;
    int threads;
    rnn_io io;
    const float *initial_states[STATES];
    float *final_states[STATES];
} fixture;

/* The memory that a fixture points into. */
typedef struct fixture_memory {
    _Alignas(RNN_ALIGNMENT) float x[X_FLOATS];
    float initial[STATES][STATE_FLOATS];
    float y[Y_FLOATS], y_backward[Y_FLOATS], final[STATES][STATE_FLOATS];
    int32_t lengths[N];
    uint8_t mask[N * T];
    float attention[N * T];
} fixture_memory;
extern fixture_memory memory;

extern const float fixture_weights[1024];

/* Takes the backend of the fixtures to come from a program's only argument. Exits as
 * require_backend does. */
void fixture_use_backend(int argc, char **argv);
extern rnn_backend_info fixture_backend;

/* Makes a bidirectional LSTM below an LSTM below a Dense head, with whole sequences and all states
 * given. */
void fixture_reset(fixture *f);
/* Gives the weights the lengths that the layers have now. */
void fixture_fit_weights(fixture *f);
/* As fixture_reset, with lengths and mask. */
void fixture_reset_masked(fixture *f);
/* Makes one bidirectional LSTM that puts out both halves. */
void fixture_reset_two_outputs(fixture *f);

/* Makes one GRU with attention that puts out a sequence, without states. */
void fixture_reset_attention(fixture *f);

/* Whether the backend does what the fixture asks for. */
bool fixture_is_supported(const fixture *f);

rnn_status fixture_create(const fixture *f, rnn_plan **plan, rnn_error *error);

/* Asserts that the text is one terminated line that contains `expected`. */
void assert_error_text(const rnn_error *error, const char *expected);

/* The same address, but one byte further. */
const float *misaligned(const float *floats);

#endif
