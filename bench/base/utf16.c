/* SPDX-License-Identifier: MIT */
#include "bench/base/utf16.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct utf16_reader {
    const unsigned char *at, *end;
    bool big; /* the high byte comes first */
} utf16_reader;

static unsigned next_unit(utf16_reader *from) {
    const unsigned first = from->at[0], second = from->at[1];
    from->at += 2;
    return from->big ? first << 8 | second : second << 8 | first;
}

static bool is_between(unsigned value, unsigned least, unsigned most) {
    return value >= least && value <= most;
}

/* U+FFFD of half a pair. */
static unsigned next_character(utf16_reader *from) {
    const unsigned unit = next_unit(from);
    if (!is_between(unit, 0xd800, 0xdfff))
        return unit;
    if (unit >= 0xdc00 || from->end - from->at < 2)
        return 0xfffd;
    utf16_reader ahead = *from;
    const unsigned low = next_unit(&ahead);
    if (!is_between(low, 0xdc00, 0xdfff))
        return 0xfffd;
    *from = ahead;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* Returns how many bytes were written, at most 3 a unit. */
static size_t put_utf8(char *to, unsigned c) {
    const int length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = length - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(marks[length] | c);
    return (size_t)length;
}

char *utf16_to_utf8(char *text, size_t *size) {
    const unsigned char *bytes = (const unsigned char *)text;
    const bool big = *size >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff;
    const bool little = *size >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe;
    if (!big && !little)
        return text;
    utf16_reader from = {bytes + 2, bytes + *size, big};
    char *decoded = malloc(*size / 2 * 3 + 1);
    size_t used = 0;
    while (decoded && from.end - from.at >= 2)
        used += put_utf8(decoded + used, next_character(&from));
    if (decoded)
        decoded[used] = '\0';
    free(text);
    *size = used;
    return decoded;
}
