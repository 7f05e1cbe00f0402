/* SPDX-License-Identifier: MIT
 * A comparison as a document. */
#ifndef BENCH_COMPARE_DOCUMENT_H
#define BENCH_COMPARE_DOCUMENT_H

#include "bench/document/document.h"
#include "bench/results/comparison.h"

typedef struct compare_view {
    const timed_file *base, *next;   /* next is NULL: backends of one file */
    const char *anchor;              /* NULL: none */
    const against_choice *opponents; /* NULL: nobody is ours */
    comparison_order order;
    bool changed_only;
} compare_view;

/* Returns false where memory ran out. `columns` is to be freed after the document. */
bool compare_document(document *d, const comparison *c, const compare_view *view,
                      document_column **columns);

#endif
