/* SPDX-License-Identifier: MIT
 *
 * A case: a problem filled with numbers, the output that is right, and the tolerance. Used by the
 * tests and by the benchmark alike: nothing is timed that was not compared here first.
 */
#ifndef RNN_REFERENCE_CASES_H
#define RNN_REFERENCE_CASES_H

#include "reference/runnable.h"

typedef struct reference_case reference_case;

/* Inputs and weights come from the problem's string and `seed` alone, so every backend sees the
 * same bytes. Computes the expected outputs with the oracle and the tolerance from naive's error.
 * RNN_INVALID_ARGUMENT: the problem is not valid (or values:exact would leave the exact range);
 * RNN_OUT_OF_MEMORY. */
rnn_status case_create(reference_case **out, const problem *problem, uint64_t seed,
                       rnn_error *error);
/* The same, with inputs that `alter` has changed each time they were drawn: what of them proves
 * little is then taken as it is. */
typedef void case_alter(run_arrays *arrays, const problem *problem, void *data);
rnn_status case_create_altered(reference_case **out, const problem *problem, uint64_t seed,
                               case_alter *alter, void *data, rnn_error *error);
void case_destroy(reference_case *reference_case); /* accepts NULL */

/* The problem with the inputs, and the outputs that case_compare judges; without a plan. */
const runnable *case_run(const reference_case *reference_case);

typedef struct case_verdict {
    bool passed;
    double max_error;   /* largest |output - expected| over every output and final state */
    double worst_ratio; /* largest error / tolerance; above 1 is a mismatch */
    double tolerance;   /* at the element of that ratio */
    size_t compared;    /* elements */
    char text[1024];    /* "" if passed; else one line: where, got, expected, how to repeat it */
} case_verdict;

/* Fills the outputs of case_run with NaN. */
void case_clear_outputs(reference_case *reference_case);
/* Judges what case_run's outputs hold now. `backend` and `threads` are for the text only. */
void case_compare(const reference_case *reference_case, const char *backend, int threads,
                  case_verdict *verdict);

/* Creates a plan, runs it on NaN-filled outputs, compares; also fails if inputs, mask or the
 * floating-point control word changed. Under GUARD_BEFORE it runs and compares twice, since a plan
 * may read its weights in another order then. RNN_UNSUPPORTED and RNN_UNAVAILABLE are the backend's
 * own answers and not mismatches. A touched guard page is a crash. */
rnn_status case_check(reference_case *reference_case, const char *backend, int threads,
                      case_guard guard, case_verdict *verdict, rnn_error *error);

#endif
