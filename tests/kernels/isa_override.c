/* SPDX-License-Identifier: MIT
 * RNN_ISA lowers the instructions in use, never raises them, and is refused where unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/isa/cpu.h"
#include "kernels/rnn.h"
#include "tests/support/weights.h"

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

/* Of the rows with instructions of their own. */
static rnn_cpu_level level_of(const char *backend) {
    if (strcmp(backend, "avx512") == 0)
        return RNN_CPU_AVX512;
    bool avx2 = strcmp(backend, "avx2") == 0 || strcmp(backend, "autovec") == 0;
    return avx2 ? RNN_CPU_AVX2 : RNN_CPU_SCALAR;
}

static bool cpu_has(rnn_cpu_level level) {
    return rnn_cpu_level_detected() >= level;
}

static const char *why_not(rnn_cpu_level level) {
    return cpu_has(level) ? "switched off by RNN_ISA" : "lacks";
}

static void naive_leaves_naive_alone(void **state) {
    (void)state;
    setenv("RNN_ISA", "naive", 1);
    assert_string_equal(rnn_isa_name(), "naive");
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (strcmp(info.name, "naive") == 0 || strcmp(info.name, "auto") == 0)
            assert_runs(info.name);
        else
            assert_unavailable(info.name, why_not(level_of(info.name)));
    assert_implementation("auto", "naive");
}

static void scalar_switches_vectors_off(void **state) {
    (void)state;
    setenv("RNN_ISA", "scalar", 1);
    assert_string_equal(rnn_isa_name(), "scalar");
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (level_of(info.name) > RNN_CPU_SCALAR)
            assert_unavailable(info.name, why_not(level_of(info.name)));
        else if (!strstr(info.reason, "not built"))
            assert_runs(info.name);
    static const char *const ours[] = {"scalar", "openmp", "openmp_batch", "openmp_team", "auto"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (info_of(ours[i]).available)
            assert_implementation(ours[i], "scalar");
}

/* Where the CPU has the level it is used, and what is above it is not; elsewhere nothing changes.
 */
static void a_level_never_raises(void **state) {
    (void)state;
    for (int level = RNN_CPU_AVX2; level <= RNN_CPU_AVX512; level++) {
        const char *name = rnn_cpu_level_name((rnn_cpu_level)level);
        setenv("RNN_ISA", name, 1);
        if (!cpu_has((rnn_cpu_level)level)) {
            assert_string_equal(rnn_isa_name(), rnn_cpu_level_name(rnn_cpu_level_detected()));
            assert_unavailable(name, "lacks");
            continue;
        }
        assert_string_equal(rnn_isa_name(), name);
        if (!strstr(info_of(name).reason, "not built"))
            assert_runs(name);
        if (level < RNN_CPU_AVX512)
            assert_unavailable("avx512", why_not(RNN_CPU_AVX512));
    }
}

static void unset_or_empty_uses_what_the_cpu_has(void **state) {
    (void)state;
    const char *detected = rnn_cpu_level_name(rnn_cpu_level_detected());
    unsetenv("RNN_ISA");
    assert_string_equal(rnn_isa_name(), detected);
    assert_runs("scalar");
    setenv("RNN_ISA", "", 1);
    assert_string_equal(rnn_isa_name(), detected);
    assert_runs("scalar");
}

static void unknown_names_are_refused(void **state) {
    (void)state;
    static const char *const unknown[] = {"garbage", "AVX2", "avx2 ", "avx1024"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        setenv("RNN_ISA", unknown[i], 1);
        assert_unavailable("naive", "RNN_ISA: ");
        assert_unavailable("naive", unknown[i]);
        assert_unavailable("avx2", "RNN_ISA: ");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naive_leaves_naive_alone),
        cmocka_unit_test(scalar_switches_vectors_off),
        cmocka_unit_test(a_level_never_raises),
        cmocka_unit_test(unset_or_empty_uses_what_the_cpu_has),
        cmocka_unit_test(unknown_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
