/* SPDX-License-Identifier: MIT
 * A golden vector of reference/golden, read from its JSON. */
#ifndef RNN_TESTS_GOLDEN_VECTOR_H
#define RNN_TESTS_GOLDEN_VECTOR_H

#include "reference/problem.h"

#include <jansson.h>

enum { GOLDEN_MAX_STATES = 4 * PROBLEM_MAX_LAYERS, GOLDEN_MAX_RUNS = 8 };

/* One call: what goes in, and what the framework gave. Every array is dense and batch-major. */
typedef struct golden_run {
    float *x;
    int32_t *lengths;                         /* NULL: none */
    uint8_t *mask;                            /* NULL: none */
    float *attention;                         /* NULL: none */
    bool carried;                             /* starts from the states that the run before left */
    float *initial_states[GOLDEN_MAX_STATES]; /* NULL: zeros */
    double *y;
    double *y_backward; /* NULL unless merge is none */
    double *final_states[GOLDEN_MAX_STATES];
} golden_run;

typedef struct golden_vector {
    const char *name, *made_by; /* the framework and its version */
    problem problem;
    rnn_model model; /* points into problem */
    rnn_model_weights weights;
    rnn_weights layer_weights[2 * PROBLEM_MAX_LAYERS];
    bool is_single;    /* the framework computed in single precision instead of double */
    size_t parameters; /* as the framework counts them */
    size_t x_size, y_size;
    int state_count;
    golden_run runs[GOLDEN_MAX_RUNS];
    int run_count;

    void *blocks; /* holds the arrays above, in a chain for golden_vector_free */
} golden_vector;

/* Reads a vector from `json`, which must outlive it, and checks every array's length against the
 * problem. Returns false with the reason in `error`. The vector must be freed in either case. */
bool golden_vector_read(golden_vector *vector, const json_t *json, rnn_error *error);
void golden_vector_free(golden_vector *vector);

#endif
