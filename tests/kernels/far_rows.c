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

typedef struct far_rows {
    float *floats;
    size_t bytes;
} far_rows;

/* N is 3 and T is 4. The first two distances lead beyond 2^31 bytes, the others beyond 2^31
 * floats. */
static const rnn_strides distances[] = {{.batch = 270000000, .time = 20},
                                        {.batch = 20, .time = 180000000},
                                        {.batch = 1100000000, .time = 20},
                                        {.batch = 20, .time = 750000000}};
static const rnn_strides dense = {0, 0};

/* Returns false where the system has no room for such a mapping. */
static bool map_rows(far_rows *rows, const problem *p, rnn_strides strides) {
    const size_t widest = 64;
    const size_t floats = (size_t)(p->batch - 1) * (size_t)strides.batch +
                          (size_t)(p->timesteps - 1) * (size_t)strides.time + widest;
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

/* Copies rows of a dense [N, steps, width] to far rows. */
static void scatter(const far_rows *to, rnn_strides strides, const float *from, int batch,
                    int steps, int width) {
    for (int n = 0; n < batch; n++)
        for (int t = 0; t < steps; t++, from += width)
            memcpy(to->floats + n * strides.batch + t * strides.time, from,
                   (size_t)width * sizeof *from);
}

static void gather(float *to, const far_rows *from, rnn_strides strides, int batch, int steps,
                   int width) {
    for (int n = 0; n < batch; n++)
        for (int t = 0; t < steps; t++, to += width)
            memcpy(to, from->floats + n * strides.batch + t * strides.time,
                   (size_t)width * sizeof *to);
}

/* ---- One run ----------------------------------------------------------------------------------
 */

typedef struct far_case {
    const char *backend;
    reference_case *reference;
    rnn_model model;
    rnn_shape shape;
    int threads;
} far_case;

static void fail(const far_case *c, const char *why) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(&case_run(c->reference)->problem, text);
    printf("FAILED %s: %s, x %td %td, y %td %td, threads %d: %s\n", c->backend, text,
           c->shape.x.batch, c->shape.x.time, c->shape.y.batch, c->shape.y.time, c->threads, why);
    exit(1);
}

static void run(const far_case *c, const rnn_io *io) {
    rnn_error error = {""};
    rnn_plan *plan;
    if (rnn_plan_create(&plan, c->backend, &c->model, &case_run(c->reference)->arrays.weights,
                        &c->shape, &(rnn_plan_options){.threads = c->threads}, &error) != RNN_OK)
        fail(c, error.text);
    void *scratch = test_alloc(rnn_plan_scratch_size(plan));
    if (rnn_plan_run(plan, io, scratch, &error) != RNN_OK)
        fail(c, error.text);
    free(scratch);
    rnn_plan_destroy(plan);
}

/* Tries far rows of x, of y or of both, where the others are dense. Returns false where there is no
 * room. */
static bool try_distances(far_case *c, rnn_strides x_strides, rnn_strides y_strides) {
    const problem *p = &case_run(c->reference)->problem;
    const rnn_io *own = &case_run(c->reference)->arrays.io;
    const int width = rnn_model_output_width(&c->model), features = c->model.layers[0].features;
    const int steps = rnn_model_returns_sequences(&c->model) ? p->timesteps : 1;
    far_rows x = {NULL, 0}, y = {NULL, 0}, y_backward = {NULL, 0};
    rnn_io io = *own;
    c->shape.x = x_strides;
    c->shape.y = y_strides;
    case_clear_outputs(c->reference);
    const bool has_room =
        (!x_strides.batch || map_rows(&x, p, x_strides)) &&
        (!y_strides.batch || map_rows(&y, p, y_strides)) &&
        (!y_strides.batch || !io.y_backward || map_rows(&y_backward, p, y_strides));
    if (has_room && x.floats) {
        scatter(&x, x_strides, own->x, p->batch, p->timesteps, features);
        io.x = x.floats;
    }
    if (has_room && y.floats) {
        io.y = y.floats;
        io.y_backward = y_backward.floats;
    }
    if (has_room)
        run(c, &io);
    if (has_room && y.floats)
        gather(own->y, &y, y_strides, p->batch, steps, width);
    if (has_room && y_backward.floats)
        gather(own->y_backward, &y_backward, y_strides, p->batch, steps, width);
    unmap_rows(&x);
    unmap_rows(&y);
    unmap_rows(&y_backward);
    if (!has_room)
        return false;
    case_verdict verdict;
    case_compare(c->reference, c->backend, c->threads, &verdict);
    if (!verdict.passed)
        fail(c, verdict.text);
    return true;
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
    c.model = problem_model(&case_run(c.reference)->problem);
    c.shape = problem_shape(&case_run(c.reference)->problem);
    int tried = 0;
    if (rnn_backend_supports(backend, &c.model, &c.shape, &(rnn_plan_options){.threads = threads},
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
