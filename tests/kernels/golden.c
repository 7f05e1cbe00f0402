/* SPDX-License-Identifier: MIT
 *
 * Holds the oracle and every backend against the golden vectors of reference/golden, which real
 * frameworks computed, most in double precision. Prints TAP, one line per vector.
 *
 *   golden FOLDER                 the oracle, then every backend
 *   golden FOLDER SUBJECT         "oracle" or the name of one backend
 *   golden FOLDER SUBJECT PART    only vectors whose "file/name" contains PART
 */
#include "reference/oracle.h"
#include "tests/support/golden_vector.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The oracle computes in double like the frameworks, and both round some hundred operations. But it
 * takes states in single precision from one run to the next. */
static const double oracle_tolerance = 1e-12, oracle_carried_tolerance = 5e-7;

/* What a backend may round by itself. A pre-activation here sums at most some 15 products. A step
 * adds some 10 roundings and activations that are right to about 2 units in the last place (6e-8
 * each), and there are up to 10 steps, which shrink earlier errors as often as they stretch them.
 * Every mistake of semantics moves these vectors by more than 1e-3. */
static const double backend_tolerance = 2e-6;

/* A framework that computed in single precision rounded as often as a backend does, and has equally
 * good activations. So its numbers are off by as much, and the two may be apart by the sum. */
static double tolerance_of(const golden_vector *vector, double tolerance) {
    return tolerance + (vector->is_single ? backend_tolerance : 0);
}

static int line_count, failure_count;
static double largest_error;

/* What is on trial. */
typedef struct test_subject {
    const char *name;
    bool is_oracle, threaded;
    bool may_refuse; /* whether RNN_UNSUPPORTED is a skip rather than a failure */
} test_subject;

typedef enum outcome { PASSED, FAILED, SKIPPED } outcome;

/* ---- Comparing ---------------------------------------------------------------------------- */

/* Where an element of a dense batch-major [N, T, width] array lies in a [T, N, width] one. */
static size_t time_major_index(size_t index, size_t rows, size_t steps, size_t width) {
    size_t feature = index % width, step = index / width % steps, row = index / width / steps;
    return (step * rows + row) * width + feature;
}

static bool close_enough(double got, double expected, double tolerance) {
    double error = fabs(got - expected) / fmax(1.0, fabs(expected));
    if (error > largest_error)
        largest_error = error;
    return error <= tolerance; /* this is false for NaN */
}

static bool report(rnn_error *error, const char *array, size_t index, double got, double expected) {
    snprintf(error->text, sizeof error->text, "%s[%zu] is %.9g, expected %.9g", array, index, got,
             expected);
    return false;
}

/* ---- The oracle --------------------------------------------------------------------------- */

typedef struct oracle_output {
    double *y, *y_backward, *final_states[GOLDEN_MAX_STATES];
    float *carried[GOLDEN_MAX_STATES];
} oracle_output;

static bool equal_doubles(const char *array, const double *got, const double *expected, size_t size,
                          double tolerance, rnn_error *error) {
    for (size_t i = 0; i < size; i++)
        if (!close_enough(got[i], expected[i], tolerance))
            return report(error, array, i, got[i], expected[i]);
    return true;
}

static size_t state_size(const golden_vector *vector, int state) {
    return (size_t)vector->problem.batch * (size_t)rnn_model_state_width(&vector->model, state);
}

static void *new_array(size_t count, size_t size) {
    void *array = calloc(count ? count : 1, size);
    if (!array) {
        printf("Bail out! out of memory\n");
        exit(1);
    }
    return array;
}

static bool oracle_is_right(const golden_vector *vector, const golden_run *run,
                            const oracle_output *out, rnn_error *error) {
    double tolerance =
        tolerance_of(vector, run->carried ? oracle_carried_tolerance : oracle_tolerance);
    if (!equal_doubles("y", out->y, run->y, vector->y_size, tolerance, error))
        return false;
    if (run->y_backward && !equal_doubles("y_backward", out->y_backward, run->y_backward,
                                          vector->y_size, tolerance, error))
        return false;
    for (int i = 0; i < vector->state_count; i++)
        if (!equal_doubles("final state", out->final_states[i], run->final_states[i],
                           state_size(vector, i), tolerance, error))
            return false;
    return true;
}

