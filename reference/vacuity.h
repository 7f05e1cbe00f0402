/* SPDX-License-Identifier: MIT
 *
 * Whether a comparison with these expected outputs would prove anything. */
#ifndef RNN_REFERENCE_VACUITY_H
#define RNN_REFERENCE_VACUITY_H

#include "reference/outputs.h"

enum { VACUITY_TEXT_SIZE = 160 };

/* Returns true, and a text that says why, where a comparison would prove little: most of an output
 * is 0, so that what is computed wrong before a factor of 0 does not show; or it is saturated; or
 * it has grown so large that it tells of the recurrence and not of the implementation. Steps that
 * do not count are left out. */
bool vacuity_find(const problem *problem, const run_arrays *arrays,
                  const expected_outputs *expected, char text[VACUITY_TEXT_SIZE]);

#endif
