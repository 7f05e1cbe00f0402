/* SPDX-License-Identifier: MIT
 * What openmp and auto choose where the choice is plain, on as many cores as the test says, and
 * what auto does where the winner of a tuning file fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/auto/auto.h"
#include "kernels/auto/tuning.h"
#include "kernels/engine/team.h"
#include "reference/problem.h"
#include "reference/random.h"
#include "tests/support/support.h"
#include "tests/support/weights.h"

enum { WEIGHTS = 4 * 512 * (512 + 1), OUTPUTS = 1 << 17, MOST_DIRECTIONS = 4 };

static const char wide_batch[] = "lstm/N:64/T:16/D:64/U:64",
                  wide_layer[] = "lstm/N:1/T:8/D:64/U:512", tiny[] = "lstm/N:1/T:1/D:1/U:1";
static float numbers[WEIGHTS];

/* ---- What the linker puts in place of functions of librnn --------------------------------------
 */

static atomic_int threads_started;

void __wrap_rnn_take_core(rnn_taken_cores *taken);
void __wrap_rnn_take_core(rnn_taken_cores *taken) {
    (void)taken;
    atomic_fetch_add(&threads_started, 1);
}

/* What creating a plan returns for the row that tuning files name here. */
static rnn_status status_of_failing;
static int failures;

static rnn_status create_failing(void **state, const rnn_problem *plan_of,
                                 const rnn_model_weights *weights, rnn_error *error) {
    (void)state, (void)plan_of, (void)weights;
    failures++;
    return rnn_fail(error, status_of_failing, "what the library says");
}

static const rnn_backend failing = {.create = create_failing};
static rnn_backend_row failing_row = {.name = "naive", .backend = &failing};
static bool naive_fails;

const rnn_backend_row *__real_rnn_backend_row_named(const char *name);
const rnn_backend_row *__wrap_rnn_backend_row_named(const char *name);
const rnn_backend_row *__wrap_rnn_backend_row_named(const char *name) {
    return naive_fails && strcmp(name, "naive") == 0 ? &failing_row
                                                     : __real_rnn_backend_row_named(name);
}

/* ---- Plans -------------------------------------------------------------------------------------
 */

typedef struct made_plan {
    problem problem;
    rnn_plan *plan;
    char implementation[320];
} made_plan;

static rnn_status try_to_make(made_plan *made, const char *backend, const char *text, int threads,
                              rnn_error *error) {
    rnn_weights weights[MOST_DIRECTIONS];
    if (!problem_parse(&made->problem, text, error))
        fail_msg("%s: %s", text, error->text);
    const rnn_model model = problem_model(&made->problem);
    const rnn_shape shape = problem_shape(&made->problem);
    int count = 0;
    for (int i = 0; i < model.layer_count; i++)
        for (int d = 0; d < rnn_layer_directions(&model.layers[i]); d++) {
            assert_in_range(count, 0, MOST_DIRECTIONS - 1);
            weights[count++] = weights_of(&model.layers[i], numbers, numbers, numbers);
        }
    const rnn_model_weights all = {.layers = weights, .count = count};
    made->plan = NULL;
    const rnn_status status = rnn_plan_create(&made->plan, backend, &model, &all, &shape,
                                              &(rnn_plan_options){.threads = threads}, error);
    if (status == RNN_OK)
        snprintf(made->implementation, sizeof made->implementation, "%s",
                 rnn_plan_implementation(made->plan));
    return status;
}

static made_plan make(const char *backend, const char *text, int threads) {
    made_plan made;
    rnn_error error = {""};
    if (try_to_make(&made, backend, text, threads, &error) != RNN_OK)
        fail_msg("%s: %s", text, error.text);
    return made;
}

/* How many threads a run has started; 0: it ran on the calling thread alone. */
static int threads_of_run(const made_plan *made, float *y) {
    rnn_error error = {""};
    const rnn_io io = {.x = numbers, .y = y};
    void *scratch = test_alloc(rnn_plan_scratch_size(made->plan));
    atomic_store(&threads_started, 0);
    if (rnn_plan_run(made->plan, &io, scratch, &error) != RNN_OK)
        fail_msg("%s", error.text);
    free(scratch);
    return atomic_load(&threads_started);
}

