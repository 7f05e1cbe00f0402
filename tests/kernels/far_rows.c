/* SPDX-License-Identifier: MIT
 *
 * Rows of x and y so far apart that their distances, in bytes or in floats, need more than 32
 * bits. They lie in mappings of which only the rows themselves have memory. The argument is the
 * backend. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "reference/cases.h"
#include "tests/support/support.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST_THREADS = 2 };

/* N is 3 and T is 4. The first two distances lead beyond 2^31 bytes, the others beyond 2^31
 * floats. */
static const rnn_strides distances[] = {{.batch = 270000000, .time = 20},
                                        {.batch = 20, .time = 180000000},
                                        {.batch = 1100000000, .time = 20},
                                        {.batch = 20, .time = 750000000}};
static const rnn_strides dense = {0, 0};

typedef struct far_rows {
    rnn_strides strides;
    float *floats; /* NULL: the rows are dense, and not here */
    size_t bytes;
} far_rows;

/* Returns false where the system has no room for such a mapping. */
static bool map_rows(far_rows *rows, const problem *p) {
    const size_t widest = 64;
    const size_t floats = (size_t)(p->batch - 1) * (size_t)rows->strides.batch +
                          (size_t)(p->timesteps - 1) * (size_t)rows->strides.time + widest;
    if (rows->strides.batch == 0)
        return true;
    rows->bytes = floats * sizeof(float);
    void *mapped = mmap(NULL, rows->bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    rows->floats = mapped == MAP_FAILED ? NULL : mapped;
    return rows->floats;
}

static void unmap_rows(far_rows *rows) {
    if (rows->floats)
        munmap(rows->floats, rows->bytes);
}

/* Copies x to its far rows, or an output from them, where the array has some. */
static void copy_rows(const far_rows *far, const runnable *near, int array) {
    const bool is_x = array == ARRAY_X;
    const int steps = is_x ? near->problem.timesteps : runnable_steps(near);
    const int width = is_x ? near->problem.layers[0].features : runnable_width(near);
    for (int n = 0; far->floats && n < near->problem.batch; n++)
        for (int t = 0; t < steps; t++) {
            float *there = far->floats + n * far->strides.batch + t * far->strides.time;
            float *here = is_x ? runnable_x(near, n, t) : runnable_output(near, array, n, t);
            memcpy(is_x ? there : here, is_x ? here : there, (size_t)width * sizeof(float));
        }
}

/* ---- One run -------------------------------------------------------------------------------- */

typedef struct far_case {
    const char *backend;
    reference_case *reference;
    int threads;
} far_case;

static void fail(const far_case *c, const rnn_shape *shape, const char *why) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&case_run(c->reference)->problem, text);
    printf("FAILED %s: %s, x %td %td, y %td %td, threads %d: %s\n", c->backend, text,
           shape->x.batch, shape->x.time, shape->y.batch, shape->y.time, c->threads, why);
    exit(1);
}

/* Tries far rows of x, of y or of both, where the others are dense. Returns false where there is no
 * room. */
static bool try_distances(const far_case *c, rnn_strides x_strides, rnn_strides y_strides) {
    const runnable *near = case_run(c->reference);
    const problem *p = &near->problem;
    const bool two = near->arrays.io.y_backward != NULL;
    far_rows x = {.strides = x_strides}, y = {.strides = y_strides},
             y_backward = {.strides = two ? y_strides : dense};
    const bool has_room = map_rows(&x, p) && map_rows(&y, p) && map_rows(&y_backward, p);
    if (has_room) {
        rnn_error error = {""};
        runnable run;
        runnable_share(&run, near);
        run.shape.x = x_strides;
        run.shape.y = y_strides;
        run.arrays.io.x = x.floats ? x.floats : run.arrays.io.x;
        run.arrays.io.y = y.floats ? y.floats : run.arrays.io.y;
        run.arrays.io.y_backward = y_backward.floats ? y_backward.floats : run.arrays.io.y_backward;
        case_clear_outputs(c->reference);
        copy_rows(&x, near, ARRAY_X);
        if (runnable_plan(&run, c->backend, c->threads, &error) != RNN_OK ||
            runnable_run(&run, &error) != RNN_OK)
            fail(c, &run.shape, error.text);
        copy_rows(&y, near, ARRAY_Y);
        copy_rows(&y_backward, near, ARRAY_Y_BACKWARD);
        case_verdict verdict;
        case_compare(c->reference, c->backend, c->threads, &verdict);
        if (!verdict.passed)
            fail(c, &run.shape, verdict.text);
        runnable_destroy(&run);
    }
    unmap_rows(&x);
    unmap_rows(&y);
    unmap_rows(&y_backward);
    return has_room;
}

/* Returns how many distances were tried, or -1 where there is no room. */
static int try_problem(const char *backend, const char *text, int threads) {
    problem p;
    rnn_error error = {""};
    far_case c = {.backend = backend, .threads = threads};
    if (!problem_parse(&p, text, &error) || case_create(&c.reference, &p, 1, &error) != RNN_OK) {
        printf("%s: %s\n", text, error.text);
        exit(1);
    }
    const rnn_model model = problem_model(&p);
    const rnn_shape shape = problem_shape(&p);
    int tried = 0;
    if (rnn_backend_supports(backend, &model, &shape, &(rnn_plan_options){.threads = threads},
                             &error) == RNN_OK)
        for (size_t i = 0; tried >= 0 && i < sizeof distances / sizeof *distances; i++) {
            const rnn_strides far = distances[i];
            const bool has_room = try_distances(&c, far, dense) && try_distances(&c, dense, far) &&
                                  try_distances(&c, far, far);
            tried = has_room ? tried + 3 : -1;
        }
    case_destroy(c.reference);
    return tried;
}

int main(int argc, char **argv) {
    static const char *const problems[] = {
        "simple_rnn/N:3/T:4/D:5/U:9",
        "simple_rnn/N:3/T:4/D:5/U:9/direction:backward/state:1",
        "simple_rnn/N:3/T:4/D:5/U:9/output:last",
        "lstm/N:3/T:4/D:5/U:9/state:1",
        "lstm/N:3/T:4/D:5/U:9/direction:backward/output:last",
        "lstm/N:3/T:4/D:5/U:9/direction:bidirectional/merge:ave",
        "lstm/N:3/T:4/D:5/U:9/direction:bidirectional/merge:none",
        "lstm/N:3/T:4/D:5/U:9+8/direction:bidirectional",
        "lstm/N:3/T:4/D:5/U:9/mask:holes",
        "gru/N:3/T:4/D:5/U:9/state:1",
        "gru/N:3/T:4/D:5/U:9/reset_after:0/direction:backward",
        "gru/N:3/T:4/D:5/U:9/dense:7",
        "lstm/N:3/T:4/D:5/U:9/output:last/dense:7",
    };
    if (argc != 2)
        return 2;
    const rnn_backend_info info = require_backend(argv[1]);
    int tried = 0;
    if (sizeof(size_t) < 8) {
        printf("skipped: an address space of 32 bits has no such rows\n");
        return TEST_SKIPPED;
    }
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        for (int threads = 1; threads <= (info.threaded ? MOST_THREADS : 1); threads++) {
            const int more = try_problem(info.name, problems[i], threads);
            if (more < 0) {
                printf("skipped: no room for mappings of some gigabytes\n");
                return TEST_SKIPPED;
            }
            tried += more;
        }
    printf("%s: %d runs\n", info.name, tried);
    return tried == 0;
}
