/* SPDX-License-Identifier: MIT
 *
 * Draws what the test of same bits is tried with, from a number alone. */
#ifndef RNN_TESTS_SAME_BITS_DRAW_H
#define RNN_TESTS_SAME_BITS_DRAW_H

#include "tests/support/trial.h"

/* The most that a case has. */
enum { DRAWN_ROWS = 40, DRAWN_STEPS = 40 };

/* Draws any option of a layer, stacks of unlike layers, weights larger than a cache, and rows with
 * numbers that are none. It creates `t`, fills it and moves *state on. */
void draw_trial(runnable *t, uint64_t *state);

/* Draws `count` numbers; now and then there is a NaN, an infinity, a huge or denormal number or -0
 * among them. */
void draw_numbers(float *numbers, size_t count, uint64_t *state);

#endif
