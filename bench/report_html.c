/* SPDX-License-Identifier: MIT */
#include "report_html.h"

#include "report.h"
#include "time_text.h"

#include <math.h>
#include <string.h>

/* Bytes of the UTF-8 character at `text`, 0 where there is none: not by its rules, or a control
 * character, which XML and HTML forbid. */
static int character_length(const unsigned char *text) {
    static const struct {
        unsigned char mask, lead;
        unsigned least;
    } forms[] = {
        {0x80, 0x00, 0x20}, {0xe0, 0xc0, 0xa0}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (int length = 1; length <= 4; length++) {
        if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        unsigned code = text[0] & (unsigned char)~forms[length - 1].mask;
        for (int i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        const bool surrogate = code >= 0xd800 && code <= 0xdfff;
        const bool non_character = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
        if (code < forms[length - 1].least || code == 0x7f || code > 0x10ffff || surrogate ||
            non_character)
            return 0;
        return length;
    }
    return 0;
}

static const char *escape(char character) {
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '`':
        return "&#96;";
    default:
        return NULL;
    }
}

void html_text(FILE *to, const char *text) {
    const char *end = text + HTML_TEXT_MAX;
    while (*text && text < end) {
        const int length = character_length((const unsigned char *)text);
        const char *escaped = escape(*text);
        if (escaped)
            fputs(escaped, to);
        else if (length > 0)
            fwrite(text, 1, (size_t)length, to);
        else
            fputs(strchr("\t\n\r", *text) ? " " : "\xef\xbf\xbd", to);
        text += length > 0 ? length : 1;
    }
    if (*text)
        fputs("\xe2\x80\xa6", to);
}

#define DASH "\xe2\x80\x93"

void html_time(FILE *to, double seconds) {
    char text[16];
    if (isnan(seconds)) {
        fputs(DASH, to);
        return;
    }
    time_text(seconds, text);
    char *micro = strstr(text, "us");
    if (micro)
        fprintf(to, "%.*s\xc2\xb5s", (int)(micro - text), text);
    else
        fputs(text, to);
}

void html_number(FILE *to, const char *format, double value) {
    if (isnan(value))
        fputs(DASH, to);
    else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        fprintf(to, format, value);
#pragma GCC diagnostic pop
}

void html_ratio(FILE *to, double ratio) {
    const int digits = ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
    if (isnan(ratio))
        fputs(DASH, to);
    else
        fprintf(to, "%.*f\xc3\x97", digits, ratio);
}

void html_percent(FILE *to, double share) {
    if (isnan(share))
        fputs(DASH, to);
    else
        fprintf(to, "%.*f%%", share < 0.9995 ? 1 : 0, 100 * share);
}

void html_count(FILE *to, int count, const char *noun) {
    fprintf(to, "%d %s%s", count, noun, count == 1 ? "" : "s");
}

void html_mark(FILE *to, int style) {
    fprintf(to, "<i class=\"k%d%s\"></i>", style % REPORT_COLOURS,
            style >= REPORT_COLOURS ? " ring" : "");
}
