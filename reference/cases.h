/* SPDX-License-Identifier: MIT
 *
 * A case: a problem filled with numbers, the output that is right, and the tolerance. The tests and
 * the benchmark both use it, so nothing is timed that was not compared here first. */
#ifndef RNN_REFERENCE_CASES_H
#define RNN_REFERENCE_CASES_H

#include "reference/runnable.h"

typedef struct reference_case reference_case;

/* Inputs and weights come from the problem's string and `seed` alone, so every backend sees the
 * same bytes. The expected outputs are computed by the oracle, and the tolerance from naive's
 * error. Returns RNN_INVALID_ARGUMENT where the problem is not valid or values:exact would leave
 * the exact range, or RNN_OUT_OF_MEMORY. */
rnn_status case_create(reference_case **out, const problem *problem, uint64_t seed,
                       rnn_error *error);
/* As case_create, with inputs that `alter` has changed each time they were drawn. A case that would
 * prove little is then taken as it is. */
typedef void case_alter(run_arrays *arrays, const problem *problem, void *data);
rnn_status case_create_altered(reference_case **out, const problem *problem, uint64_t seed,
                               case_alter *alter, void *data, rnn_error *error);
void case_destroy(reference_case *reference_case); /* accepts NULL */

/* The problem with its inputs and with the outputs that case_compare judges. It has no plan. */
const runnable *case_run(const reference_case *reference_case);

typedef struct case_verdict {
    bool passed;
    double max_error;   /* largest |output - expected| over every output and final state */
    double worst_ratio; /* largest error / tolerance; above 1 is a mismatch */
    double tolerance;   /* tolerance at the element with that ratio */
    size_t compared;    /* how many elements were compared */
    char text[1024];    /* "" if it passed; else one line: where, got, expected, how to repeat it */
} case_verdict;

/* Fills the outputs of case_run with NaN. */
void case_clear_outputs(reference_case *reference_case);
/* Judges what the outputs of case_run hold now. `backend` and `threads` are for the text only. */
void case_compare(const reference_case *reference_case, const char *backend, int threads,
                  case_verdict *verdict);

/* Creates a plan, runs it on outputs full of NaN, and compares. It also fails if inputs, mask or
 * the floating-point control word changed. Under GUARD_BEFORE it runs and compares twice, since a
 * plan may read its weights in another order the second time. RNN_UNSUPPORTED and RNN_UNAVAILABLE
 * are the backend's own answers and not mismatches. Touching a guard page is a crash. */
rnn_status case_check(reference_case *reference_case, const char *backend, int threads,
                      case_guard guard, case_verdict *verdict, rnn_error *error);

#endif
