/* SPDX-License-Identifier: MIT */
#ifndef BENCH_UTF16_H
#define BENCH_UTF16_H

#include <stddef.h>

/* The text as UTF-8 where a byte-order mark says that it is UTF-16, as `>` of a Windows shell
 * writes it; any other text as it is. Ends with a NUL; the old text is freed. NULL: no memory. */
char *utf16_to_utf8(char *text, size_t *size);

#endif
