/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "arrays.h"
#include "backend.h"
#include "inputs.h"
#include "oracle.h"
#include "random.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>
#endif

/* ---- Tolerance ----------------------------------------------------------------------------
 *
 * Errors are taken relative to 1 + |expected|: absolute for outputs below 1, relative above.
 *
 *   tolerance = (1 + |expected|) min(ceiling, max(floor, naive_factor x naive's largest error))
 */

/* A right float implementation may round at each of some ten operations behind the sums and use
 * activations that are off by a few units in the last place. */
static const double tolerance_floor = 16 * FLT_EPSILON;

/* Naive sums in one order, others in another: both errors are draws of one distribution. In 30000
 * random problems the larger was never 8 times the smaller, but some 4 times. */
static const double naive_factor = 8;

/* If naive itself is wrong, it must not excuse anyone. */
static const double tolerance_ceiling = 1e-4;

/* Saturating rows have pre-activations near 1000, rounded to 1000 FLT_EPSILON. */
static const double special_factor = 1000;

/* Float holds every integer below this. */
static const double exact_limit = 16777216;

/* Expected outputs beyond this would tell of a growing recurrence, not of the implementation. */
static const double normal_limit = 20;

struct reference_case {
    problem problem;
    uint64_t seed;
    run_arrays arrays;
    double *expected[ARRAY_COUNT - ARRAY_Y]; /* of each output, dense and batch-major */
    double bound;                            /* tolerance / (1 + |expected|); exact: 0 */
    char vacuous[160]; /* why comparing would prove little; "" if it does not */
};

/* ---- Outputs ------------------------------------------------------------------------------ */

/* y, y_backward or a final state: where its rows are. */
typedef struct output {
    int array;
    size_t batch, steps, width;
    rnn_strides strides;
} output;

/* False where the problem has no such output. `array` runs from ARRAY_Y to ARRAY_COUNT. */
static bool output_describe(const reference_case *c, int array, output *out) {
    const problem *p = &c->problem;
    if (c->arrays.all[array].size == 0)
        return false;
    rnn_model model = problem_model(p);
    *out = (output){.array = array, .batch = (size_t)p->batch, .steps = 1};
    if (array >= ARRAY_FINAL_STATE) {
        out->width = (size_t)rnn_model_state_units(&model, array - ARRAY_FINAL_STATE);
        out->strides.batch = (ptrdiff_t)out->width;
    } else {
        out->width = (size_t)rnn_model_output_width(&model);
        out->steps = rnn_model_returns_sequences(&model) ? (size_t)p->timesteps : 1;
        out->strides = problem_shape(p).y;
    }
    return true;
}

static size_t output_count(const output *out) {
    return out->batch * out->steps * out->width;
}

static float *output_row(const reference_case *c, const run_arrays *arrays, const output *out,
                         size_t n, size_t t) {
    return array_floats(arrays, out->array) +
           array_row(&c->problem, out->strides, (int)out->width, (int)out->steps, n, t);
}

static const double *expected_row(const reference_case *c, const output *out, size_t n, size_t t) {
    return c->expected[out->array - ARRAY_Y] + (n * out->steps + t) * out->width;
}

static void array_name(int array, char text[40]) {
    const size_t size = 40;
    if (array < ARRAY_RECURRENT_KERNEL)
        snprintf(text, size, "weights.layers[%d].kernel", array - ARRAY_KERNEL);
    else if (array < ARRAY_BIAS)
        snprintf(text, size, "weights.layers[%d].recurrent_kernel", array - ARRAY_RECURRENT_KERNEL);
    else if (array < ARRAY_DENSE_KERNEL)
        snprintf(text, size, "weights.layers[%d].bias", array - ARRAY_BIAS);
    else if (array < ARRAY_X)
        snprintf(text, size, "weights.dense_%s", array == ARRAY_DENSE_BIAS ? "bias" : "kernel");
    else if (array < ARRAY_INITIAL_STATE)
        snprintf(text, size, "%s",
                 array == ARRAY_X         ? "x"
                 : array == ARRAY_LENGTHS ? "lengths"
                                          : "mask");
    else if (array < ARRAY_Y)
        snprintf(text, size, "initial_states[%d]", array - ARRAY_INITIAL_STATE);
    else if (array < ARRAY_FINAL_STATE)
        snprintf(text, size, "%s", array == ARRAY_Y ? "y" : "y_backward");
    else
        snprintf(text, size, "final_states[%d]", array - ARRAY_FINAL_STATE);
}

