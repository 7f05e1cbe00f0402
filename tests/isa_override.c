/* SPDX-License-Identifier: MIT
 * RNN_ISA lowers the instructions in use, never raises them, and is refused where unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cpu.h"
#include "rnn.h"

static rnn_backend_info info_of(const char *backend) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, backend) == 0)
            return info;
    fail_msg("no backend is called %s", backend);
    return info;
}

/* A plan of one unit: its status, and what runs underneath. */
static rnn_status make_plan(const char *backend, char implementation[64], rnn_error *error) {
    static const float ones[4] = {1, 1, 1, 1};
    rnn_layer layer = rnn_layer_defaults(RNN_SIMPLE, 1, 1);
    rnn_model model = {.layers = &layer, .layer_count = 1};
    rnn_weights weights = {ones, ones, ones};
    rnn_model_weights all = {.layers = &weights, .count = 1};
    rnn_shape shape = {.batch = 1, .timesteps = 1};
    rnn_plan *plan = NULL;
    rnn_status status = rnn_plan_create(&plan, backend, &model, &all, &shape, 1, error);
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

static bool cpu_has_avx2(void) {
    return rnn_cpu_level_detected() >= RNN_CPU_AVX2;
}

static void naive_leaves_naive_alone(void **state) {
    (void)state;
    setenv("RNN_ISA", "naive", 1);
    assert_string_equal(rnn_isa_name(), "naive");
    assert_runs("naive");
    static const char *const others[] = {"scalar", "autovec", "avx2", "openmp", "onednn"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_unavailable(others[i], i == 1 || i == 2 ? "avx2" : "RNN_ISA");
}

static void scalar_switches_vectors_off(void **state) {
    (void)state;
    setenv("RNN_ISA", "scalar", 1);
    assert_string_equal(rnn_isa_name(), "scalar");
    assert_runs("naive");
    assert_runs("scalar");
    const char *why = cpu_has_avx2() ? "switched off by RNN_ISA" : "lacks";
    assert_unavailable("avx2", why);
    assert_unavailable("autovec", why);
    char implementation[64];
    if (!info_of("openmp").available)
        return;
    assert_int_equal(make_plan("openmp", implementation, NULL), RNN_OK);
    assert_non_null(strstr(implementation, "scalar"));
}

static void avx2_raises_nothing(void **state) {
    (void)state;
    setenv("RNN_ISA", "avx2", 1);
    if (cpu_has_avx2()) {
        assert_string_equal(rnn_isa_name(), "avx2");
        if (!strstr(info_of("avx2").reason, "not built"))
            assert_runs("avx2");
    } else {
        assert_string_equal(rnn_isa_name(), "scalar");
        assert_unavailable("avx2", "lacks");
    }
}

static void unset_uses_what_the_cpu_has(void **state) {
    (void)state;
    unsetenv("RNN_ISA");
    assert_string_equal(rnn_isa_name(), cpu_has_avx2() ? "avx2" : "scalar");
    assert_runs("scalar");
}

static void unknown_names_are_refused(void **state) {
    (void)state;
    static const char *const unknown[] = {"garbage", "AVX2", "avx2 ", "avx512"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        setenv("RNN_ISA", unknown[i], 1);
        assert_unavailable("naive", "RNN_ISA: ");
        assert_unavailable("naive", unknown[i]);
        assert_unavailable("avx2", "RNN_ISA: ");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naive_leaves_naive_alone),  cmocka_unit_test(scalar_switches_vectors_off),
        cmocka_unit_test(avx2_raises_nothing),       cmocka_unit_test(unset_uses_what_the_cpu_has),
        cmocka_unit_test(unknown_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
