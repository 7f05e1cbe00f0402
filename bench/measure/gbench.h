/* SPDX-License-Identifier: MIT
 *
 * Google Benchmark for C. Rows are registered, run together in random order with the wall clock and
 * the CPU time of all threads, and kept; what was kept can be had as text at any time. A batch is
 * one such run: register rows, gbench_run, and again for the next problem.
 */
#ifndef BENCH_GBENCH_H
#define BENCH_GBENCH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gbench_counter {
    const char *name;
    double value;
    bool per_second; /* value is the amount of one iteration; the row shows it over its time */
} gbench_counter;

#define GBENCH_MAX_COUNTERS 12

/* What the repetitions of one row say. Times are seconds an iteration, by the wall clock. */
typedef struct gbench_result {
    int repetitions; /* how many were measured; where it is 0, the rest says nothing */
    double median, min;
    double cv; /* the standard deviation divided by the mean */
    bool failed;
} gbench_result;

typedef struct gbench_row {
    const char *name;
    bool (*body)(void *data); /* runs one iteration; where it returns false, the row is dropped */
    void *data;
    const char *label;
    gbench_counter counters[GBENCH_MAX_COUNTERS];
    int counter_count;
    gbench_result *result; /* filled by gbench_run */
} gbench_row;

/* Who watches a batch. progress() is called after each measurement, when `done` of `total`
 * repetitions of the batch are over. */
typedef struct gbench_observer {
    void (*progress)(void *data, const char *row, int done, int total);
    void *data;
    const volatile sig_atomic_t *stop; /* once it is set, nothing more is measured */
} gbench_observer;

/* Must be called once, before anything else. Returns false where memory ran out. */
bool gbench_start(int repetitions, double min_time);
/* Adds a line to the context. Where memory runs out, gbench_json() will fail. */
void gbench_add_context(const char *key, const char *value);

/* What another program has measured of a row: one value a repetition, of one iteration each. */
typedef struct gbench_samples {
    const double *seconds, *cpu_seconds; /* seconds above 0 */
    int count;                           /* 1 or more */
    long iterations;                     /* of a repetition */
} gbench_samples;

/* Keeps a row that was measured already, and fills in its result; it has no body. */
bool gbench_add_samples(const gbench_row *row, const gbench_samples *samples);

/* Adds a row to the next batch. The row is copied, what it points to is not. */
bool gbench_add_row(const gbench_row *row);
bool gbench_run(const gbench_observer *observer);

/* Returns all batches so far as Google Benchmark's JSON, of *size bytes, which the caller frees.
 * Returns NULL where memory ran out. */
char *gbench_json(size_t *size);

#ifdef __cplusplus
}
#endif

#endif
