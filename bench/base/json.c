/* SPDX-License-Identifier: MIT */
#include "bench/base/json.h"

#include "bench/base/utf8.h"

#include <math.h>
#include <stdio.h>

void json_text(const char *text) {
    putchar('"');
    for (utf8_character c = utf8_next(&text); c.length; c = utf8_next(&text)) {
        if (*c.bytes == '"' || *c.bytes == '\\')
            putchar('\\');
        fwrite(c.bytes, 1, (size_t)c.length, stdout);
    }
    putchar('"');
}

void json_comma(bool first) {
    if (!first)
        fputs(", ", stdout);
}

void json_named_text(const char *name, const char *text) {
    json_text(name);
    fputs(": ", stdout);
    json_text(text);
}

void json_number(const char *name, double value) {
    json_text(name);
    printf(": %.17g", isfinite(value) ? value : 1e300);
}

void json_flag(const char *name, bool value) {
    json_text(name);
    printf(": %s", value ? "true" : "false");
}
