/* SPDX-License-Identifier: MIT
 *
 * The judge itself: that every element of every output is compared, that what is off by a little
 * more than its tolerance is wrong and by a little less is not, that an element which nobody wrote
 * is wrong, and that whoever writes where it must not is found. */
#include "kernels/backend.h"
#include "kernels/engine/rounding.h"
#include "reference/cases.h"
#include "reference/deviation.h"
#include "reference/outputs.h"
#include "reference/vacuity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int checks, failed;
static const char *tried;

static void must(bool holds, const char *what) {
    checks++;
    if (holds)
        return;
    failed++;
    printf("FAILED %s: %s\n", tried, what);
}

static problem parsed(const char *text) {
    problem p;
    rnn_error error = {""};
    tried = text;
    must(problem_parse(&p, text, &error), error.text);
    return p;
}

/* ---- Elements ----------------------------------------------------------------------------------
 */

static const double bound = 1e-5;

typedef struct judged {
    runnable run;
    expected_outputs expected;
} judged;

/* Puts the expected values into the outputs. Floats between rows stay as they are, not written. */
static void put_expected(judged *j) {
    arrays_poison(&j->run.arrays, ARRAY_Y, ARRAY_COUNT);
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(&out, &j->run.problem, &j->run.arrays, array))
            continue;
        for (size_t n = 0; n < out.batch; n++)
            for (size_t t = 0; t < out.steps; t++)
                for (size_t i = 0; i < out.width; i++)
                    output_row(&out, &j->run.arrays, n, t)[i] =
                        (float)output_expected(&out, &j->expected, n, t)[i];
    }
}

static deviation compare(const judged *j) {
    return compare_outputs(&j->run.problem, &j->run.arrays, &j->expected, bound, true);
}

/* Compares with `value` in the place of a right one, which is then put back. */
static deviation compare_with(const judged *j, float *place, float value) {
    const float right = *place;
    *place = value;
    const deviation seen = compare(j);
    *place = right;
    return seen;
}

static bool names(const deviation *seen, int array, size_t n, size_t t, size_t unit) {
    const worst_element *w = &seen->worst;
    return seen->wrong == 1 && w->array == array && w->n == n && w->t == t && w->unit == unit;
}

static void check_element(const judged *j, const output *out, size_t n, size_t t, size_t unit) {
    const double expected = output_expected(out, &j->expected, n, t)[unit];
    const double tolerance = bound * (1 + fabs(expected));
    float *place = output_row(out, &j->run.arrays, n, t) + unit;
    static const float no_numbers[] = {NAN, INFINITY, -INFINITY};
    float unwritten;
    memset(&unwritten, 0xff, sizeof unwritten);
    for (int sign = -1; sign <= 1; sign += 2) {
        must(compare_with(j, place, (float)(expected + 0.9 * sign * tolerance)).wrong == 0,
             "an element within its tolerance is wrong");
        deviation seen = compare_with(j, place, (float)(expected + 1.1 * sign * tolerance));
        must(names(&seen, out->array, n, t, unit), "an element beyond its tolerance is not found");
    }
    deviation seen = compare_with(j, place, unwritten);
    must(names(&seen, out->array, n, t, unit), "an element that nobody wrote is not found");
    for (int i = 0; i < 3; i++) {
        seen = compare_with(j, place, no_numbers[i]);
        must(names(&seen, out->array, n, t, unit), "an element that is no number is not found");
    }
}

/* Where an infinity or no number is expected there is no other right answer. */
static void check_special_expectation(judged *j, const output *out) {
    double *expected = j->expected.values[out->array - ARRAY_Y];
    float *place = output_row(out, &j->run.arrays, 0, 0);
    const double right = *expected;
    *expected = INFINITY;
    must(compare_with(j, place, INFINITY).wrong == 0, "an infinity that is right is wrong");
    must(compare_with(j, place, -INFINITY).wrong == 1, "the other infinity is right");
    must(compare_with(j, place, 3e38f).wrong == 1, "a large number is an infinity");
    *expected = NAN;
    must(compare_with(j, place, NAN).wrong == 0, "a NaN that is right is wrong");
    must(compare_with(j, place, 0).wrong == 1, "a number is right where there is none");
    *expected = right;
}