/* ---- Expected outputs --------------------------------------------------------------------- */

static bool allocate_expected(reference_case *c) {
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(c, array, &out))
            continue;
        double *values = calloc(output_count(&out), sizeof *values);
        c->expected[array - ARRAY_Y] = values;
        if (!values)
            return false;
    }
    return true;
}

/* x in the oracle's layout [N, T, D]; NULL without memory. */
static float *gather_x(const reference_case *c) {
    const problem *p = &c->problem;
    rnn_strides strides = problem_shape(p).x;
    size_t batch = (size_t)p->batch, steps = (size_t)p->timesteps;
    size_t features = (size_t)p->layers[0].features;
    float *x = malloc(batch * steps * features * sizeof *x);
    for (size_t n = 0; x && n < batch; n++)
        for (size_t t = 0; t < steps; t++)
            memcpy(x + (n * steps + t) * features,
                   array_floats(&c->arrays, ARRAY_X) +
                       array_row(p, strides, (int)features, p->timesteps, n, t),
                   features * sizeof *x);
    return x;
}

static bool compute_expected(reference_case *c) {
    float *x = gather_x(c);
    if (!x)
        return false;
    rnn_model model = problem_model(&c->problem);
    oracle_io io = {.x = x,
                    .y = c->expected[0],
                    .y_backward = c->expected[ARRAY_Y_BACKWARD - ARRAY_Y],
                    .initial_states = c->arrays.io.initial_states,
                    .final_states = c->expected + (ARRAY_FINAL_STATE - ARRAY_Y),
                    .lengths = c->arrays.io.lengths,
                    .mask = c->arrays.io.mask};
    bool done = oracle_run(&model, &c->arrays.weights, c->problem.batch, c->problem.timesteps, &io);
    free(x);
    return done;
}

/* ---- Whether a comparison would prove anything -------------------------------------------- */

/* relu, gates that are shut, products of small integers. */
static bool has_zeros_by_nature(const problem *p) {
    const rnn_layer *layer = &p->layers[0];
    return p->values != VALUES_NORMAL || layer->activation == RNN_RELU ||
           layer->recurrent_activation == RNN_RELU ||
           (p->has_dense && p->dense.activation == RNN_RELU);
}

static bool row_counts(const reference_case *c, int n) {
    for (int t = 0; t < c->problem.timesteps; t++)
        if (rnn_step_counts(&c->arrays.io, c->problem.timesteps, n, t))
            return true;
    return false;
}

/* Whether step i of batch row n of an output comes from a step that counts. */
static bool output_counts(const reference_case *c, const output *out, int n, int i) {
    const rnn_io *io = &c->arrays.io;
    const rnn_layer *last = &c->problem.layers[c->problem.layer_count - 1];
    int end = c->problem.timesteps - 1;
    if (out->array >= ARRAY_FINAL_STATE)
        return row_counts(c, n);
    if (last->return_sequences)
        return rnn_step_counts(io, end + 1, n, last->direction == RNN_BACKWARD ? end - i : i);
    bool forward = rnn_step_counts(io, end + 1, n, end);
    bool backward = rnn_step_counts(io, end + 1, n, 0);
    return last->direction == RNN_FORWARD    ? forward
           : last->direction == RNN_BACKWARD ? backward
                                             : forward && backward;
}

typedef struct census {
    size_t counted, zero, saturated, too_large;
} census;

