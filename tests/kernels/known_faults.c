/* SPDX-License-Identifier: MIT
 *
 * The table of what libraries compute wrongly: which problems are refused and with what reason, and
 * whether the library in use has each fault exactly where the table says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kernels/known_faults.h"
#include "kernels/plan.h"
#include "reference/cases.h"
#include "tests/support/support.h"

static problem parsed(const char *text) {
    problem p;
    rnn_error error;
    if (!problem_parse(&p, text, &error))
        fail_msg("%s", error.text);
    return p;
}

static bool is_refused(const char *backend, const char *version, rnn_cpu_features cpu,
                       const char *text, rnn_error *why) {
    const problem p = parsed(text);
    const rnn_problem described = {
        .model = problem_model(&p), .shape = problem_shape(&p), .threads = 1};
    const rnn_status status = rnn_known_faults_refuse(backend, version, cpu, &described, why);
    assert_true(status == RNN_OK || status == RNN_UNSUPPORTED);
    return status == RNN_UNSUPPORTED;
}

/* ---- The gru of one unit, by libraries that need not be here --------------------------------- */

static const char one_unit[] = "gru/N:2/T:2/D:1/U:1/reset_after:0";

static void test_versions(void **data) {
    (void)data;
    static const char *const wrong[] = {"3.7.0 (OMP)", "3.7.2", "3.8.0 (SEQ)", "3.8.1"};
    static const char *const right[] = {"2.6.3 (OMP)", "3.2.0", "3.6.2", "3.8.2",
                                        "3.9.0",       "4.0.0", "3.7",   ""};
    rnn_error why;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!is_refused("onednn", wrong[i], RNN_CPU_AVX512, one_unit, &why))
            fail_msg("%s is not refused", wrong[i]);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (is_refused("onednn", right[i], RNN_CPU_AVX512, one_unit, &why))
            fail_msg("\"%s\" is refused: %s", right[i], why.text);
    assert_false(is_refused("onednn", "3.7.2", RNN_CPU_AVX2, one_unit, &why));
    assert_false(is_refused("libxsmm", "3.7.2", RNN_CPU_AVX512, one_unit, &why));
}

static void test_problems(void **data) {
    (void)data;
    static const char *const wrong[] = {
        "gru/N:17/T:5/D:3/U:1/reset_after:0/direction:bidirectional/merge:sum",
        "gru/N:2/T:3/D:2/U:3+1/reset_after:0/dense:2"};
    static const char *const right[] = {"gru/N:1/T:3/D:2/U:1/reset_after:0", "gru/N:2/T:3/D:2/U:1",
                                        "gru/N:2/T:3/D:1/U:2/reset_after:0", "lstm/N:2/T:3/D:2/U:1",
                                        "simple_rnn/N:2/T:3/D:2/U:1"};
    rnn_error why;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!is_refused("onednn", "3.7.2", RNN_CPU_AVX512, wrong[i], &why))
            fail_msg("%s is not refused", wrong[i]);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (is_refused("onednn", "3.7.2", RNN_CPU_AVX512, right[i], &why))
            fail_msg("%s is refused: %s", right[i], why.text);
}

static void test_reason(void **data) {
    (void)data;
    rnn_error why;
    assert_true(is_refused("onednn", "3.7.2 (OMP)", RNN_CPU_AVX512,
                           "gru/N:2/T:3/D:2/U:3+1/reset_after:0", &why));
    assert_string_equal(why.text, "onednn: layers[1].units: 1, oneDNN 3.7.2 computes wrongly a gru "
                                  "without reset_after whose batch is above 1 (known of 3.7.0 to "
                                  "3.8.1)");
}

/* ---- The library in use ---------------------------------------------------------------------- */

static bool find_backend(const char *name, rnn_backend_info *info) {
    for (int i = 0; rnn_backend_get(i, info) == RNN_OK; i++)
        if (strcmp(info->name, name) == 0)
            return info->available;
    fail_msg("no backend is called \"%s\"", name);
    return false;
}

/* Whether the library computes the row's problem rightly, whether or not it is refused. */
static bool is_right(const rnn_known_fault *fault, case_verdict *verdict) {
    const problem p = parsed(fault->problem);
    const rnn_model model = problem_model(&p);
    const rnn_shape shape = problem_shape(&p);
    reference_case *c = NULL;
    rnn_plan *plan = NULL;
    rnn_error error = {""};
    if (case_create(&c, &p, 1, &error) != RNN_OK ||
        rnn_plan_create_despite_faults(&plan, fault->backend, &model, &case_run(c)->arrays.weights,
                                       &shape, NULL, &error) != RNN_OK)
        fail_msg("%s", error.text);
    void *scratch = test_alloc(rnn_plan_scratch_size(plan));
    case_clear_outputs(c);
    if (rnn_plan_run(plan, &case_run(c)->arrays.io, scratch, &error) != RNN_OK)
        fail_msg("%s", error.text);
    case_compare(c, fault->backend, 1, verdict);
    free(scratch);
    rnn_plan_destroy(plan);
    case_destroy(c);
    return verdict->passed;
}

static void check_row(const rnn_known_fault *fault, const char *version) {
    const problem p = parsed(fault->problem);
    const rnn_model model = problem_model(&p);
    const rnn_shape shape = problem_shape(&p);
    rnn_error why = {""};
    case_verdict verdict;
    const bool refused =
        rnn_backend_supports(fault->backend, &model, &shape, NULL, &why) == RNN_UNSUPPORTED;
    const bool right = is_right(fault, &verdict);
    if (refused && right)
        fail_msg("%s %s is refused and right: narrow %s to %s in known_faults.inc, or drop the row",
                 fault->library, version, fault->first, fault->last);
    if (!refused && !right)
        fail_msg("%s %s is wrong and not refused: widen %s to %s in known_faults.inc; %s",
                 fault->library, version, fault->first, fault->last, verdict.text);
    print_message("%s %s: %s, %s\n", fault->library, version, fault->problem,
                  right ? "right and not refused" : why.text);
}

static void test_library_in_use(void **data) {
    (void)data;
    int checked = 0;
    rnn_backend_info info;
    for (int i = 0; rnn_known_fault_at(i); i++)
        if (find_backend(rnn_known_fault_at(i)->backend, &info)) {
            check_row(rnn_known_fault_at(i), info.version);
            checked++;
        }
    if (checked == 0) /* then none of the libraries is here */
        skip();
}

int main(void) {
    /* A lower limit would hide what the CPU's own features show. */
    unsetenv("ONEDNN_MAX_CPU_ISA");
    unsetenv("DNNL_MAX_CPU_ISA");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_reason),
        cmocka_unit_test(test_library_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
