/* SPDX-License-Identifier: MIT
 * Text from anywhere, made fit for documents: JSON, XML, HTML and a terminal. */
#ifndef BENCH_UTF8_H
#define BENCH_UTF8_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct utf8_character {
    const char *bytes;
    int length; /* 0: the text ends */
} utf8_character;

/* The character at *text, which moves behind it. Tabs and ends of lines become spaces; what is not
 * UTF-8, a control character, which XML forbids, or no character at all becomes U+FFFD. */
utf8_character utf8_next(const char **text);

/* A text of such characters; free() it. NULL: no memory. */
char *utf8_clean(const char *text);

#ifdef __cplusplus
}
#endif

#endif
