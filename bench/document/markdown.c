/* SPDX-License-Identifier: MIT */
#include "bench/document/markdown.h"

#include "bench/base/utf8.h"

#include <ctype.h>
#include <string.h>

void markdown_text(FILE *to, const char *text) {
    for (utf8_character c = utf8_next(&text); c.length; c = utf8_next(&text)) {
        if (*c.bytes == '<')
            fputs("&lt;", to);
        else if (*c.bytes == '&')
            fputs("&amp;", to);
        else if (strchr("|\\`*_[]~", *c.bytes))
            fprintf(to, "\\%c", *c.bytes);
        else
            fwrite(c.bytes, 1, (size_t)c.length, to);
    }
}

void markdown_link(FILE *to, const char *name, const char *path) {
    fputc('[', to);
    markdown_text(to, name);
    fputs("](", to);
    for (; *path; path++)
        fprintf(to, isalnum((unsigned char)*path) || strchr("/.-_~", *path) ? "%c" : "%%%02X",
                (unsigned char)*path);
    fputc(')', to);
}
