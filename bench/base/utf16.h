/* SPDX-License-Identifier: MIT
 * Files that a Windows shell has written. */
#ifndef BENCH_UTF16_H
#define BENCH_UTF16_H

#include <stddef.h>

/* Turns a text into UTF-8 where a byte-order mark says that it is UTF-16, as `>` of a Windows shell
 * writes it; any other text stays as it is. The result ends with a NUL. A text in UTF-16 is freed,
 * also where memory ran out and NULL is returned. */
char *utf16_to_utf8(char *text, size_t *size);

#endif
