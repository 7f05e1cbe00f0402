/* SPDX-License-Identifier: MIT */
#include "tests/support/fixture.h"

#include "tests/support/weights.h"

#include <stdlib.h>
#include <string.h>

fixture_memory memory;
const float fixture_weights[1024];
rnn_backend_info fixture_backend;

void fixture_use_backend(int argc, char **argv) {
    if (argc != 2)
        exit(2);
    fixture_backend = require_backend(argv[1]);
}

void fixture_fit_weights(fixture *f) {
    int count = 0;
    for (int i = 0; i < f->model.layer_count; i++)
        for (int d = 0; d < rnn_layer_directions(&f->layers[i]); d++)
            f->layer_weights[count++] =
                weights_of(&f->layers[i], fixture_weights, fixture_weights, fixture_weights);
    f->weights = (rnn_model_weights){
        f->layer_weights, count, {fixture_weights, M * HEAD}, {fixture_weights, HEAD}};
}

void fixture_reset(fixture *f) {
    memset(f, 0, sizeof *f);
    memset(&memory, 0, sizeof memory);
    f->backend = fixture_backend.name;
    f->layers[0] = rnn_layer_defaults(RNN_LSTM, D, M);
    f->layers[0].direction = RNN_BIDIRECTIONAL;
    f->layers[0].return_sequences = true;
    f->layers[1] = rnn_layer_defaults(RNN_LSTM, 2 * M, M);
    f->layers[1].return_sequences = true;
    f->dense = (rnn_dense){.units = HEAD, .activation = RNN_LINEAR, .use_bias = true};
    f->model = (rnn_model){.layers = f->layers, .layer_count = 2, .dense = &f->dense};
    fixture_fit_weights(f);
    f->shape = (rnn_shape){.batch = N, .timesteps = T};
    f->threads = 1;
    for (int i = 0; i < STATES; i++) {
        f->initial_states[i] = memory.initial[i];
        f->final_states[i] = memory.final[i];
    }
    f->io = (rnn_io){.x = memory.x,
                     .y = memory.y,
                     .initial_states = f->initial_states,
                     .final_states = f->final_states};
}

void fixture_reset_masked(fixture *f) {
    fixture_reset(f);
    f->shape.masked = true;
    f->io.lengths = memory.lengths;
    f->io.mask = memory.mask;
}

void fixture_reset_two_outputs(fixture *f) {
    fixture_reset(f);
    f->layers[0].merge = RNN_NONE;
    f->model.layer_count = 1;
    f->model.dense = NULL;
    fixture_fit_weights(f);
    f->io.y_backward = memory.y_backward;
}

void fixture_reset_attention(fixture *f) {
    fixture_reset(f);
    f->layers[0] = rnn_layer_defaults(RNN_GRU, D, M);
    f->layers[0].return_sequences = true;
    f->layers[0].attention = true;
    f->model = (rnn_model){.layers = f->layers, .layer_count = 1};
    fixture_fit_weights(f);
    f->io = (rnn_io){.x = memory.x, .y = memory.y, .attention = memory.attention};
}

bool fixture_is_supported(const fixture *f) {
    return rnn_backend_supports(f->backend, &f->model, &f->shape,
                                &(rnn_plan_options){.threads = f->threads}, NULL) == RNN_OK;
}

rnn_status fixture_create(const fixture *f, rnn_plan **plan, rnn_error *error) {
    return rnn_plan_create(plan, f->backend, &f->model, &f->weights, &f->shape,
                           &(rnn_plan_options){.threads = f->threads}, error);
}

void assert_error_text(const rnn_error *error, const char *expected) {
    assert_non_null(memchr(error->text, '\0', sizeof error->text));
    if (!strstr(error->text, expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, error->text);
    assert_null(strchr(error->text, '\n'));
}

const float *misaligned(const float *floats) {
    return (const float *)(const void *)((const char *)floats + 1);
}
