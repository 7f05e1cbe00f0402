/* SPDX-License-Identifier: MIT
 *
 * What rnn.h says is not read: pointers into memory that nobody may touch, numbers that mean
 * nothing, and descriptions and weights that are gone when a plan runs. None of it may change a
 * bit. The argument is a backend, or "oracle". */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "reference/oracle.h"
#include "reference/random.h"
#include "tests/support/support.h"
#include "tests/support/weights.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    BATCH = 3,
    STEPS = 4,
    FEATURES = 5,
    UNITS = 7,
    HEAD = 2,
    WEIGHTS = 4 * 2 * UNITS * 2 * UNITS,
    OUTPUTS = BATCH * STEPS * 2 * UNITS
};

/* A model and a shape in which one thing is not read. */
typedef struct asked {
    rnn_layer layers[2];
    rnn_dense dense;
    int layer_count;
    bool has_head, masked;
    rnn_array bias, dense_bias; /* for every layer; real ones where there is one to be read */
    rnn_shape shape;
} asked;

static const char *subject;
static bool is_oracle;
static const float *untouchable; /* a page that crashes whoever reads it */
static float numbers[WEIGHTS];
static int compared, refused, failed;

static char tried[200];

static void fail_at_a_touch(int signal) {
    static const char before[] = "FAILED: touched: ", after[] = "\n";
    (void)signal;
    const bool written = write(STDOUT_FILENO, before, sizeof before - 1) > 0 &&
                         write(STDOUT_FILENO, tried, strlen(tried)) > 0 &&
                         write(STDOUT_FILENO, after, sizeof after - 1) > 0;
    _exit(written ? 1 : 2);
}

static asked asked_defaults(rnn_cell cell) {
    asked a = {.layer_count = 1, .bias.data = numbers + 3, .dense_bias = {numbers + 5, HEAD}};
    a.layers[0] = rnn_layer_defaults(cell, FEATURES, UNITS);
    a.layers[0].return_sequences = true;
    a.dense = (rnn_dense){HEAD, RNN_TANH, true};
    a.shape = (rnn_shape){.batch = BATCH, .timesteps = STEPS};
    return a;
}

/* ---- Runs --------------------------------------------------------------------------------------
 */

static const int32_t lengths[BATCH] = {STEPS, 0, 2};

static bool run_oracle(const rnn_model *model, const rnn_model_weights *weights, const asked *a,
                       float *y) {
    static double wide[OUTPUTS];
    const oracle_io io = {.x = numbers, .y = wide, .lengths = a->masked ? lengths : NULL};
    if (!oracle_run(model, weights, a->shape.batch, a->shape.timesteps, &io))
        return false;
    for (int i = 0; i < OUTPUTS; i++)
        y[i] = (float)wide[i];
    return true;
}

/* Gives every direction its weights, with a bias of the right length where it is to be read.
 * Returns how many directions there are. */
static int fill_weights(const asked *a, rnn_weights layers[4]) {
    int count = 0;
    for (int i = 0; i < a->layer_count; i++)
        for (int d = 0; d < rnn_layer_directions(&a->layers[i]); d++, count++) {
            layers[count] = weights_of(&a->layers[i], numbers, numbers + 1, a->bias.data);
            if (!a->layers[i].use_bias)
                layers[count].bias = a->bias;
        }
    return count;
}

static rnn_array kernel_of_head(const asked *a) {
    const size_t width = (size_t)rnn_layer_output_width(&a->layers[a->layer_count - 1]);
    return (rnn_array){numbers + 2, width * HEAD};
}

/* A plan does not need what it was described by, so that is spoilt before the plan runs. It is
 * static, as a compiler may leave out the spoiling of what is on the stack and gone anyway. */
static rnn_status make_plan(rnn_plan **plan, const asked *a, rnn_error *error) {
    static asked gone;
    static rnn_weights layers[4];
    gone = *a;
    const rnn_model model = {gone.layers, gone.layer_count, gone.has_head ? &gone.dense : NULL};
    static rnn_model_weights weights;
    weights =
        (rnn_model_weights){layers, fill_weights(a, layers), kernel_of_head(a), gone.dense_bias};
    if (!gone.has_head)
        weights.dense_kernel = (rnn_array){NULL, 7};
    const rnn_status status =
        rnn_plan_create(plan, subject, &model, &weights, &gone.shape, NULL, error);
    memset(&gone, 0x5a, sizeof gone);
    memset(layers, 0x5a, sizeof layers);
    memset(&weights, 0x5a, sizeof weights);
    return status;
}

/* Computes y, with NaN where nothing was written. Returns false where the backend does not do
 * it. */