static outcome run_oracle(const golden_vector *vector, oracle_output *out, rnn_error *error) {
    for (const golden_run *run = vector->runs; run < vector->runs + vector->run_count; run++) {
        const float *initial[GOLDEN_MAX_STATES];
        for (int i = 0; i < vector->state_count; i++)
            initial[i] = run->carried ? out->carried[i] : run->initial_states[i];
        oracle_io io = {.x = run->x,
                        .y = out->y,
                        .y_backward = run->y_backward ? out->y_backward : NULL,
                        .initial_states = initial,
                        .final_states = out->final_states,
                        .lengths = run->lengths,
                        .mask = run->mask,
                        .attention = run->attention};
        if (!oracle_run(&vector->model, &vector->weights, vector->problem.batch,
                        vector->problem.timesteps, &io)) {
            snprintf(error->text, sizeof error->text, "the oracle ran out of memory");
            return FAILED;
        }
        if (!oracle_is_right(vector, run, out, error))
            return FAILED;
        for (int i = 0; i < vector->state_count; i++)
            for (size_t k = 0; k < state_size(vector, i); k++)
                out->carried[i][k] = (float)out->final_states[i][k];
    }
    return PASSED;
}

static outcome try_oracle(const golden_vector *vector, rnn_error *error) {
    oracle_output out = {.y = new_array(vector->y_size, sizeof(double)),
                         .y_backward = new_array(vector->y_size, sizeof(double))};
    for (int i = 0; i < vector->state_count; i++) {
        out.final_states[i] = new_array(state_size(vector, i), sizeof(double));
        out.carried[i] = new_array(state_size(vector, i), sizeof(float));
    }
    outcome result = run_oracle(vector, &out, error);
    for (int i = 0; i < vector->state_count; i++) {
        free(out.final_states[i]);
        free(out.carried[i]);
    }
    free(out.y);
    free(out.y_backward);
    return result;
}

/* ---- A backend ---------------------------------------------------------------------------- */

typedef struct trial {
    const golden_vector *vector;
    rnn_shape shape;
    rnn_plan *plan;
    void *scratch;
    float *x, *y, *y_backward, *states[GOLDEN_MAX_STATES]; /* in the layout of the shape */
} trial;

static void trial_allocate(trial *t) {
    const golden_vector *vector = t->vector;
    size_t scratch_size = rnn_plan_scratch_size(t->plan);
    t->scratch = aligned_alloc(RNN_ALIGNMENT, scratch_size);
    if (!t->scratch) {
        printf("Bail out! out of memory\n");
        exit(1);
    }
    memset(t->scratch, 0xff, scratch_size);
    t->x = new_array(vector->x_size, sizeof(float));
    t->y = new_array(vector->y_size, sizeof(float));
    t->y_backward = new_array(vector->y_size, sizeof(float));
    for (int i = 0; i < vector->state_count; i++)
        t->states[i] = new_array(state_size(vector, i), sizeof(float));
}

static void trial_free(trial *t) {
    for (int i = 0; i < t->vector->state_count; i++)
        free(t->states[i]);
    free(t->x);
    free(t->y);
    free(t->y_backward);
    free(t->scratch);
    rnn_plan_destroy(t->plan);
}

static void fill_inputs(trial *t, const golden_run *run) {
    const problem *p = &t->vector->problem;
    size_t rows = (size_t)p->batch, steps = (size_t)p->timesteps;
    for (size_t i = 0; i < t->vector->x_size; i++) {
        size_t place = t->shape.time_major
                           ? time_major_index(i, rows, steps, (size_t)p->layers[0].features)
                           : i;
        t->x[place] = run->x[i];
    }
    for (size_t i = 0; i < t->vector->y_size; i++)
        t->y[i] = t->y_backward[i] = NAN;
}