static bool create_run(runnable *run, const char *text) {
    const problem p = parsed(text);
    rnn_error error = {""};
    const bool done = runnable_create(run, &p, GUARD_NONE, &error) == RNN_OK;
    must(done, error.text);
    if (done)
        runnable_fill(run, 1, 0);
    return done;
}

static bool create(judged *j, const char *text) {
    if (!create_run(&j->run, text))
        return false;
    const bool done = expected_create(&j->expected, &j->run.problem, &j->run.arrays);
    must(done, "out of memory");
    return done;
}

static void check_elements(const char *text, int outputs) {
    judged j;
    size_t elements = 0;
    if (!create(&j, text))
        return;
    must(expected_compute(&j.expected, &j.run.problem, &j.run.arrays),
         "the oracle ran out of memory");
    put_expected(&j);
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (!output_describe(&out, &j.run.problem, &j.run.arrays, array))
            continue;
        outputs--;
        elements += out.batch * out.steps * out.width;
        for (size_t n = 0; n < out.batch; n++)
            for (size_t t = 0; t < out.steps; t++)
                for (size_t i = 0; i < out.width; i++)
                    check_element(&j, &out, n, t, i);
        check_special_expectation(&j, &out);
    }
    const deviation seen = compare(&j);
    must(outputs == 0, "another number of outputs");
    must(seen.wrong == 0 && seen.compared == elements, "not every element is compared once");
    expected_destroy(&j.expected);
    runnable_destroy(&j.run);
}

/* ---- Cases that prove nothing -------------------------------------------------------------------
 */

static bool is_vacuous(judged *j, double value) {
    char text[VACUITY_TEXT_SIZE];
    for (int array = ARRAY_Y; array < ARRAY_COUNT; array++) {
        output out;
        if (output_describe(&out, &j->run.problem, &j->run.arrays, array))
            for (size_t i = 0; i < out.batch * out.steps * out.width; i++)
                j->expected.values[array - ARRAY_Y][i] = value;
    }
    return vacuity_find(&j->run.problem, &j->run.arrays, &j->expected, text);
}

static void check_vacuity(void) {
    judged j;
    if (!create(&j, "lstm/N:3/T:4/D:5/U:6"))
        return;
    must(is_vacuous(&j, 0), "outputs of 0 prove something");
    must(is_vacuous(&j, 1), "saturated outputs prove something");
    must(is_vacuous(&j, -1), "saturated outputs prove something");
    must(is_vacuous(&j, 100), "outputs that have grown prove something");
    must(is_vacuous(&j, NAN), "outputs that are no numbers prove something");
    must(!is_vacuous(&j, 0.5), "ordinary outputs prove nothing");
    expected_destroy(&j.expected);
    runnable_destroy(&j.run);
}

/* ---- Inputs -------------------------------------------------------------------------------------
 */

/* Some rows are full and some empty, and x is no number where a step does not count. */
static void check_inputs(const char *text) {
    runnable run;
    if (!create_run(&run, text))
        return;
    const problem p = run.problem;
    int full = 0, empty = 0, counted = 0;
    bool right = true;
    for (int n = 0; n < p.batch; n++) {
        int steps = 0;
        for (int t = 0; t < p.timesteps; t++) {
            const bool counts = rnn_step_counts(&run.arrays.io, p.timesteps, n, t);
            right &= counts == isfinite(runnable_x(&run, n, t)[0]);
            steps += counts;
        }
        full += steps == p.timesteps;
        empty += steps == 0;
        counted += steps;
    }
    must(right, "x is a number where a step does not count, or none where it does");
    must(empty > 0, "no row is empty");
    must(p.mask != MASK_LENGTHS || full > 0, "no row is full");
    must(counted < p.batch * p.timesteps - p.timesteps && counted > p.timesteps,
         "too many steps count, or too few");
    runnable_destroy(&run);
}

/* ---- Runs that do what they must not ------------------------------------------------------------
 */

typedef enum mischief {
    NO_MISCHIEF,
    WRITES_X,
    WRITES_INITIAL_STATE,
    WRITES_LENGTHS,
    WRITES_BETWEEN_ROWS,
    FLUSHES_DENORMALS,
    LEAVES_THE_LAST,
    SPOILS_A_STATE,
    MISCHIEF_COUNT
} mischief;

static const char *const found_as[MISCHIEF_COUNT] = {
    "",
    "x was written to",
    "initial_states[0] was written to",
    "lengths was written to",
    "y was written between its rows",
    "the floating-point control word was changed",
    "y n 2, t 3, unit 5: got ",
    "final_states[1] n 0, t 0, unit 0: got ",
};

