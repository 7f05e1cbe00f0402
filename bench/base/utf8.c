/* SPDX-License-Identifier: MIT */
#include "bench/base/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd";

/* The forms of a character by its length. The least code of each form keeps out what a shorter form
 * could have said. */
static const struct {
    unsigned char mask, lead;
    unsigned least;
} forms[] = {{0x80, 0x00, 0x01}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
enum { LONGEST = sizeof forms / sizeof *forms };

/* Returns how many bytes make a code by the rules of UTF-8, or 0 where there is none. */
static int decode(const unsigned char *bytes, unsigned *code) {
    int length = 1;
    while (length <= LONGEST && (bytes[0] & forms[length - 1].mask) != forms[length - 1].lead)
        length++;
    if (length > LONGEST)
        return 0;
    *code = bytes[0] & (unsigned char)~forms[length - 1].mask;
    for (int i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (bytes[i] & 0x3f);
    }
    return *code >= forms[length - 1].least ? length : 0;
}

static bool is_between(unsigned value, unsigned least, unsigned most) {
    return value >= least && value <= most;
}

static bool is_character(unsigned code) {
    return code <= 0x10ffff && !is_between(code, 0xd800, 0xdfff);
}

static bool may_be_shown(unsigned code) {
    const bool is_control = code < 0x20 || is_between(code, 0x7f, 0x9f);
    const bool has_no_meaning = (code & 0xfffe) == 0xfffe || is_between(code, 0xfdd0, 0xfdef);
    return is_character(code) && !is_control && !has_no_meaning;
}

int utf8_length(const char *text) {
    unsigned code;
    const int length = decode((const unsigned char *)text, &code);
    return length && is_character(code) ? length : 0;
}

utf8_character utf8_next(const char **text) {
    const char *start = *text;
    unsigned code;
    if (!*start)
        return (utf8_character){"", 0};
    const int length = decode((const unsigned char *)start, &code);
    *text += length ? length : 1;
    if (length && may_be_shown(code))
        return (utf8_character){start, length};
    if (strchr("\t\n\r", *start))
        return (utf8_character){" ", 1};
    return (utf8_character){replacement, sizeof replacement - 1};
}

char *utf8_clean(const char *text) {
    char *clean = malloc((sizeof replacement - 1) * strlen(text) + 1);
    if (!clean)
        return NULL;
    size_t used = 0;
    for (utf8_character c = utf8_next(&text); c.length; c = utf8_next(&text)) {
        memcpy(clean + used, c.bytes, (size_t)c.length);
        used += (size_t)c.length;
    }
    clean[used] = '\0';
    return clean;
}

/* ---- UTF-16 --------------------------------------------------------------------------------- */

typedef struct utf16_reader {
    const unsigned char *at, *end;
    bool big; /* the high byte comes first */
} utf16_reader;

static unsigned next_unit(utf16_reader *from) {
    const unsigned first = from->at[0], second = from->at[1];
    from->at += 2;
    return from->big ? first << 8 | second : second << 8 | first;
}

/* Returns the next character, or U+FFFD for half of a pair. */
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

/* Returns how many bytes were written, which are at most 3 for each unit of UTF-16. */
static size_t put_utf8(char *to, unsigned c) {
    const int length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = length - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(marks[length] | c);
    return (size_t)length;
}

char *utf8_from_utf16(char *text, size_t *size) {
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