/* A carried run finds its states in place, as the run before left them. */
static void fill_states(trial *t, const golden_run *run) {
    if (run->carried)
        return;
    for (int i = 0; i < t->vector->state_count; i++) {
        size_t bytes = state_size(t->vector, i) * sizeof(float);
        if (run->initial_states[i])
            memcpy(t->states[i], run->initial_states[i], bytes);
        else
            memset(t->states[i], 0, bytes);
    }
}

static bool output_is_right(const trial *t, const char *array, const float *got,
                            const double *expected, rnn_error *error) {
    const rnn_model *model = &t->vector->model;
    size_t rows = (size_t)t->vector->problem.batch, steps = (size_t)t->vector->problem.timesteps;
    double tolerance = tolerance_of(t->vector, backend_tolerance);
    bool transposed = t->shape.time_major && rnn_model_returns_sequences(model);
    for (size_t i = 0; i < t->vector->y_size; i++) {
        size_t place = transposed
                           ? time_major_index(i, rows, steps, (size_t)rnn_model_output_width(model))
                           : i;
        if (!close_enough((double)got[place], expected[i], tolerance))
            return report(error, array, i, (double)got[place], expected[i]);
    }
    return true;
}

static bool states_are_right(const trial *t, const golden_run *run, rnn_error *error) {
    double tolerance = tolerance_of(t->vector, backend_tolerance);
    for (int i = 0; i < t->vector->state_count; i++) {
        for (size_t k = 0; k < state_size(t->vector, i); k++) {
            double got = (double)t->states[i][k], expected = run->final_states[i][k];
            if (!close_enough(got, expected, tolerance))
                return report(error, "final state", k, got, expected);
        }
    }
    return true;
}

static outcome trial_run(trial *t, const golden_run *run, rnn_error *error) {
    fill_inputs(t, run);
    fill_states(t, run);
    bool given_states = run->carried || run->initial_states[0];
    rnn_io io = {.x = t->x,
                 .y = t->y,
                 .y_backward = run->y_backward ? t->y_backward : NULL,
                 .initial_states = given_states ? (const float *const *)t->states : NULL,
                 .final_states = t->states,
                 .lengths = run->lengths,
                 .mask = run->mask,
                 .attention = run->attention};
    if (rnn_plan_run(t->plan, &io, t->scratch, error) != RNN_OK)
        return FAILED;
    bool right = output_is_right(t, "y", t->y, run->y, error) &&
                 (!run->y_backward ||
                  output_is_right(t, "y_backward", t->y_backward, run->y_backward, error)) &&
                 states_are_right(t, run, error);
    return right ? PASSED : FAILED;
}

static outcome try_plan(const golden_vector *vector, const char *backend, int threads,
                        bool time_major, rnn_error *error) {
    trial t = {.vector = vector, .shape = problem_shape(&vector->problem)};
    t.shape.time_major = time_major;
    rnn_status status = rnn_plan_create(&t.plan, backend, &vector->model, &vector->weights,
                                        &t.shape, &(rnn_plan_options){.threads = threads}, error);
    if (status != RNN_OK)
        return status == RNN_UNSUPPORTED ? SKIPPED : FAILED;
    trial_allocate(&t);
    outcome result = PASSED;
    for (int i = 0; i < vector->run_count && result == PASSED; i++)
        result = trial_run(&t, &vector->runs[i], error);
    trial_free(&t);
    return result;
}

/* Tries both layouts on one thread, and on two where the backend takes them. */
static outcome try_backend(const golden_vector *vector, const test_subject *subject,
                           rnn_error *error) {
    for (int threads = 1; threads <= (subject->threaded ? 2 : 1); threads++) {
        for (int time_major = 0; time_major <= 1; time_major++) {
            outcome result = try_plan(vector, subject->name, threads, time_major, error);
            if (result == SKIPPED && subject->may_refuse)
                return SKIPPED;
            if (result != PASSED) {
                printf("# threads %d, %s-major\n", threads, time_major ? "time" : "batch");
                return FAILED;
            }
        }
    }
    return PASSED;
}

/* ---- Vectors and files -------------------------------------------------------------------- */

