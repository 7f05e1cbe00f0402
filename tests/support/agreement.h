/* SPDX-License-Identifier: MIT
 * Whether two runs gave the same. The first difference is kept as a text. */
#ifndef RNN_TESTS_AGREEMENT_H
#define RNN_TESTS_AGREEMENT_H

#include "tests/support/trial.h"

typedef enum precision {
    SAME_BITS,
    CLOSE /* equal up to the order in which sums are formed */
} precision;

bool rows_agree(const char *what, const float *a, const float *b, int count, precision how);

bool final_states_agree(const runnable *a, int a_row, const runnable *b, int b_row, precision how);

/* Compares y and, where there is one, y_backward. */
bool outputs_agree(const runnable *a, int a_row, int a_step, const runnable *b, int b_row,
                   int b_step, precision how);

/* Compares every output of every row. */
bool trials_agree(const runnable *a, const runnable *b, precision how);

void disagreement(const char *text);
const char *last_disagreement(void);

#endif
