/* SPDX-License-Identifier: MIT
 * RNN_ISA lowers the instructions in use, never raises them, and is refused where unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/registry.h"
#include "tests/support/weights.h"

static rnn_backend_info info_of(const char *backend) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, backend) == 0)
            return info;
    fail_msg("no backend is called %s", backend);
    return info;
}

/* Makes a plan of one unit. Returns its status and what runs underneath. */
static rnn_status make_plan(const char *backend, char implementation[64], rnn_error *error) {
    static const float ones[4] = {1, 1, 1, 1};
    rnn_layer layer = rnn_layer_defaults(RNN_SIMPLE, 1, 1);
    rnn_model model = {.layers = &layer, .layer_count = 1};
    rnn_weights weights = weights_of(&layer, ones, ones, ones);
    rnn_model_weights all = {.layers = &weights, .count = 1};
    rnn_shape shape = {.batch = 1, .timesteps = 1};
    rnn_plan *plan = NULL;
    rnn_status status = rnn_plan_create(&plan, backend, &model, &all, &shape, NULL, error);
    implementation[0] = '\0';
    if (plan)
        strncat(implementation, rnn_plan_implementation(plan), 63);
    rnn_plan_destroy(plan);
    return status;
}

static void assert_runs(const char *backend) {
    char implementation[64];
    rnn_error error = {""};
    rnn_backend_info info = info_of(backend);
    if (!info.available)
        fail_msg("%s: %s", backend, info.reason);
    assert_int_equal(make_plan(backend, implementation, &error), RNN_OK);
    assert_true(strlen(implementation) > 0);
}

static void assert_implementation(const char *backend, const char *part) {
    char implementation[64];
    assert_int_equal(make_plan(backend, implementation, NULL), RNN_OK);
    if (!strstr(implementation, part))
        fail_msg("%s runs %s, not %s", backend, implementation, part);
}

static void assert_unavailable(const char *backend, const char *why) {
    char implementation[64];
    rnn_error error = {""};
    rnn_backend_info info = info_of(backend);
    assert_false(info.available);
    if (strstr(info.reason, "not built"))
        return;
    assert_non_null(strstr(info.reason, why));
    assert_int_equal(make_plan(backend, implementation, &error), RNN_UNAVAILABLE);
    assert_non_null(strstr(error.text, why));
}

static const char *in_use(rnn_cpu_features features) {
    return rnn_instruction_set_best(rnn_cpu_detected() & features)->name;
}

/* Checks every row of the registry where RNN_ISA leaves just these features on. */
static void check_rows(rnn_cpu_features left_on) {
    const rnn_backend_row *row;
    for (int i = 0; (row = rnn_backend_row_at(i)); i++)
        if (!rnn_cpu_has(rnn_cpu_detected(), row->features))
            assert_unavailable(row->name, "lacks");
        else if (!rnn_cpu_has(left_on, row->features))
            assert_unavailable(row->name, "switched off by RNN_ISA");
        else if (row->backend)
            assert_runs(row->name);
}

static void each_name_lowers_and_never_raises(void **state) {
    (void)state;
    const rnn_instruction_set *set;
    for (int i = 0; (set = rnn_instruction_set_at(i)); i++) {
        setenv("RNN_ISA", set->name, 1);
        assert_string_equal(rnn_isa_name(), in_use(set->features));
        check_rows(set->features);
    }
}

static void naive_leaves_the_textbook_alone(void **state) {
    (void)state;
    setenv("RNN_ISA", "naive", 1);
    assert_unavailable("scalar", "needs scalar, switched off by RNN_ISA");
    assert_implementation("auto", "naive");
}

static void scalar_leaves_the_baseline(void **state) {
    (void)state;
    setenv("RNN_ISA", "scalar", 1);
    static const char *const ours[] = {"scalar", "openmp", "openmp_batch", "openmp_team", "auto"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (info_of(ours[i]).available)
            assert_implementation(ours[i], "scalar");
}

/* The preference is the order of the rows. */
static void the_best_is_the_last_that_runs(void **state) {
    (void)state;
    const rnn_instruction_set *set;
    for (int i = 0; (set = rnn_instruction_set_at(i)); i++) {
        const rnn_kernels *best = NULL;
        const rnn_backend_row *row;
        setenv("RNN_ISA", set->name, 1);
        for (int j = 0; (row = rnn_backend_row_at(j)); j++)
            if (row->kernels && info_of(row->name).available)
                best = row->kernels;
        assert_ptr_equal(rnn_kernels_best(), best);
    }
}

static void unset_or_empty_uses_what_the_cpu_has(void **state) {
    (void)state;
    unsetenv("RNN_ISA");
    assert_string_equal(rnn_isa_name(), in_use(~0u));
    check_rows(~0u);
    setenv("RNN_ISA", "", 1);
    assert_string_equal(rnn_isa_name(), in_use(~0u));
    check_rows(~0u);
}

static void unknown_names_are_refused(void **state) {
    (void)state;
    static const char *const unknown[] = {"garbage", "AVX2", "avx2 ", "avx1024", "autovec"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        char why[128];
        setenv("RNN_ISA", unknown[i], 1);
        snprintf(why, sizeof why, "RNN_ISA: \"%s\" is none of naive, scalar, avx2, avx512, neon",
                 unknown[i]);
        assert_unavailable("naive", why);
        assert_unavailable("avx2", why);
        assert_string_equal(rnn_isa_name(), "none");
    }
}

/* What a CPU lacks is named by the least instruction set that has it. */
static void features_have_names(void **state) {
    (void)state;
    assert_string_equal(rnn_instruction_set_with(0)->name, "naive");
    assert_string_equal(rnn_instruction_set_with(RNN_CPU_AVX2)->name, "avx2");
    assert_string_equal(rnn_instruction_set_with(RNN_CPU_BASELINE | RNN_CPU_AVX512)->name,
                        "avx512");
    assert_string_equal(rnn_instruction_set_best(0)->name, "naive");
    assert_string_equal(rnn_instruction_set_best(RNN_CPU_BASELINE | RNN_CPU_AVX512)->name,
                        "scalar");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_lowers_and_never_raises),
        cmocka_unit_test(naive_leaves_the_textbook_alone),
        cmocka_unit_test(scalar_leaves_the_baseline),
        cmocka_unit_test(the_best_is_the_last_that_runs),
        cmocka_unit_test(unset_or_empty_uses_what_the_cpu_has),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(features_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