static bool run_asked(const asked *a, const char *what, float y[OUTPUTS]) {
    rnn_plan *plan = NULL;
    rnn_error error = {"out of memory"};
    memset(y, 0xff, OUTPUTS * sizeof *y);
    if (is_oracle) {
        rnn_weights layers[4];
        const rnn_model model = {a->layers, a->layer_count, a->has_head ? &a->dense : NULL};
        const rnn_model_weights weights = {layers, fill_weights(a, layers), kernel_of_head(a),
                                           a->dense_bias};
        return run_oracle(&model, &weights, a, y);
    }
    rnn_status status = make_plan(&plan, a, &error);
    if (status == RNN_UNSUPPORTED) {
        refused++;
        return false;
    }
    const rnn_io io = {.x = numbers, .y = y, .lengths = a->masked ? lengths : NULL};
    if (status == RNN_OK) {
        void *scratch = test_alloc(rnn_plan_scratch_size(plan));
        status = rnn_plan_run(plan, &io, scratch, &error);
        free(scratch);
        rnn_plan_destroy(plan);
    }
    if (status == RNN_OK)
        return true;
    printf("FAILED %s, %s: %s\n", subject, what, error.text);
    failed++;
    return false;
}

/* Compares a run where what is not read is as usual with one where it is nonsense. */
static void compare(const asked *usual, const asked *nonsense, const char *what) {
    static float expected[OUTPUTS], got[OUTPUTS];
    snprintf(tried, sizeof tried, "%s, %s, %s", subject, rnn_cell_name(usual->layers[0].cell),
             what);
    expect_an_end(tried);
    if (!run_asked(usual, what, expected) || !run_asked(nonsense, what, got))
        return;
    compared++;
    if (memcmp(expected, got, sizeof got) == 0 && isfinite(got[0]))
        return;
    failed++;
    printf("FAILED %s: changes the result\n", tried);
}

/* ---- What is not read --------------------------------------------------------------------------
 */

static void biases_of_a_layer(rnn_cell cell) {
    for (int direction = 0; direction < RNN_DIRECTION_COUNT; direction++)
        for (int reset_after = 0; reset_after <= (cell == RNN_GRU); reset_after++) {
            asked usual = asked_defaults(cell);
            usual.layers[0].direction = (rnn_direction)direction;
            usual.layers[0].reset_after = reset_after;
            usual.layers[0].use_bias = false;
            usual.bias = (rnn_array){NULL, 0};
            asked nonsense = usual;
            nonsense.bias = (rnn_array){untouchable, SIZE_MAX};
            compare(&usual, &nonsense, "a bias that is not to be touched");
            nonsense.bias = (rnn_array){numbers + 3, 1};
            compare(&usual, &nonsense, "a bias that is not used");
            nonsense.bias.data = (const float *)(const void *)((const char *)untouchable + 1);
            compare(&usual, &nonsense, "a bias that is no float's address");
        }
}

static void bias_of_the_head(rnn_cell cell) {
    asked usual = asked_defaults(cell);
    usual.has_head = true;
    usual.dense.use_bias = false;
    usual.dense_bias = (rnn_array){NULL, 0};
    asked nonsense = usual;
    nonsense.dense_bias = (rnn_array){untouchable, SIZE_MAX};
    compare(&usual, &nonsense, "a head's bias that is not to be touched");
    nonsense.dense_bias = (rnn_array){numbers + 3, 1};
    compare(&usual, &nonsense, "a head's bias that is not used");
    nonsense.dense_bias.data = (const float *)(const void *)((const char *)untouchable + 2);
    compare(&usual, &nonsense, "a head's bias that is no float's address");
}

static void recurrent_activation(rnn_cell cell) {
    static const int values[] = {
        -1, 0, RNN_LINEAR, RNN_EXPONENTIAL, RNN_ACTIVATION_COUNT, 0x5a5a5a5a, INT_MAX};
    for (size_t i = 0; cell == RNN_SIMPLE && i < sizeof values / sizeof *values; i++) {
        asked usual = asked_defaults(cell), nonsense = usual;
        nonsense.layers[0].recurrent_activation = (rnn_activation)values[i];
        compare(&usual, &nonsense, "a recurrent activation");
    }
}

/* Whatever is asked, a bidirectional layer puts out zeros in a sequence and keeps a last output. */
static void masked_output_of_both_directions(rnn_cell cell) {
    for (int merge = 0; merge < RNN_NONE; merge++)
        for (int sequences = 0; sequences <= 1; sequences++) {
            asked usual = asked_defaults(cell);
            usual.masked = usual.shape.masked = true;
            usual.layers[0].direction = RNN_BIDIRECTIONAL;
            usual.layers[0].merge = (rnn_merge)merge;
            usual.layers[0].return_sequences = sequences;
            asked nonsense = usual;
            usual.layers[0].zero_output_for_mask = true;
            compare(&usual, &nonsense, "zero_output_for_mask of a bidirectional layer");
        }
}

