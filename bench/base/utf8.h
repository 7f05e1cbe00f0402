/* SPDX-License-Identifier: MIT
 * Text from anywhere, made fit to be shown: in JSON, XML and HTML, and on a terminal. */
#ifndef BENCH_UTF8_H
#define BENCH_UTF8_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct utf8_character {
    const char *bytes;
    int length; /* in bytes; 0 at the end of the text */
} utf8_character;

/* Returns the character at *text and moves *text behind it. Tabs and ends of lines become spaces.
 * Bytes that are not UTF-8, control characters, which XML forbids, and numbers that are no
 * character become U+FFFD. */
utf8_character utf8_next(const char **text);

/* Returns how many bytes the character has that starts here, or 0 where what starts here is not
 * UTF-8 or is a NUL. It reads no further than a NUL. */
int utf8_length(const char *text);

/* Returns a copy of the text that is made of such characters, which the caller frees, or NULL where
 * memory ran out. */
char *utf8_clean(const char *text);

/* Turns a text into UTF-8 where a byte-order mark says that it is UTF-16, as `>` of a Windows shell
 * writes it; any other text stays as it is. The result ends with a NUL. A text in UTF-16 is freed,
 * also where memory ran out and NULL is returned. */
char *utf8_from_utf16(char *text, size_t *size);

#ifdef __cplusplus
}
#endif

#endif
