/* SPDX-License-Identifier: MIT */
#include "tests/support/agreement.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char why[256];

void disagreement(const char *text) {
    snprintf(why, sizeof why, "%s", text);
}

const char *last_disagreement(void) {
    return why;
}

static bool agree(float a, float b, precision how) {
    if (how == SAME_BITS)
        return memcmp(&a, &b, sizeof a) == 0;
    double scale = fabs((double)a) > 1 ? fabs((double)a) : 1;
    return fabs((double)a - (double)b) <= 1e-5 * scale;
}

bool rows_agree(const char *what, const float *a, const float *b, int count, precision how) {
    for (int i = 0; i < count; i++)
        if (!agree(a[i], b[i], how)) {
            snprintf(why, sizeof why, "%s[%d]: %.9g against %.9g", what, i, (double)a[i],
                     (double)b[i]);
            return false;
        }
    return true;
}

bool final_states_agree(const runnable *a, int a_row, const runnable *b, int b_row, precision how) {
    for (int i = 0; i < trial_states(a); i++)
        if (!rows_agree("final state", trial_final(a, i, a_row), trial_final(b, i, b_row),
                        trial_state_units(a, i), how))
            return false;
    return true;
}

bool outputs_agree(const runnable *a, int a_row, int a_step, const runnable *b, int b_row,
                   int b_step, precision how) {
    int width = runnable_width(a);
    return rows_agree("y", trial_y(a, a_row, a_step), trial_y(b, b_row, b_step), width, how) &&
           (!trial_y_backward(a, 0, 0) ||
            rows_agree("y_backward", trial_y_backward(a, a_row, a_step),
                       trial_y_backward(b, b_row, b_step), width, how));
}

bool trials_agree(const runnable *a, const runnable *b, precision how) {
    for (int n = 0; n < a->problem.batch; n++) {
        for (int step = 0; step < runnable_steps(a); step++)
            if (!outputs_agree(a, n, step, b, n, step, how))
                return false;
        if (!final_states_agree(a, n, b, n, how))
            return false;
    }
    return true;
}