static void census_add(census *seen, double value, double limit) {
    double size = fabs(value);
    seen->counted++;
    seen->zero += size == 0;
    seen->saturated += size > 0.999 && size < 1.001;
    seen->too_large += !(size <= limit);
}

static census take_census(const reference_case *c, const output *out) {
    census seen = {0};
    for (size_t n = 0; n < out->batch; n++)
        for (size_t t = 0; t < out->steps; t++)
            for (size_t j = 0; output_counts(c, out, (int)n, (int)t) && j < out->width; j++)
                census_add(&seen, expected_row(c, out, n, t)[j], normal_limit);
    return seen;
}

static const char *vacuity_of(const reference_case *c, const census *seen) {
    double zeros_allowed = has_zeros_by_nature(&c->problem) ? 0.95 : 0.5;
    if ((double)seen->zero > zeros_allowed * (double)seen->counted)
        return "0";
    if (c->problem.values != VALUES_NORMAL)
        return NULL;
    return seen->saturated > seen->counted / 2 ? "saturated"
           : seen->too_large > 0               ? "too large to compare"
                                               : NULL;
}

/* Fills c->vacuous. */
static void find_vacuity(reference_case *c) {
    c->vacuous[0] = '\0';
    for (int array = ARRAY_Y; array < ARRAY_COUNT && !c->vacuous[0]; array++) {
        output out;
        if (!output_describe(c, array, &out))
            continue;
        census seen = take_census(c, &out);
        const char *what = vacuity_of(c, &seen);
        char name[40];
        array_name(array, name);
        if (what)
            snprintf(c->vacuous, sizeof c->vacuous,
                     "%s: too many of %zu expected values are %s (0: %zu, saturated: %zu, above "
                     "%g: %zu)",
                     name, seen.counted, what, seen.zero, seen.saturated, normal_limit,
                     seen.too_large);
    }
}

/* ---- Comparison --------------------------------------------------------------------------- */

/* |got - expected| where both are numbers; 0 or infinity where the class alone decides. */
static double error_of(float got, double expected) {
    float rounded = (float)expected;
    if (isnan(rounded))
        return isnan(got) && !array_is_poison(got) ? 0 : INFINITY;
    if (isinf(rounded))
        return got == rounded ? 0 : INFINITY;
    return isfinite(got) ? fabs((double)got - expected) : INFINITY;
}

/* The element with the largest error / tolerance. */
typedef struct worst_element {
    double ratio, error, tolerance, expected;
    float got;
    int array;
    size_t n, t, unit;
} worst_element;

typedef struct comparison {
    double bound; /* tolerance / (1 + |expected|) */
    worst_element worst;
    double max_error;
    size_t compared, wrong;
} comparison;

static double tolerance_of(double bound, double expected) {
    return isfinite((float)expected) ? bound * (1 + fabs(expected)) : 0;
}

static double ratio_of(double error, double tolerance) {
    return error == 0 ? 0 : tolerance == 0 ? INFINITY : error / tolerance;
}

static void compare_element(comparison *seen, float got, double expected, worst_element place) {
    double error = error_of(got, expected), tolerance = tolerance_of(seen->bound, expected);
    double ratio = ratio_of(error, tolerance);
    seen->compared++;
    seen->wrong += ratio > 1;
    seen->max_error = fmax(seen->max_error, error);
    if (ratio > seen->worst.ratio) {
        seen->worst = place;
        seen->worst.ratio = ratio;
        seen->worst.error = error;
        seen->worst.tolerance = tolerance;
        seen->worst.got = got;
        seen->worst.expected = expected;
    }
}

static void compare_outputs(const reference_case *c, const run_arrays *arrays, comparison *seen) {
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(c, array, &out))
            continue;
        for (size_t n = 0; n < out.batch; n++)
            for (size_t t = 0; t < out.steps; t++)
                for (size_t j = 0; j < out.width; j++)
                    compare_element(seen, output_row(c, arrays, &out, n, t)[j],
                                    expected_row(c, &out, n, t)[j],
                                    (worst_element){.array = array, .n = n, .t = t, .unit = j});
    }
}

