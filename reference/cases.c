/* SPDX-License-Identifier: MIT */
#include "reference/cases.h"

#include "kernels/backend.h"
#include "kernels/engine/rounding.h"
#include "reference/deviation.h"
#include "reference/inputs.h"
#include "reference/outputs.h"
#include "reference/vacuity.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Tolerance ----------------------------------------------------------------------------
 *
 * Errors are taken relative to 1 + |expected|, which is absolute for outputs near 0 and relative
 * for large ones.
 *
 *   tolerance = (1 + |expected|) max(floor, naive_factor x naive's largest error)
 *
 * Where naive's error is beyond naive_limit, the recurrence blows every rounding up, and the case
 * is drawn again with smaller weights. If that does not help, naive itself is wrong, which must not
 * excuse anyone: then the floor alone holds. */

/* An implementation in float may be right and yet round at each of some ten operations behind the
 * sums, and use activations that are off by a few units in the last place. */
static const double tolerance_floor = 16 * FLT_EPSILON;

/* Naive sums in one order and others in another, so both errors are draws of one distribution. In
 * 30000 random problems the larger was never 8 times the smaller, but in some it was 4 times. */
static const double naive_factor = 8;
static const double naive_limit = 8 * FLT_EPSILON;

/* A float holds every integer below this. */
static const double exact_limit = 16777216;

struct reference_case {
    runnable run;
    uint64_t seed;
    expected_outputs expected;
    double bound; /* tolerance / (1 + |expected|); 0 for values:exact */
    bool is_vacuous;
    char vacuity[VACUITY_TEXT_SIZE];
};

/* ---- Verdicts ----------------------------------------------------------------------------- */

/* Writes one line that says what is wrong, and the command that shows it again. */
static void fail_verdict(const reference_case *c, const char *backend, int threads,
                         case_verdict *verdict, const char *what) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&c->run.problem, text);
    verdict->passed = false;
    snprintf(verdict->text, sizeof verdict->text,
             "%s; repeat: rnnbench check --problem '%s' --backend %s --threads %d --seed %" PRIu64,
             what, text, backend, threads, c->seed);
}

static void compare_arrays(const reference_case *c, const run_arrays *arrays, const char *backend,
                           int threads, case_verdict *verdict) {
    /* Where a library's relu makes a NaN 0, everything that follows from it differs. */
    rnn_backend_info info;
    bool relu_keeps_nan = rnn_backend_named(backend, &info) != RNN_OK || !info.relu_loses_nan;
    deviation seen =
        compare_outputs(&c->run.problem, arrays, &c->expected, c->bound, relu_keeps_nan);
    char what[320];
    *verdict = (case_verdict){.passed = true,
                              .max_error = seen.max_error,
                              .worst_ratio = seen.worst.ratio,
                              .tolerance = seen.worst.tolerance,
                              .compared = seen.compared};
    if (seen.wrong) {
        deviation_describe(&seen, what, sizeof what);
        fail_verdict(c, backend, threads, verdict, what);
    } else if (c->is_vacuous) {
        snprintf(what, sizeof what, "vacuous: %s", c->vacuity);
        fail_verdict(c, backend, threads, verdict, what);
    }
}

void case_compare(const reference_case *c, const char *backend, int threads,
                  case_verdict *verdict) {
    compare_arrays(c, &c->run.arrays, backend, threads, verdict);
}

/* ---- The floating-point control word ------------------------------------------------------- */

/* The rounding mode, the traps and the flushing of denormals. The sticky exception flags are left
 * out, as they may change. */
static uint64_t control_word(void) {
#ifdef RNN_ROUNDING_CONTROL
    rnn_rounding word;
    rnn_rounding_get(&word);
    return word & RNN_ROUNDING_CONTROL;
#else
    return 0;
#endif
}

/* Restores the control word, so that what one backend does to it does not pass to the next. */
static void restore_control_word(uint64_t word) {
#ifdef RNN_ROUNDING_CONTROL
    const rnn_rounding control = (rnn_rounding)word;
    rnn_rounding_set(&control);
#else
    (void)word;
#endif
}

/* ---- Creation ----------------------------------------------------------------------------- */