static size_t outputs_of(const made_plan *made) {
    const rnn_model model = problem_model(&made->problem);
    return (size_t)made->problem.batch * (size_t)made->problem.timesteps *
           (size_t)rnn_model_output_width(&model);
}

/* Asserts what the plan says of itself, how many threads run, and that they compute what one
 * does. */
static void assert_chosen(const char *backend, const char *text, int threads, const char *expected,
                          int threads_of_its) {
    static float y[OUTPUTS], alone[OUTPUTS];
    made_plan made = make(backend, text, threads);
    char whole[128];
    snprintf(whole, sizeof whole, "%s%s", rnn_kernels_best()->name, expected);
    assert_string_equal(made.implementation, whole);
    const size_t outputs = outputs_of(&made);
    assert_in_range(outputs, 1, OUTPUTS);
    memset(y, 0xff, sizeof y);
    assert_int_equal(threads_of_run(&made, y), threads_of_its == 1 ? 0 : threads_of_its);
    rnn_plan_destroy(made.plan);
    made_plan single = make(backend, text, 1);
    assert_int_equal(threads_of_run(&single, alone), 0);
    rnn_plan_destroy(single.plan);
    assert_memory_equal(y, alone, outputs * sizeof *y);
}

static int reset(void **state) {
    (void)state;
    test_cores = 8;
    naive_fails = false;
    failures = 0;
    unsetenv("RNN_TUNING");
    unsetenv("RNN_ISA");
    return 0;
}

/* ---- openmp ------------------------------------------------------------------------------------
 */

static void plain_choices_with(const char *isa) {
    if (isa)
        setenv("RNN_ISA", isa, 1);
    assert_chosen("openmp", tiny, 8, "", 1);
    assert_chosen("openmp", "simple_rnn/N:3/T:2/D:2/U:4", 8, "", 1);
    assert_chosen("openmp", wide_batch, 8, ", batch in 8 slices", 8);
    assert_chosen("openmp", wide_batch, 3, ", batch in 3 slices", 3);
    assert_chosen("openmp", "gru/N:48/T:16/D:32/U:64", 4, ", batch in 4 slices", 4);
    assert_chosen("openmp", wide_layer, 8, ", team of 8", 8);
    assert_chosen("openmp", wide_layer, 2, ", team of 2", 2);
    assert_chosen("openmp", "gru/N:1/T:8/D:64/U:512", 4, ", team of 4", 4);
    assert_chosen("openmp", "lstm/N:2/T:33/D:5/U:64+64/direction:bidirectional", 4,
                  ", batch in 2 slices, each by a team of 2", 4);
    assert_chosen("openmp", wide_batch, 1, "", 1);
}

static void openmp_where_it_is_plain(void **state) {
    (void)state;
    plain_choices_with(NULL);
    plain_choices_with("avx2");
    plain_choices_with("scalar");
}

static void openmp_on_fewer_cores_than_threads(void **state) {
    (void)state;
    test_cores = 2;
    assert_chosen("openmp", wide_batch, 8, ", batch in 2 slices (8 threads asked, 2 usable)", 2);
    test_cores = 1;
    assert_chosen("openmp", wide_batch, 8, " (8 threads asked, 1 usable)", 1);
}

/* These are chosen whatever the cost model would say. */
static void forced_choices(void **state) {
    (void)state;
    assert_chosen("openmp_batch", "lstm/N:8/T:1/D:1/U:1", 4, ", batch in 4 slices", 4);
    assert_chosen("openmp_batch", wide_layer, 4, "", 1);
    assert_chosen("openmp_team", "lstm/N:64/T:4/D:16/U:16", 4, ", team of 4", 4);
    assert_chosen("openmp_team", tiny, 3, ", team of 3", 3);
}

/* A run has the threads that are there, and not those of the plan. */
static void runs_of_fewer_threads(void **state) {
    (void)state;
    static float y[OUTPUTS];
    made_plan made = make("openmp", wide_batch, 8);
    for (test_threads_given = 1; test_threads_given <= 8; test_threads_given++)
        assert_int_equal(threads_of_run(&made, y),
                         test_threads_given == 1 ? 0 : test_threads_given);
    test_threads_given = RNN_MAX_THREADS;
    rnn_plan_destroy(made.plan);
}

/* ---- auto --------------------------------------------------------------------------------------
 */

/* Asserts what auto takes: `row` of the table, or the best kernels where that is NULL. `expected`
 * follows the kernels' name. */
