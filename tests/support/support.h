/* SPDX-License-Identifier: MIT
 * What the test programs share. */
#ifndef RNN_TESTS_SUPPORT_H
#define RNN_TESTS_SUPPORT_H

#include "kernels/rnn.h"

/* Meson's exit status of a test that could not run here. */
enum { TEST_SKIPPED = 77 };

/* Exits with TEST_SKIPPED and the reason where this build or CPU lacks the backend, and with 1
 * where there is no such backend at all. */
rnn_backend_info require_backend(const char *name);

/* Exits with 1 where memory is out. Zeroed, RNN_ALIGNMENT-aligned, never NULL; free() it. */
void *test_alloc(size_t bytes);

double seconds_now(void);

/* From here, or from the next call on, what a test does takes no longer than some 25 seconds: else
 * it fails with a line that says so rather than hang. Runs of a trial call it by themselves. `text`
 * says what is being tried, NULL: the same as before. */
void expect_an_end(const char *text);

/* Runs have the threads that their plan is for, however few cores there are here, but where this is
 * true: else no machine of two cores would try a team of three. */
extern bool test_threads_are_limited;
/* Otherwise, no more than these, as if a control group or an affinity left no more. */
extern int test_threads_given;

/* Cores that plans are made for, by the cost model and by auto; 0: those that there are. */
extern int test_cores;
/* Whether anybody has; not in a unity build, where these functions cannot be replaced. */
extern bool test_cores_were_asked;

/* What the last run asked for that had a choice, and what it got. */
extern _Thread_local int test_threads_asked, test_threads_had;

#endif
