/* SPDX-License-Identifier: MIT
 * Text from anywhere, made fit to be shown: in JSON, XML and HTML, and on a terminal. */
#ifndef BENCH_UTF8_H
#define BENCH_UTF8_H

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

/* Returns a copy of the text that is made of such characters, which the caller frees, or NULL where
 * memory ran out. */
char *utf8_clean(const char *text);

#ifdef __cplusplus
}
#endif

#endif
