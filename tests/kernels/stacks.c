/* SPDX-License-Identifier: MIT
 *
 * Layers of different cells, widths and directions on top of each other, which a problem's text
 * cannot describe. The result must be close to naive's and have the same bits on any number of
 * threads, with plans for as many cores. The argument is the backend. */
#include "tests/support/support.h"

#include "reference/buffers.h"
#include "reference/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 2, TIMESTEPS = 33, FEATURES = 5, MOST_LAYERS = 5, MOST_UNITS = 64, HEAD = 3 };

typedef struct stack {
    const char *name;
    int layers;
    rnn_cell cells[MOST_LAYERS];
    int units[MOST_LAYERS];
    rnn_direction directions[MOST_LAYERS];
    rnn_merge merges[MOST_LAYERS];
    bool is_headless;
} stack;

static const stack stacks[] = {
    {"backward in the middle",
     4,
     {RNN_LSTM, RNN_LSTM, RNN_LSTM, RNN_LSTM},
     {64, 64, 64, 64},
     {RNN_FORWARD, RNN_BACKWARD, RNN_FORWARD, RNN_FORWARD},
     {0},
     false},
    {"widths that differ",
     5,
     {RNN_GRU, RNN_LSTM, RNN_SIMPLE, RNN_GRU, RNN_LSTM},
     {17, 64, 5, 48, 33},
     {RNN_FORWARD, RNN_FORWARD, RNN_FORWARD, RNN_FORWARD, RNN_FORWARD},
     {0},
     false},
    {"backward at the bottom",
     4,
     {RNN_LSTM, RNN_GRU, RNN_GRU, RNN_LSTM},
     {48, 64, 32, 64},
     {RNN_BACKWARD, RNN_FORWARD, RNN_FORWARD, RNN_FORWARD},
     {0},
     false},
    {"bidirectional between",
     4,
     {RNN_LSTM, RNN_GRU, RNN_LSTM, RNN_LSTM},
     {32, 64, 64, 48},
     {RNN_FORWARD, RNN_BIDIRECTIONAL, RNN_FORWARD, RNN_FORWARD},
     {0},
     false},
    /* A half that is merged has a sequence of its own, whichever layers are wide. */
    {"wide halves summed at the bottom",
     2,
     {RNN_LSTM, RNN_LSTM},
     {64, 3},
     {RNN_BIDIRECTIONAL, RNN_FORWARD},
     {RNN_SUM},
     false},
    {"wide halves multiplied in the middle",
     3,
     {RNN_GRU, RNN_LSTM, RNN_GRU},
     {5, 64, 4},
     {RNN_FORWARD, RNN_BIDIRECTIONAL, RNN_BIDIRECTIONAL},
     {RNN_CONCAT, RNN_MUL, RNN_AVE},
     false},
    {"wide halves averaged at the top",
     3,
     {RNN_SIMPLE, RNN_GRU, RNN_LSTM},
     {4, 6, 64},
     {RNN_FORWARD, RNN_BIDIRECTIONAL, RNN_BIDIRECTIONAL},
     {RNN_CONCAT, RNN_CONCAT, RNN_AVE},
     false},
    {"halves summed as the output",
     2,
     {RNN_LSTM, RNN_GRU},
     {4, 64},
     {RNN_FORWARD, RNN_BIDIRECTIONAL},
     {RNN_CONCAT, RNN_SUM},
     true},
    {"halves of different widths",
     4,
     {RNN_LSTM, RNN_GRU, RNN_LSTM, RNN_LSTM},
     {33, 17, 48, 16},
     {RNN_BIDIRECTIONAL, RNN_BIDIRECTIONAL, RNN_BIDIRECTIONAL, RNN_BIDIRECTIONAL},
     {RNN_SUM, RNN_AVE, RNN_MUL, RNN_SUM},
     false},
};
enum { STACKS = sizeof stacks / sizeof *stacks };

static float *random_floats(size_t count, double scale, uint64_t *state) {
    float *numbers = malloc(count * sizeof *numbers);
    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] = (float)(scale * random_normal(state));
    return numbers;
}

static rnn_array random_array(size_t length, double scale, uint64_t *state) {
    return (rnn_array){random_floats(length, scale, state), length};
}

static int in_slices_by_teams; /* how many plans divide their threads so */

/* Runs in scratch that ends or begins at a page which nobody may touch. */
static void run_guarded(const stack *s, const char *backend, const rnn_plan *plan, const rnn_io *io,
                        case_guard guard) {
    rnn_error error = {"out of memory"};
    buffer scratch;
    expect_an_end(s->name);
    bool done = buffer_create(&scratch, rnn_plan_scratch_size(plan), guard);
    if (done) {
        memset(scratch.data, 0xff, scratch.size);
        done = rnn_plan_run(plan, io, scratch.data, &error) == RNN_OK;
        buffer_destroy(&scratch);
    }
    if (done)
        return;
    printf("FAILED %s, %s: %s\n", backend, s->name, error.text);
    exit(1);
}

