/* SPDX-License-Identifier: MIT */
#include "bench/base/json_span.h"

#include "bench/base/fail.h"
#include "bench/base/utf8.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 2048

/* ---- Checking -------------------------------------------------------------------------------- */

typedef struct checker {
    char *at, *end;
    const char *why; /* what is wrong; NULL while all is well */
    int mended, depth;
    char closing[MAX_DEPTH]; /* the brackets that will close what is open */
} checker;

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_blanks(checker *c) {
    while (c->at < c->end && is_blank(*c->at))
        c->at++;
}

static bool wrong(checker *c, const char *why) {
    c->why = why;
    return false;
}

static bool unexpected(checker *c) {
    return wrong(c, c->at == c->end ? "it ends too early" : "unexpected character");
}

static bool check_escape(checker *c) {
    const char kind = *++c->at;
    if (!kind || !strchr("\"\\/bfnrtu", kind))
        return wrong(c, c->at == c->end ? "it ends too early" : "invalid escape");
    for (int i = 0; kind == 'u' && i < 4; i++)
        if (!isxdigit((unsigned char)*++c->at))
            return wrong(c, "invalid escape");
    c->at++;
    return true;
}

static bool check_string(checker *c) {
    if (*c->at != '"')
        return unexpected(c);
    c->at++;
    while (c->at < c->end && *c->at != '"') {
        if (*c->at == '\\') {
            if (!check_escape(c))
                return false;
            continue;
        }
        const unsigned char first = (unsigned char)*c->at;
        const int length = first < 0x20 ? 0 : first < 0x80 ? 1 : utf8_length(c->at);
        if (length == 0) {
            *c->at = '?';
            c->mended++;
        }
        c->at += length ? length : 1;
    }
    if (c->at == c->end)
        return unexpected(c);
    c->at++;
    return true;
}

static bool skip_digits(checker *c) {
    const char *first = c->at;
    while (isdigit((unsigned char)*c->at))
        c->at++;
    return c->at > first;
}

static bool skip_word(checker *c, const char *word) {
    const size_t length = strlen(word);
    if (strncmp(c->at, word, length) != 0)
        return false;
    c->at += length;
    return true;
}

static bool skip_number(checker *c) {
    if (*c->at == '-')
        c->at++;
    if (skip_word(c, "NaN") || skip_word(c, "Infinity"))
        return true;
    const bool leading_zero = *c->at == '0' && isdigit((unsigned char)c->at[1]);
    if (leading_zero || !skip_digits(c))
        return false;
    if (*c->at == '.' && (c->at++, !skip_digits(c)))
        return false;
    if (*c->at != 'e' && *c->at != 'E')
        return true;
    c->at++;
    if (*c->at == '-' || *c->at == '+')
        c->at++;
    return skip_digits(c);
}

static bool check_scalar(checker *c) {
    if (*c->at == '"')
        return check_string(c);
    return skip_word(c, "true") || skip_word(c, "false") || skip_word(c, "null") ||
           skip_number(c) || unexpected(c);
}

static bool check_name(checker *c) {
    skip_blanks(c);
    if (!check_string(c))
        return false;
    skip_blanks(c);
    if (*c->at != ':')
        return unexpected(c);
    c->at++;
    return true;
}

/* Closes what ends here, and goes on to what is behind it, or behind a comma to the next value. */
static bool check_end(checker *c) {
    for (;;) {
        skip_blanks(c);
        if (c->depth == 0)
            return true;
        const char closing = c->closing[c->depth - 1];
        if (*c->at == ',') {
            c->at++;
            return closing == ']' || check_name(c);
        }
        if (*c->at != closing)
            return unexpected(c);
        c->at++;
        c->depth--;
    }
}

/* Checks a value without recursion, which a hostile text could drive to any depth. */
static bool check_value(checker *c) {
    do {
        skip_blanks(c);
        if (*c->at != '{' && *c->at != '[') {
            if (!check_scalar(c) || !check_end(c))
                return false;
            continue;
        }
        if (c->depth == MAX_DEPTH)
            return wrong(c, "maximum parsing depth reached");
        const char closing = *c->at++ == '{' ? '}' : ']';
        c->closing[c->depth++] = closing;
        skip_blanks(c);
        if (*c->at == closing ? !check_end(c) : closing == '}' && !check_name(c))
            return false;
    } while (c->depth > 0);
    return true;
}