/* Measures naive's largest error / (1 + |expected|). Returns false where naive cannot run. */
static bool measure_naive(reference_case *c, double *largest) {
    const uint64_t control = control_word();
    bool ran =
        runnable_plan(&c->run, rnn_backend_of_kind(RNN_BACKEND_TEXTBOOK), 1, NULL) == RNN_OK &&
        runnable_run(&c->run, NULL) == RNN_OK;
    restore_control_word(control);
    runnable_drop_plan(&c->run);
    if (!ran)
        return false;
    /* With a bound of 1 the ratio is the error / (1 + |expected|). */
    *largest = compare_outputs(&c->run.problem, &c->run.arrays, &c->expected, 1, true).worst.ratio;
    return true;
}

/* Errors of a sum of K products grow like sqrt(K). From K = 64 on the floor no longer covers
 * them. */
static double length_factor(const problem *p) {
    double longest = 0;
    for (int i = 0; i < p->layer_count; i++) {
        const rnn_layer *layer = &p->layers[i];
        const double gates = (double)layer->features + rnn_layer_direction_width(layer);
        longest = fmax(longest, layer->projection > 0 ? fmax(gates, layer->units) : gates);
    }
    return fmax(1, sqrt(longest / 64));
}

/* Sets c->bound. Returns false where naive's error is beyond its limit. */
static bool set_bound(reference_case *c) {
    double floor = tolerance_floor * length_factor(&c->run.problem), naive_error;
    c->bound = c->run.problem.values == VALUES_EXACT ? 0 : floor;
    if (c->run.problem.values != VALUES_NORMAL)
        return true;
    if (!measure_naive(c, &naive_error)) {
        c->bound *= sqrt(c->run.problem.timesteps);
        return true;
    }
    if (naive_error > naive_limit * length_factor(&c->run.problem))
        return false;
    c->bound = fmax(tolerance_floor, naive_factor * naive_error);
    return true;
}

/* Draws numbers, with smaller and smaller weights, until they make a case that proves something. */
static rnn_status draw_inputs(reference_case *c, case_alter *alter, void *data, rnn_error *error) {
    enum { ATTEMPTS = 8, ATTEMPTS_FOR_NAIVE = 4 };
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        runnable_fill(&c->run, c->seed, attempt);
        if (alter)
            alter(&c->run.arrays, &c->run.problem, data);
        if (!expected_compute(&c->expected, &c->run.problem, &c->run.arrays))
            return rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
        c->is_vacuous =
            !alter && vacuity_find(&c->run.problem, &c->run.arrays, &c->expected, c->vacuity);
        bool naive_is_close = set_bound(c);
        if (!c->is_vacuous && (naive_is_close || attempt >= ATTEMPTS_FOR_NAIVE))
            break;
    }
    double largest = inputs_largest_sum(&c->run.arrays, &c->run.problem);
    if (c->run.problem.values == VALUES_EXACT && largest >= exact_limit)
        return rnn_fail(
            error, RNN_INVALID_ARGUMENT,
            "values:exact: a sum could reach %.4g, beyond 2^24; take smaller N, T, D, U", largest);
    return RNN_OK;
}

rnn_status case_create(reference_case **out, const problem *p, uint64_t seed, rnn_error *error) {
    return case_create_altered(out, p, seed, NULL, NULL, error);
}

rnn_status case_create_altered(reference_case **out, const problem *p, uint64_t seed,
                               case_alter *alter, void *data, rnn_error *error) {
    reference_case *c = calloc(1, sizeof *c);
    if (!c)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
    c->seed = seed;
    rnn_status status = runnable_create(&c->run, p, GUARD_NONE, error);
    if (status == RNN_OK && !expected_create(&c->expected, &c->run.problem, &c->run.arrays))
        status = rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
    if (status == RNN_OK)
        status = draw_inputs(c, alter, data, error);
    if (status != RNN_OK) {
        case_destroy(c);
        return status;
    }
    case_clear_outputs(c);
    *out = c;
    return RNN_OK;
}

void case_destroy(reference_case *c) {
    if (!c)
        return;
    expected_destroy(&c->expected);
    runnable_destroy(&c->run);
    free(c);
}

const runnable *case_run(const reference_case *c) {
    return &c->run;
}

void case_clear_outputs(reference_case *c) {
    arrays_poison(&c->run.arrays, ARRAY_Y, ARRAY_COUNT);
}