/* Keeps the output of every step, [N, T, width], in `answer`. Returns how many floats that is. */
static size_t run_stack(const stack *s, const char *backend, int threads, float *answer) {
    rnn_layer layers[MOST_LAYERS];
    rnn_weights weights[2 * MOST_LAYERS];
    uint64_t state = 7;
    int width = FEATURES, count = 0;
    for (int i = 0; i < s->layers; i++) {
        layers[i] = rnn_layer_defaults(s->cells[i], width, s->units[i]);
        layers[i].direction = s->directions[i];
        layers[i].merge = s->merges[i];
        layers[i].return_sequences = true;
        for (int d = 0; d < rnn_layer_directions(&layers[i]); d++)
            weights[count++] = (rnn_weights){
                .kernel = random_array(rnn_layer_kernel_length(&layers[i]), 0.3, &state),
                .recurrent_kernel =
                    random_array(rnn_layer_recurrent_kernel_length(&layers[i]), 0.2, &state),
                .bias = random_array(rnn_layer_bias_length(&layers[i]), 0.3, &state)};
        width = rnn_layer_output_width(&layers[i]);
    }
    float *head = random_floats((size_t)width * HEAD, 0.3, &state);
    float *x = random_floats((size_t)BATCH * TIMESTEPS * FEATURES, 1, &state);
    const rnn_dense dense = {.units = HEAD, .activation = RNN_LINEAR};
    const rnn_model model = {layers, s->layers, s->is_headless ? NULL : &dense};
    const rnn_model_weights all = {
        .layers = weights, .count = count, .dense_kernel = {head, (size_t)width * HEAD}};
    const rnn_shape shape = {.batch = BATCH, .timesteps = TIMESTEPS};
    rnn_plan *plan;
    rnn_error error = {""};
    test_cores = threads;
    if (rnn_plan_create(&plan, backend, &model, &all, &shape,
                        &(rnn_plan_options){.threads = threads}, &error) != RNN_OK) {
        printf("FAILED %s, %s: %s\n", backend, s->name, error.text);
        exit(1);
    }
    const char *implementation = rnn_plan_implementation(plan);
    in_slices_by_teams += strstr(implementation, " slices") && strstr(implementation, "team of ");
    const rnn_io io = {.x = x, .y = answer};
    for (int again = 0; again < 3; again++) /* races show now and then */
        run_guarded(s, backend, plan, &io, again % 2 ? GUARD_BEFORE : GUARD_AFTER);
    rnn_plan_destroy(plan);
    free(x);
    free(head);
    for (int i = 0; i < count; i++) {
        free((void *)(uintptr_t)weights[i].kernel.data);
        free((void *)(uintptr_t)weights[i].recurrent_kernel.data);
        free((void *)(uintptr_t)weights[i].bias.data);
    }
    return (size_t)BATCH * TIMESTEPS * (size_t)(s->is_headless ? width : HEAD);
}

static bool supports_stacks(const char *backend) {
    rnn_layer layers[2] = {rnn_layer_defaults(RNN_LSTM, 1, 1), rnn_layer_defaults(RNN_LSTM, 1, 1)};
    layers[0].return_sequences = true;
    const rnn_model model = {layers, 2, NULL};
    const rnn_shape shape = {.batch = 1, .timesteps = 1};
    return rnn_backend_supports(backend, &model, &shape, NULL, NULL) == RNN_OK;
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    enum { MOST_OUTPUTS = BATCH * TIMESTEPS * 2 * MOST_UNITS };
    static float expected[MOST_OUTPUTS], alone[MOST_OUTPUTS], answer[MOST_OUTPUTS];
    const rnn_backend_info info = require_backend(argv[1]);
    if (!supports_stacks(info.name)) {
        printf("%s has no stacks\n", info.name);
        return TEST_SKIPPED;
    }
    /* Threads wait for long on few cores where all of them are one team. */
    const int most_threads = !info.threaded ? 1 : strchr(info.name, '_') ? 4 : 8;
    int failed = 0, ran = 0;
    for (int i = 0; i < STACKS; i++) {
        const size_t outputs = run_stack(&stacks[i], "naive", 1, expected);
        run_stack(&stacks[i], info.name, 1, alone);
        for (size_t j = 0; j < outputs; j++)
            if (!(fabsf(alone[j] - expected[j]) <= 1e-4f * (1 + fabsf(expected[j])))) {
                printf("FAILED %s, %s: output %zu is %g, naive's %g\n", info.name, stacks[i].name,
                       j, alone[j], expected[j]);
                failed++;
                break;
            }
        for (int threads = 2; threads <= most_threads; threads += threads < 4 ? 1 : 4, ran++) {
            run_stack(&stacks[i], info.name, threads, answer);
            if (memcmp(answer, alone, outputs * sizeof *answer) != 0) {
                printf("FAILED %s, %s: other bits on %d threads\n", info.name, stacks[i].name,
                       threads);
                failed++;
            }
        }
        ran++;
    }
    printf("%s: %d runs of stacks, %d in slices by teams, %d failed\n", info.name, ran,
           in_slices_by_teams, failed);
    if (strcmp(info.name, "openmp") == 0 && test_cores_were_asked && in_slices_by_teams == 0) {
        printf("FAILED: slices by teams were never chosen\n");
        failed++;
    }
    return failed > 0;
}