bool json_open(char *text, size_t size, json_span *root, int *mended, rnn_error *error) {
    static const char mark[] = "\xef\xbb\xbf";
    const size_t skipped = strncmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
    checker c = {.at = text + skipped, .end = text + size};
    skip_blanks(&c);
    *root = (json_span){.start = c.at};
    bool ok = check_value(&c);
    root->length = (size_t)(c.at - root->start);
    *mended = c.mended;
    if (ok && c.at != c.end)
        ok = wrong(&c, "something follows it");
    int line = 1;
    for (const char *at = text; !ok && at < c.at && at < c.end; at++)
        line += *at == '\n';
    return ok || fail(error, "not JSON, or only a part of it: line %d: %s", line, c.why);
}

/* ---- Reading what was checked ---------------------------------------------------------------- */

bool json_is_object_span(json_span value) {
    return value.start && *value.start == '{';
}

bool json_is_list_span(json_span value) {
    return value.start && *value.start == '[';
}

bool json_is_text_span(json_span value) {
    return value.start && *value.start == '"';
}

bool json_is_number_span(json_span value) {
    return value.start && (isdigit((unsigned char)*value.start) || strchr("-NI", *value.start));
}

bool json_is_span(json_span value, const char *text) {
    return value.start && value.length == strlen(text) &&
           memcmp(value.start, text, value.length) == 0;
}

static const char *skip_text(const char *at) {
    while (*++at != '"')
        at += *at == '\\';
    return at + 1;
}

static const char *skip_brackets(const char *at) {
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_text(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    } while (depth > 0);
    return at;
}

static json_span value_at(const char *at) {
    const char *end = at;
    if (*at == '"')
        end = skip_text(at);
    else if (*at == '{' || *at == '[')
        end = skip_brackets(at);
    else
        while (*end && !is_blank(*end) && !strchr(",]}:", *end))
            end++;
    return (json_span){at, (size_t)(end - at)};
}

json_cursor json_inside(json_span value) {
    return (json_cursor){value.start + 1};
}

bool json_next_item(json_cursor *cursor, json_span *item) {
    while (is_blank(*cursor->at) || *cursor->at == ',' || *cursor->at == ':')
        cursor->at++;
    if (*cursor->at == ']' || *cursor->at == '}')
        return false;
    *item = value_at(cursor->at);
    cursor->at = item->start + item->length;
    return true;
}

bool json_next_member(json_cursor *cursor, json_span *name, json_span *value) {
    return json_next_item(cursor, name) && json_next_item(cursor, value);
}

json_span json_first_member(json_span object, const char *name) {
    json_cursor cursor = json_inside(object);
    json_span found, value;
    while (json_next_member(&cursor, &found, &value))
        if (json_text_is(found, name))
            return value;
    return (json_span){NULL, 0};
}

bool json_text_is(json_span text, const char *wanted) {
    const size_t length = strlen(wanted);
    return json_is_text_span(text) && text.length == length + 2 &&
           memcmp(text.start + 1, wanted, length) == 0;
}

double json_number_of(json_span value) {
    return json_scaled_number_of(value, 0);
}

double json_scaled_number_of(json_span value, int exponent) {
    char text[400];
    if (!json_is_number_span(value) || value.length > sizeof text - 16)
        return NAN;
    const char *old = memchr(value.start, 'e', value.length);
    if (!old)
        old = memchr(value.start, 'E', value.length);
    const size_t digits = old ? (size_t)(old - value.start) : value.length;
    const long power = old ? strtol(old + 1, NULL, 10) : 0;
    if (labs(power) > 100000)
        return NAN;
    snprintf(text, sizeof text, "%.*se%ld", (int)digits, value.start, power + exponent);
    char *end;
    const double number = strtod(text, &end);
    return !*end && isfinite(number) ? number : NAN;
}

char *json_text_of(json_span value, text_pool *pool) {
    if (!json_is_text_span(value))
        return NULL;
    if (!memchr(value.start, '\\', value.length))
        return text_pool_add(pool, value.start + 1, value.length - 2);
    json_t *text = json_loadb(value.start, value.length, JSON_DECODE_ANY, NULL);
    char *copy =
        text ? text_pool_add(pool, json_string_value(text), json_string_length(text)) : NULL;
    json_decref(text);
    return copy;
}

const char *json_shown_text_of(json_span value, text_pool *pool) {
    const char *text = value.start ? json_text_of(value, pool) : NULL;
    return text ? text : text_pool_add(pool, "?", value.start ? 1 : 0);
}

int json_compare_texts(json_span a, json_span b) {
    const int order = memcmp(a.start, b.start, a.length < b.length ? a.length : b.length);
    return order ? order : (a.length > b.length) - (a.length < b.length);
}
