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

/* Returns memory that is zeroed and aligned to RNN_ALIGNMENT, to be freed by free(). Exits with 1
 * where memory is out. */
void *test_alloc(size_t bytes);

double seconds_now(void);

/* Limits what a test does from here, or from the next call on, to some 25 seconds. A test that
 * takes longer fails with a line that says so, rather than hang. Runs of a trial call this by
 * themselves. `text` says what is being tried; with NULL it is the same as before. */
void expect_an_end(const char *text);

/* Whether runs have no more threads than there are cores here. Where this is false they have the
 * threads that their plan is for, because no machine of two cores would otherwise try a team of
 * three. */
extern bool test_threads_are_limited;
/* Where test_threads_are_limited is false, the most threads that a run has, as if a control group
 * or an affinity left no more. */
extern int test_threads_given;

/* How many cores the cost model and auto make plans for; 0: those that there are. */
extern int test_cores;
/* Whether anybody has asked for the cores. Not so in a unity build, where these functions cannot be
 * replaced. */
extern bool test_cores_were_asked;

/* What the last run that had a choice asked for, and what it got. */
extern _Thread_local int test_threads_asked, test_threads_had;

#endif
