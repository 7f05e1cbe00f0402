/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the text of a problem, patterns of problems, and lists of numbers. The first byte
 * says which of these it is. */
#include "bench/base/ranges.h"
#include "bench/problems/problem_list.h"
#include "tests/fuzz/fuzz.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_size(int size) {
    return size >= 1 && size <= PROBLEM_MAX_SIZE;
}

static void check_problem(const problem *p) {
    char text[PROBLEM_TEXT_SIZE], again[PROBLEM_TEXT_SIZE];
    rnn_error error = {""};
    problem read;
    FUZZ_CHECK(is_size(p->batch) && is_size(p->timesteps), "N %d, T %d", p->batch, p->timesteps);
    FUZZ_CHECK(p->layer_count >= 1 && p->layer_count <= PROBLEM_MAX_LAYERS, "%d layers",
               p->layer_count);
    for (int i = 0; i < p->layer_count; i++)
        FUZZ_CHECK(is_size(p->layers[i].units), "layer %d: %d units", i, p->layers[i].units);
    FUZZ_CHECK(!p->has_dense || is_size(p->dense.units), "dense %d", p->dense.units);
    problem_print(p, text);
    FUZZ_CHECK(problem_parse(&read, text, &error), "%s: %s", text, error.text);
    problem_print(&read, again);
    FUZZ_CHECK(strcmp(text, again) == 0, "%s became %s", text, again);

    const rnn_model model = problem_model(p);
    if (rnn_model_validate(&model, &error) != RNN_OK) {
        fuzz_check_error(&error);
        return;
    }
    const rnn_shape shape = problem_shape(p);
    if (rnn_backend_supports("naive", &model, &shape, NULL, &error) != RNN_OK)
        fuzz_check_error(&error);
    const double flops = problem_flops(p, problem_all_steps(p));
    FUZZ_CHECK(flops > 0 && isfinite(flops), "%s", text);
    FUZZ_CHECK(problem_weight_bytes(p) > problem_recurrent_weight_bytes(p), "%s", text);
}

static void try_problem(const char *text) {
    problem p;
    rnn_error error = {""};
    if (problem_parse(&p, text, &error))
        check_problem(&p);
    else
        fuzz_check_error(&error);
}

static void try_pattern(const char *text) {
    const int most = 20000, looked_at = 40;
    problem_list list = {0};
    rnn_error error = {""};
    const bool expanded = problem_list_expand(&list, text, &error);
    if (!expanded)
        fuzz_check_error(&error);
    FUZZ_CHECK(!expanded || list.count > 0, "%s is no problem at all", text);
    FUZZ_CHECK(list.count <= most, "%d problems", list.count);
    for (int i = 0; i < list.count && i < looked_at; i++)
        check_problem(&list.items[i]);
    problem_list_free(&list);
}

static void try_numbers(const char *text, int least, int most) {
    int_list list = {0};
    rnn_error error = {""};
    const bool read = int_list_parse(&list, text, least, most, &error);
    if (!read)
        fuzz_check_error(&error);
    FUZZ_CHECK(!read || list.count > 0, "a list of none");
    for (int i = 0; i < list.count; i++)
        FUZZ_CHECK(list.values[i] >= least && list.values[i] <= most, "%d", list.values[i]);
    for (int i = 1; i < list.count && i < 100; i++)
        FUZZ_CHECK(list.values[i] != list.values[i - 1], "%d twice", list.values[i]);
    int_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, data + size};
    const int what = fuzz_byte(&in);
    char *text = fuzz_text(&in);
    if (what == 'n')
        try_numbers(text, 1, INT_MAX);
    else if (what == '0')
        try_numbers(text, 0, 1);
    else if (what == '*')
        try_pattern(text);
    else
        try_problem(text);
    free(text);
    return 0;
}