/* These are the strides of an output without timesteps, and of a dimension of one entry. */
static void strides_that_mean_nothing(rnn_cell cell) {
    static const ptrdiff_t values[] = {-1, 0, 1, 1000, PTRDIFF_MAX, PTRDIFF_MIN};
    for (size_t i = 0; !is_oracle && i < sizeof values / sizeof *values; i++) {
        asked usual = asked_defaults(cell);
        usual.layers[0].return_sequences = false;
        asked nonsense = usual;
        nonsense.shape.y = (rnn_strides){.batch = UNITS, .time = values[i]};
        compare(&usual, &nonsense, "shape.y.time of a last output");
        usual = asked_defaults(cell);
        usual.shape.batch = 1;
        nonsense = usual;
        nonsense.shape.x = (rnn_strides){.batch = values[i], .time = FEATURES};
        nonsense.shape.y = (rnn_strides){.batch = values[i], .time = UNITS};
        compare(&usual, &nonsense, "strides.batch of one row");
        usual = asked_defaults(cell);
        usual.shape.timesteps = 1;
        nonsense = usual;
        nonsense.shape.x = (rnn_strides){.batch = FEATURES, .time = values[i]};
        nonsense.shape.y = (rnn_strides){.batch = UNITS, .time = values[i]};
        compare(&usual, &nonsense, "strides.time of one step");
    }
}

/* time_major says what strides of 0 mean, and nothing else. */
static void layout_beside_strides(rnn_cell cell) {
    asked usual = asked_defaults(cell);
    asked nonsense = usual;
    nonsense.shape.x = (rnn_strides){.batch = STEPS * FEATURES, .time = FEATURES};
    nonsense.shape.y = (rnn_strides){.batch = STEPS * UNITS, .time = UNITS};
    nonsense.shape.time_major = true;
    if (!is_oracle)
        compare(&usual, &nonsense, "time_major beside strides");
}

/* Behind a length no x may be used. */
static void steps_that_do_not_count(rnn_cell cell) {
    asked a = asked_defaults(cell);
    a.masked = a.shape.masked = true;
    static float expected[OUTPUTS], got[OUTPUTS], kept[BATCH * STEPS * FEATURES];
    if (!run_asked(&a, "steps that do not count", expected))
        return;
    memcpy(kept, numbers, sizeof kept);
    /* The weights begin with the same numbers: so x is spoilt after the plan is made. */
    rnn_plan *plan = NULL;
    rnn_error error = {""};
    if (!is_oracle && make_plan(&plan, &a, &error) == RNN_OK) {
        for (int n = 0; n < BATCH; n++)
            for (int i = lengths[n] * FEATURES; i < STEPS * FEATURES; i++)
                kept[n * STEPS * FEATURES + i] = i % 2 ? NAN : INFINITY;
        void *scratch = test_alloc(rnn_plan_scratch_size(plan));
        const rnn_io io = {.x = kept, .y = got, .lengths = lengths};
        memset(got, 0xff, sizeof got);
        const bool same = rnn_plan_run(plan, &io, scratch, &error) == RNN_OK &&
                          memcmp(expected, got, sizeof got) == 0;
        failed += !same;
        compared++;
        if (!same)
            printf("FAILED %s: x of steps that do not count changes the result\n", subject);
        free(scratch);
        rnn_plan_destroy(plan);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    subject = argv[1];
    is_oracle = strcmp(subject, "oracle") == 0;
    const bool may_refuse = !is_oracle && require_backend(subject).version[0];
    uint64_t seed = 1;
    for (int i = 0; i < WEIGHTS; i++)
        numbers[i] = 0.5f * random_normal(&seed);
    void *page = mmap(NULL, 1 << 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return 1;
    untouchable = page;
    signal(SIGSEGV, fail_at_a_touch);
    for (int i = 0; i < RNN_CELL_COUNT; i++) {
        const rnn_cell cell = (rnn_cell)i;
        biases_of_a_layer(cell);
        bias_of_the_head(cell);
        recurrent_activation(cell);
        masked_output_of_both_directions(cell);
        strides_that_mean_nothing(cell);
        layout_beside_strides(cell);
        steps_that_do_not_count(cell);
    }
    printf("%s: %d compared, %d refused, %d failed\n", subject, compared, refused, failed);
    const bool vacuous = compared == 0 || (refused && !may_refuse);
    if (vacuous)
        printf("FAILED: too little was compared\n");
    return failed || vacuous;
}