static void assert_auto(const char *text, int threads, const char *row, const char *expected) {
    const char *kernels = rnn_kernels_best()->name;
    made_plan made = make("auto", text, threads);
    char whole[400];
    snprintf(whole, sizeof whole, "%s: %s%s", row ? row : kernels, kernels, expected);
    assert_string_equal(made.implementation, whole);
    rnn_plan_destroy(made.plan);
}

static void auto_where_it_is_plain(void **state) {
    (void)state;
    assert_auto(wide_batch, 1, NULL, " (cost model)");
    assert_auto(wide_batch, 8, "openmp", ", batch in 8 slices (cost model)");
    assert_auto(wide_layer, 8, "openmp", ", team of 8 (cost model)");
    assert_auto(tiny, 8, "openmp", " (cost model)");
    test_cores = 2;
    assert_auto(wide_batch, 8, "openmp",
                ", batch in 2 slices (cost model; at most 2 threads: cores)");
    test_cores = 1;
    assert_auto(wide_batch, 8, NULL, " (cost model; at most 1 threads: cores)");
}

/* Has RNN_TUNING name a file by which this backend on one thread wins among so many threads. */
static void tune(const char *path, const char *text, int threads, const char *backend) {
    problem p;
    rnn_error error;
    assert_true(problem_parse(&p, text, &error));
    const rnn_model model = problem_model(&p);
    const rnn_shape shape = problem_shape(&p);
    rnn_tuning_entry entry = {.threads = 1, .nanoseconds = 10, .model_nanoseconds = 20};
    assert_true(rnn_tuning_key(entry.key, &model, &shape, threads));
    snprintf(entry.backend, sizeof entry.backend, "%s", backend);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(rnn_tuning_print(file, &entry, 1));
    assert_int_equal(fclose(file), 0);
    setenv("RNN_TUNING", path, 1);
}

static void a_winner_that_fails(void **state) {
    (void)state;
    const char *text = wide_batch;
    static const rnn_status passed_over[] = {RNN_BACKEND_FAILED, RNN_UNSUPPORTED,
                                             RNN_OUT_OF_MEMORY};
    static const rnn_status final[] = {RNN_INVALID_ARGUMENT, RNN_UNAVAILABLE};
    static float y[OUTPUTS], expected[OUTPUTS];
    char path[] = "/tmp/rnn_choice_XXXXXX";
    rnn_error error = {""};
    made_plan made = make("auto", text, 8);
    threads_of_run(&made, expected);
    rnn_plan_destroy(made.plan);

    close(mkstemp(path));
    tune(path, text, 8, "naive");
    made = make("auto", text, 8);
    assert_string_equal(made.implementation, "naive: naive (tuned)");
    rnn_plan_destroy(made.plan);
    naive_fails = true;
    for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++) {
        status_of_failing = passed_over[i];
        failures = 0;
        assert_auto(text, 8, "openmp", ", batch in 8 slices (cost model; tuned: naive failed)");
        assert_int_equal(failures, 1);
        made = make("auto", text, 8);
        memset(y, 0xff, sizeof y);
        assert_int_equal(threads_of_run(&made, y), 8);
        assert_memory_equal(y, expected, outputs_of(&made) * sizeof *y);
        rnn_plan_destroy(made.plan);
    }
    for (size_t i = 0; i < sizeof final / sizeof *final; i++) {
        status_of_failing = final[i];
        assert_int_equal(try_to_make(&made, "auto", text, 8, &error), final[i]);
        assert_string_equal(error.text, "what the library says");
        assert_null(made.plan);
    }
    unlink(path);
}

static int fill_numbers(void **state) {
    uint64_t seed = 1;
    for (size_t i = 0; i < WEIGHTS; i++)
        numbers[i] = 0.05f * random_normal(&seed);
    return reset(state);
}

int main(void) {
    require_backend("openmp");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(openmp_where_it_is_plain, reset),
        cmocka_unit_test_setup(openmp_on_fewer_cores_than_threads, reset),
        cmocka_unit_test_setup(forced_choices, reset),
        cmocka_unit_test_setup(runs_of_fewer_threads, reset),
        cmocka_unit_test_setup(auto_where_it_is_plain, reset),
        cmocka_unit_test_setup(a_winner_that_fails, reset),
    };
    return cmocka_run_group_tests(tests, fill_numbers, NULL);
}