/* One line: what is wrong, and the command that shows it again. */
static void fail_verdict(const reference_case *c, const char *backend, int threads,
                         case_verdict *verdict, const char *what) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&c->problem, text);
    verdict->passed = false;
    snprintf(verdict->text, sizeof verdict->text,
             "%s; repeat: rnnbench check --problem '%s' --backend %s --threads %d --seed %" PRIu64,
             what, text, backend, threads, c->seed);
}

static void describe_worst(const comparison *seen, char *text, size_t size) {
    const worst_element *w = &seen->worst;
    char name[40];
    array_name(w->array, name);
    snprintf(text, size,
             "%s n %zu, t %zu, unit %zu: got %.9g, expected %.9g, tolerance %.3g; %zu of %zu wrong",
             name, w->n, w->t, w->unit, (double)w->got, w->expected, w->tolerance, seen->wrong,
             seen->compared);
}

static void compare_arrays(const reference_case *c, const run_arrays *arrays, const char *backend,
                           int threads, case_verdict *verdict) {
    comparison seen = {.bound = c->bound, .worst.tolerance = c->bound};
    char what[320];
    compare_outputs(c, arrays, &seen);
    *verdict = (case_verdict){.passed = true,
                              .max_error = seen.max_error,
                              .worst_ratio = seen.worst.ratio,
                              .tolerance = seen.worst.tolerance,
                              .compared = seen.compared};
    if (seen.wrong) {
        describe_worst(&seen, what, sizeof what);
        fail_verdict(c, backend, threads, verdict, what);
    } else if (c->vacuous[0]) {
        snprintf(what, sizeof what, "vacuous: %s", c->vacuous);
        fail_verdict(c, backend, threads, verdict, what);
    }
}

void case_compare(const reference_case *c, const char *backend, int threads,
                  case_verdict *verdict) {
    compare_arrays(c, &c->arrays, backend, threads, verdict);
}

/* ---- Creation ----------------------------------------------------------------------------- */

/* naive's largest error / (1 + |expected|); false where naive cannot run. */
static bool measure_naive(reference_case *c, double *largest) {
    rnn_model model = problem_model(&c->problem);
    rnn_shape shape = problem_shape(&c->problem);
    rnn_plan *plan;
    if (rnn_plan_create(&plan, "naive", &model, &c->arrays.weights, &shape, 1, NULL) != RNN_OK)
        return false;
    buffer scratch;
    case_clear_outputs(c);
    bool ran = buffer_create(&scratch, rnn_plan_scratch_size(plan), GUARD_NONE) &&
               rnn_plan_run(plan, &c->arrays.io, scratch.data, NULL) == RNN_OK;
    buffer_destroy(&scratch);
    rnn_plan_destroy(plan);
    if (!ran)
        return false;
    comparison seen = {.bound = 1}; /* so that ratios are errors / (1 + |expected|) */
    compare_outputs(c, &c->arrays, &seen);
    *largest = seen.worst.ratio;
    return true;
}

/* Errors of a sum of K products grow like sqrt(K); 64 is where the floor stops covering them. */
static double length_factor(const problem *p) {
    double longest = 0;
    for (int i = 0; i < p->layer_count; i++)
        longest = fmax(longest, (double)p->layers[i].features + p->layers[i].units);
    return fmax(1, sqrt(longest / 64));
}

/* Sets c->bound. False where naive's error tells of a recurrence that blows every rounding up, so
 * that no tolerance would tell right from wrong. */