static void print_line(const test_subject *subject, const char *file, const golden_vector *vector,
                       outcome result, const rnn_error *error) {
    printf("%s %d - %s %s/%s (%s)", result == FAILED ? "not ok" : "ok", ++line_count, subject->name,
           file, vector->name, vector->made_by);
    if (result == SKIPPED)
        printf(" # SKIP %s", error->text);
    printf("\n");
    if (result == FAILED) {
        char text[PROBLEM_TEXT_SIZE] = "not read";
        if (vector->run_count > 0)
            problem_print(&vector->problem, text);
        printf("# %s: %s; repeat: golden FOLDER %s %s/%s\n", text, error->text, subject->name, file,
               vector->name);
        failure_count++;
    }
}

static outcome try_vector(const golden_vector *vector, const test_subject *subject,
                          rnn_error *error) {
    size_t parameters = rnn_model_parameter_count(&vector->model);
    if (parameters != vector->parameters) {
        snprintf(error->text, sizeof error->text, "%zu parameters, expected %zu", parameters,
                 vector->parameters);
        return FAILED;
    }
    return subject->is_oracle ? try_oracle(vector, error) : try_backend(vector, subject, error);
}

static void try_file(const char *folder, const char *file, const test_subject *subject,
                     const char *part) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.json", folder, file);
    json_error_t json_error;
    json_t *root = json_load_file(path, 0, &json_error);
    if (!root) {
        printf("Bail out! %s:%d: %s\n", path, json_error.line, json_error.text);
        exit(1);
    }
    const json_t *list = json_object_get(root, "vectors");
    for (size_t i = 0; i < json_array_size(list); i++) {
        golden_vector vector;
        rnn_error error = {""};
        bool read = golden_vector_read(&vector, json_array_get(list, i), &error);
        char name[256];
        snprintf(name, sizeof name, "%s/%s", file, vector.name);
        if (!part || strstr(name, part))
            print_line(subject, file, &vector, read ? try_vector(&vector, subject, &error) : FAILED,
                       &error);
        golden_vector_free(&vector);
    }
    json_decref(root);
}

static int is_json(const struct dirent *entry) {
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".json") == 0;
}

static void try_folder(const char *folder, const test_subject *subject, const char *part) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_json, alphasort);
    largest_error = 0;
    for (int i = 0; i < count; i++) {
        *strrchr(entries[i]->d_name, '.') = '\0';
        try_file(folder, entries[i]->d_name, subject, part);
        free(entries[i]);
    }
    free(entries);
    printf("# %s: largest error %.2g\n", subject->name, largest_error);
}

/* ---- Subjects ----------------------------------------------------------------------------- */

/* These two backends are there to do everything. */
static bool must_support_all(const char *backend) {
    return strcmp(backend, "naive") == 0 || strcmp(backend, "avx2") == 0;
}

/* Returns false where no subject has this name. */
static bool try_subjects(const char *folder, const char *wanted, const char *part) {
    bool found = false;
    if (!wanted || strcmp(wanted, "oracle") == 0) {
        found = true;
        try_folder(folder, &(test_subject){.name = "oracle", .is_oracle = true}, part);
    }
    for (int i = 0; i < rnn_backend_count(); i++) {
        rnn_backend_info info;
        if (rnn_backend_get(i, &info) != RNN_OK || (wanted && strcmp(wanted, info.name) != 0))
            continue;
        found = true;
        if (!info.available) {
            printf("ok %d - %s # SKIP %s\n", ++line_count, info.name, info.reason);
            continue;
        }
        test_subject backend = {.name = info.name,
                                .threaded = info.threaded,
                                .may_refuse = !must_support_all(info.name)};
        try_folder(folder, &backend, part);
    }
    return found;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: golden FOLDER [SUBJECT [PART]]\n");
        return 2;
    }
    const char *wanted = argc > 2 ? argv[2] : NULL;
    if (!try_subjects(argv[1], wanted, argc > 3 ? argv[3] : NULL)) {
        printf("Bail out! no backend named %s\n", wanted);
        return 2;
    }
    if (line_count == 0) {
        printf("Bail out! no vectors in %s\n", argv[1]);
        return 1;
    }
    printf("1..%d\n", line_count);
    return failure_count > 0;
}