static mischief done;
static size_t last_of_y; /* how many floats lie before it */

static void set_flush(void) {
#ifdef RNN_ROUNDING_FLUSH
    rnn_rounding rounding;
    rnn_rounding_get(&rounding);
    rounding |= RNN_ROUNDING_FLUSH;
    rnn_rounding_set(&rounding);
#endif
}

static void do_it(const rnn_io *io) {
    switch (done) {
    case WRITES_X:
        ((float *)(uintptr_t)io->x)[0] += 1;
        break;
    case WRITES_INITIAL_STATE:
        ((float *)(uintptr_t)io->initial_states[0])[1] += 1;
        break;
    case WRITES_LENGTHS:
        ((int32_t *)(uintptr_t)io->lengths)[0] ^= 1;
        break;
    case WRITES_BETWEEN_ROWS:
        io->y[6] = 0; /* a row has 6 floats */
        break;
    case FLUSHES_DENORMALS:
        set_flush();
        break;
    case LEAVES_THE_LAST:
        memset(&io->y[last_of_y], 0xff, sizeof *io->y);
        break;
    case SPOILS_A_STATE:
        io->final_states[1][0] += 0.01f;
        break;
    case NO_MISCHIEF:
    case MISCHIEF_COUNT:
        break;
    }
}

/* The linker puts this in place of rnn_plan_run. */
rnn_status __real_rnn_plan_run(const rnn_plan *plan, const rnn_io *io, void *scratch,
                               rnn_error *error);
rnn_status __wrap_rnn_plan_run(const rnn_plan *plan, const rnn_io *io, void *scratch,
                               rnn_error *error);
rnn_status __wrap_rnn_plan_run(const rnn_plan *plan, const rnn_io *io, void *scratch,
                               rnn_error *error) {
    const rnn_status status = __real_rnn_plan_run(plan, io, scratch, error);
    do_it(io);
    return status;
}

static void check_mischief(reference_case *c, mischief what, case_guard guard) {
    case_verdict verdict = {.passed = false};
    rnn_error error = {""};
    done = what;
    const rnn_status status = case_check(c, "naive", 1, guard, &verdict, &error);
    done = NO_MISCHIEF;
    must(status == RNN_OK, error.text);
    must(verdict.passed == (what == NO_MISCHIEF),
         what == NO_MISCHIEF ? verdict.text : found_as[what]);
    must(strstr(verdict.text, found_as[what]) != NULL, verdict.text);
}

static void check_runs(void) {
    const problem p = parsed("lstm/N:3/T:4/D:5/U:6/strides:padded/mask:lengths/state:1");
    reference_case *c = NULL;
    rnn_error error = {""};
    if (case_create(&c, &p, 1, &error) != RNN_OK) {
        must(false, error.text);
        return;
    }
    const rnn_shape shape = problem_shape(&p);
    last_of_y = array_row(&p, shape.y, 6, 4, 2, 3) + 5;
    for (int what = NO_MISCHIEF; what < MISCHIEF_COUNT; what++) {
#ifndef RNN_ROUNDING_FLUSH
        if (what == FLUSHES_DENORMALS)
            continue;
#endif
        for (int guard = GUARD_NONE; guard <= GUARD_BEFORE; guard++)
            check_mischief(c, (mischief)what, (case_guard)guard);
    }
    case_destroy(c);
}

int main(void) {
    check_elements("lstm/N:3/T:4/D:5/U:6/state:1", 3);
    check_elements("gru/N:3/T:4/D:5/U:6/strides:padded/layout:time_major", 2);
    check_elements("simple_rnn/N:2/T:3/D:4/U:5/direction:bidirectional/merge:none", 4);
    check_elements("lstm/N:2/T:3/D:4/U:3+5/output:last/dense:2", 5);
    check_vacuity();
    check_inputs("lstm/N:6/T:8/D:3/U:4/mask:lengths");
    check_inputs("gru/N:6/T:8/D:3/U:4/mask:holes");
    check_inputs("gru/N:6/T:8/D:3/U:4/mask:front/strides:padded");
    check_inputs("lstm/N:9/T:8/D:3/U:4/mask:both/layout:time_major");
    check_runs();
    printf("%d checks, %d failed\n", checks, failed);
    return failed > 0;
}