static bool set_bound(reference_case *c) {
    double longest = length_factor(&c->problem), naive_error;
    c->bound = 0;
    if (c->problem.values == VALUES_EXACT)
        return true;
    bool measured = measure_naive(c, &naive_error);
    double bound = measured ? fmax(tolerance_floor, naive_factor * naive_error)
                            : tolerance_floor * longest * sqrt(c->problem.timesteps);
    double factor = c->problem.values == VALUES_SPECIAL ? special_factor : 1;
    c->bound = factor * fmin(bound, tolerance_ceiling);
    return c->problem.values != VALUES_NORMAL || !measured ||
           naive_error <= tolerance_floor / 2 * longest;
}

/* Draws numbers until they make a case that proves something, with smaller and smaller weights. */
static rnn_status draw_inputs(reference_case *c, rnn_error *error) {
    enum { ATTEMPTS = 8 };
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&c->problem, text);
    uint64_t seed = random_seed_of(text, c->seed);
    float gain = 1;
    for (uint64_t attempt = 0; attempt < ATTEMPTS; attempt++, gain /= 2) {
        inputs_fill(&c->arrays, &c->problem, seed + attempt, gain);
        if (!compute_expected(c))
            return rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
        find_vacuity(c);
        if (set_bound(c) && !c->vacuous[0])
            break;
    }
    double largest = inputs_largest_sum(&c->arrays, &c->problem);
    if (c->problem.values == VALUES_EXACT && largest >= exact_limit)
        return rnn_fail(
            error, RNN_INVALID_ARGUMENT,
            "values:exact: a sum could reach %.4g, beyond 2^24; take smaller N, T, D, U", largest);
    return RNN_OK;
}

/* Everything that rnn.h asks of a problem, N x T x D without overflow included. */
static rnn_status check_problem(const problem *p, rnn_error *error) {
    rnn_model model = problem_model(p);
    rnn_status status = rnn_model_validate(&model, error);
    if (status != RNN_OK)
        return status;
    rnn_shape shape = problem_shape(p);
    status = rnn_backend_supports("naive", &model, &shape, 1, error);
    return status == RNN_INVALID_ARGUMENT ? status : inputs_suit(p, error);
}

rnn_status case_create(reference_case **out, const problem *p, uint64_t seed, rnn_error *error) {
    rnn_status status = check_problem(p, error);
    if (status != RNN_OK)
        return status;
    reference_case *c = calloc(1, sizeof *c);
    if (!c)
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
    c->problem = *p;
    c->seed = seed;
    if (!arrays_create(&c->arrays, &c->problem, GUARD_NONE) || !allocate_expected(c))
        status = rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
    else
        status = draw_inputs(c, error);
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
    for (size_t i = 0; i < sizeof c->expected / sizeof *c->expected; i++)
        free(c->expected[i]);
    arrays_destroy(&c->arrays);
    free(c);
}

const problem *case_problem(const reference_case *c) {
    return &c->problem;
}

const rnn_model_weights *case_weights(const reference_case *c) {
    return &c->arrays.weights;
}

const rnn_io *case_io(const reference_case *c) {
    return &c->arrays.io;
}

void case_clear_outputs(reference_case *c) {
    arrays_poison(&c->arrays, ARRAY_Y, ARRAY_COUNT);
}

/* ---- A whole check ------------------------------------------------------------------------ */

/* Rounding mode, traps and flushing of denormals; the sticky exception flags may change. */
static unsigned control_word(void) {
#if defined(__x86_64__) || defined(__i386__)
    return _mm_getcsr() & ~(unsigned)_MM_EXCEPT_MASK;
#else
    return 0;
#endif
}

/* Index of the first array of [first, end) that differs from the case's own, or -1. */
static int changed_array(const reference_case *c, const run_arrays *arrays, int first, int end) {
    for (int i = first; i < end; i++) {
        const buffer *own = &c->arrays.all[i], *other = &arrays->all[i];
        if (own->size && memcmp(own->data, other->data, own->size) != 0)
            return i;
    }
    return -1;
}