/* ---- A whole check ------------------------------------------------------------------------ */

/* Index of the first array of [first, end) that differs from the case's own, or -1. */
static int changed_array(const reference_case *c, const run_arrays *arrays, int first, int end) {
    for (int i = first; i < end; i++) {
        const buffer *own = &c->run.arrays.all[i], *other = &arrays->all[i];
        if (own->size && memcmp(own->data, other->data, own->size) != 0)
            return i;
    }
    return -1;
}

/* Whether something was written between the rows of an output. It destroys the rows. */
static bool wrote_padding(const reference_case *c, run_arrays *arrays, int array) {
    output out;
    if (!output_describe(&out, &c->run.problem, arrays, array))
        return false;
    for (size_t n = 0; n < out.batch; n++)
        for (size_t t = 0; t < out.steps; t++)
            memset(output_row(&out, arrays, n, t), 0xff, out.width * sizeof(float));
    for (size_t i = 0; i < array_float_count(arrays, array); i++)
        if (!array_is_poison(array_floats(arrays, array)[i]))
            return true;
    return false;
}

typedef struct checked_run {
    const char *backend;
    int threads;
    runnable run; /* a copy of the case's runnable, in guarded memory */
    int changed;  /* index of an input array that was written, or -1 */
    bool control_kept;
} checked_run;

static rnn_status prepare_run(const reference_case *c, checked_run *checked, case_guard guard,
                              rnn_error *error) {
    runnable *run = &checked->run;
    rnn_status status = runnable_create(run, &c->run.problem, guard, error);
    if (status != RNN_OK)
        return status;
    runnable_copy(run, &c->run, 0, ARRAY_INPUTS_END);
    status = runnable_plan(run, checked->backend, checked->threads, error);
    checked->changed = changed_array(c, &run->arrays, 0, ARRAY_WEIGHTS_END);
    return status;
}

/* The weights are spoilt before the run, which must not read them any more. */
static rnn_status perform_run(const reference_case *c, checked_run *checked, rnn_error *error) {
    runnable *run = &checked->run;
    arrays_poison(&run->arrays, 0, ARRAY_WEIGHTS_END);
    arrays_poison(&run->arrays, ARRAY_Y, ARRAY_COUNT);
    memset(run->scratch.data, 0xff, run->scratch.size);
    const uint64_t before = control_word();
    rnn_status status = runnable_run(run, error);
    checked->control_kept = control_word() == before;
    restore_control_word(before);
    if (checked->changed < 0)
        checked->changed = changed_array(c, &run->arrays, ARRAY_WEIGHTS_END, ARRAY_INPUTS_END);
    return status;
}

static void judge_run(const reference_case *c, checked_run *checked, case_verdict *verdict) {
    compare_arrays(c, &checked->run.arrays, checked->backend, checked->threads, verdict);
    if (!verdict->passed)
        return;
    char what[80] = "", name[ARRAY_NAME_SIZE];
    if (checked->changed >= 0) {
        array_name(checked->changed, name);
        snprintf(what, sizeof what, "%s was written to", name);
    } else if (!checked->control_kept) {
        snprintf(what, sizeof what, "the floating-point control word was changed");
    } else if (wrote_padding(c, &checked->run.arrays, ARRAY_Y) ||
               wrote_padding(c, &checked->run.arrays, ARRAY_Y_BACKWARD)) {
        snprintf(what, sizeof what, "y was written between its rows");
    }
    if (what[0])
        fail_verdict(c, checked->backend, checked->threads, verdict, what);
}

rnn_status case_check(reference_case *c, const char *backend, int threads, case_guard guard,
                      case_verdict *verdict, rnn_error *error) {
    checked_run checked = {.backend = backend, .threads = threads};
    *verdict = (case_verdict){0};
    rnn_status status = prepare_run(c, &checked, guard, error);
    const int runs = guard == GUARD_BEFORE ? 2 : 1; /* one guard of three, to save time */
    for (int i = 0; i < runs && status == RNN_OK && (i == 0 || verdict->passed); i++) {
        status = perform_run(c, &checked, error);
        if (status == RNN_OK)
            judge_run(c, &checked, verdict);
    }
    runnable_destroy(&checked.run);
    return status;
}
