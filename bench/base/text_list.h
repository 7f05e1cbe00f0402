/* SPDX-License-Identifier: MIT
 * Lists that are one text, with a separator between the items, as in "naive,avx2". */
#ifndef BENCH_TEXT_LIST_H
#define BENCH_TEXT_LIST_H

#include <stdbool.h>

/* Whether the list has this item. */
bool text_list_has(const char *list, const char *separator, const char *item);

#endif