/* Whether something was written between the rows of an output; destroys the rows. */
static bool wrote_padding(const reference_case *c, run_arrays *arrays, int array) {
    output out;
    if (!output_describe(c, array, &out))
        return false;
    for (size_t n = 0; n < out.batch; n++)
        for (size_t t = 0; t < out.steps; t++)
            memset(output_row(c, arrays, &out, n, t), 0xff, out.width * sizeof(float));
    for (size_t i = 0; i < array_float_count(arrays, array); i++)
        if (!array_is_poison(array_floats(arrays, array)[i]))
            return true;
    return false;
}

typedef struct checked_run {
    const char *backend;
    int threads;
    case_guard guard;
    run_arrays arrays; /* a guarded copy of the case's */
    rnn_plan *plan;
    buffer scratch;
    int changed; /* an input array that was written, or -1 */
    bool control_kept;
} checked_run;

static rnn_status prepare_run(const reference_case *c, checked_run *run, rnn_error *error) {
    rnn_model model = problem_model(&c->problem);
    rnn_shape shape = problem_shape(&c->problem);
    if (!arrays_create(&run->arrays, &c->problem, run->guard))
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "case: out of memory");
    for (int i = 0; i < ARRAY_INPUTS_END; i++)
        if (c->arrays.all[i].size)
            memcpy(run->arrays.all[i].data, c->arrays.all[i].data, c->arrays.all[i].size);
    rnn_status status = rnn_plan_create(&run->plan, run->backend, &model, &run->arrays.weights,
                                        &shape, run->threads, error);
    if (status != RNN_OK)
        return status;
    if (!buffer_create(&run->scratch, rnn_plan_scratch_size(run->plan), run->guard))
        return rnn_fail(error, RNN_OUT_OF_MEMORY, "scratch: out of memory");
    return RNN_OK;
}

/* The weights are spoilt before the run, which has no right to them any more. */
static rnn_status perform_run(const reference_case *c, checked_run *run, rnn_error *error) {
    run->changed = changed_array(c, &run->arrays, 0, ARRAY_WEIGHTS_END);
    arrays_poison(&run->arrays, 0, ARRAY_WEIGHTS_END);
    arrays_poison(&run->arrays, ARRAY_Y, ARRAY_COUNT);
    memset(run->scratch.data, 0xff, run->scratch.size);
    unsigned before = control_word();
    rnn_status status = rnn_plan_run(run->plan, &run->arrays.io, run->scratch.data, error);
    run->control_kept = control_word() == before;
    if (run->changed < 0)
        run->changed = changed_array(c, &run->arrays, ARRAY_WEIGHTS_END, ARRAY_INPUTS_END);
    return status;
}

static void judge_run(const reference_case *c, checked_run *run, case_verdict *verdict) {
    compare_arrays(c, &run->arrays, run->backend, run->threads, verdict);
    if (!verdict->passed)
        return;
    char what[80] = "", name[40];
    if (run->changed >= 0) {
        array_name(run->changed, name);
        snprintf(what, sizeof what, "%s was written to", name);
    } else if (!run->control_kept) {
        snprintf(what, sizeof what, "the floating-point control word was changed");
    } else if (wrote_padding(c, &run->arrays, ARRAY_Y) ||
               wrote_padding(c, &run->arrays, ARRAY_Y_BACKWARD)) {
        snprintf(what, sizeof what, "y was written between its rows");
    }
    if (what[0])
        fail_verdict(c, run->backend, run->threads, verdict, what);
}

rnn_status case_check(reference_case *c, const char *backend, int threads, case_guard guard,
                      case_verdict *verdict, rnn_error *error) {
    checked_run run = {.backend = backend, .threads = threads, .guard = guard};
    *verdict = (case_verdict){0};
    rnn_status status = prepare_run(c, &run, error);
    if (status == RNN_OK)
        status = perform_run(c, &run, error);
    if (status == RNN_OK)
        judge_run(c, &run, verdict);
    rnn_plan_destroy(run.plan);
    buffer_destroy(&run.scratch);
    arrays_destroy(&run.arrays);
    return status;
}
