/* SPDX-License-Identifier: MIT
 * Rows of a run computed once more: alone, or among others, in one call or in several with carried
 * state, on some threads. */
#ifndef RNN_TESTS_SAME_BITS_VIEW_H
#define RNN_TESTS_SAME_BITS_VIEW_H

#include "tests/kernels/same_bits_draw.h"

enum { VIEW_ROWS = DRAWN_ROWS + 8 };

typedef enum company { ALONE, AMONG_OTHERS, ALL_TOGETHER, COMPANY_COUNT } company_kind;

typedef struct view {
    const char *backend;
    const runnable *whole; /* is filled and has been run */
    company_kind company;
    problem problem;       /* has all steps, with the batch and the layout of this view */
    int source[VIEW_ROWS]; /* for each row its row in `whole`; -1: another sequence */
    int parts, ends[DRAWN_STEPS];
    bool in_place; /* whether final states go where the initial ones are */
    int threads, cores_at_creation, threads_at_run;
    uint64_t state; /* state of the numbers of the other rows */

    /* Numbers of y that were compared, and those of them that are finite and not 0. */
    long long compared, finite;
} view;

void view_draw(view *v, company_kind company, const char *backend, bool threaded,
               const runnable *whole, uint64_t *state);

/* Runs the view and compares. Returns false where some bits differ; last_difference() then tells
 * which. */
bool view_holds(view *v);

/* Room for a text such as "among others, 7 rows, 3 parts, 4 threads planned on 2 cores, run on
 * 4". */
enum { VIEW_TEXT_SIZE = 160 };
void view_describe(const view *v, char text[VIEW_TEXT_SIZE]);

/* Compares all outputs of two runs of one trial. Any NaN is as good as another. */
bool same_outputs(const runnable *a, const runnable *b);
const char *last_difference(void);

#endif
