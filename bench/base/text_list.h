/* SPDX-License-Identifier: MIT
 * Texts in one, with a separator between them: "naive,avx2". */
#ifndef BENCH_TEXT_LIST_H
#define BENCH_TEXT_LIST_H

#include <stdbool.h>

bool text_list_has(const char *list, const char *separator, const char *item);

#endif
