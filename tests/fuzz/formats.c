/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/formats.h"

#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* jansson knows what UTF-8 is. */
void formats_check_text(const char *text, size_t size) {
    json_t *string = json_stringn(text, size);
    FUZZ_CHECK(size == 0 || string, "not UTF-8:\n%.*s", (int)size, text);
    json_decref(string);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK((unsigned char)text[i] >= ' ' || text[i] == '\n' || text[i] == '\r',
                   "byte %zu is %d", i, text[i]);
}

/* ---- CSV ------------------------------------------------------------------------------------ */

/* Reads one field into `to`, if that is given, and moves behind its comma or line. Returns true
 * where the record ends. */
static bool read_field(const char **at, const char *end, FILE *to) {
    const bool quoted = *at < end && **at == '"';
    *at += quoted;
    for (;; ++*at) {
        FUZZ_CHECK(*at < end, "the CSV ends within a record");
        if (quoted && **at == '"') {
            ++*at;
            FUZZ_CHECK(*at < end, "the CSV ends within a record");
            if (**at != '"')
                break;
        } else if (!quoted && (**at == ',' || **at == '\r')) {
            break;
        }
        FUZZ_CHECK(quoted || (**at != '"' && **at != '\n'), "a quote or a line end without quotes");
        if (to)
            fputc(**at, to);
    }
    if (**at == ',') {
        ++*at;
        return false;
    }
    FUZZ_CHECK(end - *at >= 2 && (*at)[0] == '\r' && (*at)[1] == '\n', "no end of a record");
    *at += 2;
    return true;
}

static void check_csv(const char *text, size_t size) {
    const char *at = text, *end = text + size;
    int expected = 0;
    while (at < end) {
        int fields = 1;
        while (!read_field(&at, end, NULL))
            fields++;
        expected = expected ? expected : fields;
        FUZZ_CHECK(fields == expected, "%d fields, %d in the first record", fields, expected);
    }
}

char *formats_csv_field(const char *text, size_t size, int record, int field) {
    const char *at = text, *end = text + size;
    while (record > 0 && at < end)
        record -= read_field(&at, end, NULL);
    while (field > 0 && at < end && !read_field(&at, end, NULL))
        field--;
    if (at == end || field > 0)
        return NULL;
    char *value = NULL;
    size_t length;
    FILE *to = open_memstream(&value, &length);
    FUZZ_CHECK(to, "no memory");
    read_field(&at, end, to);
    fclose(to);
    return value;
}

/* ---- Markdown -------------------------------------------------------------------------------- */

static int count_cells(const char *line, const char *end) {
    int pipes = 0;
    for (; line < end; line++) {
        pipes += *line == '|';
        line += *line == '\\';
    }
    return pipes;
}

static void check_markdown(const char *text, size_t size) {
    const char *end = text + size;
    int expected = 0;
    for (const char *line = text, *next; line < end; line = next) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        next = stop < end ? stop + 1 : end;
        const int cells = *line == '|' ? count_cells(line, stop) : 0;
        FUZZ_CHECK(cells == 0 || expected == 0 || cells == expected, "%d cells, %d above: %.*s",
                   cells, expected, (int)(stop - line), line);
        expected = cells;
    }
}

/* ---- XML ------------------------------------------------------------------------------------- */

static const char *skip_name(const char *at) {
    while (isalpha((unsigned char)*at) || *at == '-')
        at++;
    return at;
}

/* Skips a character, or one of the five entities. A text has no other '&' and no '<'. */
static const char *skip_character(const char *at) {
    static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
    FUZZ_CHECK(*at && *at != '<', "not in a text: %.40s", at);
    if (*at != '&')
        return at + 1;
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strncmp(at, entities[i], strlen(entities[i])) == 0)
            return at + strlen(entities[i]);
    FUZZ_CHECK(false, "no entity: %.40s", at);
}

static const char *skip_attributes(const char *at) {
    while (*at == ' ') {
        const char *name = at + 1;
        at = skip_name(name);
        FUZZ_CHECK(at > name && at[0] == '=' && at[1] == '"', "no attribute: %.40s", name);
        for (at += 2; *at != '"';)
            at = skip_character(at);
        at++;
    }
    return at;
}

/* Returns the place behind the element, which may hold others. */
static const char *skip_element(const char *at) {
    const char *name = at + 1;
    const size_t length = (size_t)(skip_name(name) - name);
    FUZZ_CHECK(*at == '<' && length > 0, "no element: %.40s", at);
    at = skip_attributes(name + length);
    if (strncmp(at, "/>", 2) == 0)
        return at + 2;
    FUZZ_CHECK(*at == '>', "an element is not closed: %.40s", at);
    at++;
    while (strncmp(at, "</", 2) != 0)
        at = *at == '<' ? skip_element(at) : skip_character(at);
    FUZZ_CHECK(strncmp(at + 2, name, length) == 0 && at[2 + length] == '>', "another end: %.40s",
               at);
    return at + length + 3;
}

static void check_xml(const char *text) {
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    FUZZ_CHECK(strncmp(text, head, strlen(head)) == 0, "no head");
    FUZZ_CHECK(strcmp(skip_element(text + strlen(head)), "\n") == 0, "something follows the XML");
}

void formats_check(const char *format, const char *text, size_t size) {
    formats_check_text(text, size);
    if (strcmp(format, "csv") == 0) {
        check_csv(text, size);
    } else if (strcmp(format, "markdown") == 0) {
        check_markdown(text, size);
    } else if (strcmp(format, "junit") == 0) {
        check_xml(text);
    } else if (strcmp(format, "json") == 0) {
        json_error_t error;
        json_t *root = json_loadb(text, size, 0, &error);
        FUZZ_CHECK(root, "%s, line %d:\n%s", error.text, error.line, text);
        json_decref(root);
    }
}
