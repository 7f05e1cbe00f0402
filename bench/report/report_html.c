/* SPDX-License-Identifier: MIT */
#include "bench/report/report_html.h"

#include "bench/base/text.h"
#include "bench/base/utf8.h"
#include "bench/report/report.h"

#include <math.h>
#include <string.h>

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
        const utf8_character c = utf8_next(&text);
        const char *escaped = escape(*c.bytes);
        if (escaped)
            fputs(escaped, to);
        else
            fwrite(c.bytes, 1, (size_t)c.length, to);
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
    if (isnan(ratio))
        fputs(DASH, to);
    else
        fprintf(to, "%.*f\xc3\x97", ratio_digits(ratio), ratio);
}

void html_ratios(FILE *to, double low, double high) {
    if (isfinite(low))
        fprintf(to, "%.*f\xe2\x80\x93", ratio_digits(low), low);
    html_ratio(to, isfinite(low) ? high : NAN);
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

void html_headings(FILE *to, const html_column *columns, int count) {
    for (int i = 0; i < count; i++) {
        fprintf(to, "<th scope=\"col\"%s>", columns[i].is_number ? " class=\"n\"" : "");
        html_text(to, columns[i].title);
        fputs("</th>", to);
    }
}

void html_head(FILE *to, const html_column *columns, int count) {
    fputs("<thead><tr>", to);
    html_headings(to, columns, count);
    fputs("</tr></thead>\n<tbody>\n", to);
}

void html_mark(FILE *to, int style) {
    fprintf(to, "<i class=\"k%d%s\"></i>", style % REPORT_COLOURS,
            style >= REPORT_COLOURS ? " ring" : "");
}
