/* SPDX-License-Identifier: MIT
 *
 * JSON read where it stands: values are spans of the text, and nothing is built of them, so that
 * reading takes no memory, whatever the text holds. It allows what Google Benchmark adds to JSON:
 * NaN and Infinity, and several members of one name in an object. Results files are read so, as
 * jansson refuses the former, loses the latter and builds several times the file. Jansson reads
 * what is small, and it writes all JSON but the entries that `merge` copies.
 */
#ifndef BENCH_JSON_SPAN_H
#define BENCH_JSON_SPAN_H

#include "bench/base/text_pool.h"
#include "kernels/rnn.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct json_span {
    const char *start; /* NULL where there is no value */
    size_t length;
} json_span;

/* Checks the whole text, which ends with a NUL at `size`. A byte-order mark before it is skipped.
 * What no JSON text may hold in a string, which is control characters and what is not UTF-8,
 * becomes '?', and `*mended` receives how often. Returns false with line and reason in `error`. */
bool json_open(char *text, size_t size, json_span *root, int *mended, rnn_error *error);

bool json_is_object_span(json_span value);
bool json_is_list_span(json_span value);
bool json_is_text_span(json_span value);
bool json_is_number_span(json_span value); /* also of NaN and Infinity */
bool json_is_span(json_span value, const char *text);

/* Goes through the items of a list or the members of an object, one after the other. */
typedef struct json_cursor {
    const char *at;
} json_cursor;

json_cursor json_inside(json_span value);
bool json_next_item(json_cursor *cursor, json_span *item);
bool json_next_member(json_cursor *cursor, json_span *name, json_span *value);

/* Returns the value of the first member of this name, or a span without start. */
json_span json_first_member(json_span object, const char *name);
/* Whether the name of a member, or a text, is `wanted`, in which nothing needs an escape. */
bool json_text_is(json_span text, const char *wanted);

/* Compares two names or texts as they are written, by a result below, at or above 0. */
int json_compare_texts(json_span a, json_span b);

double json_number_of(json_span value); /* NAN where it is no finite number */
/* Returns the number times 10^exponent, rounded only once. */
double json_scaled_number_of(json_span value, int exponent);
/* Returns the text with its escapes resolved, or NULL where memory ran out or an escape stands for
 * no character. */
char *json_text_of(json_span value, text_pool *pool);
/* The same, but "?" where an escape stands for no character, "" where there is no span, and NULL
 * only where memory ran out. */
const char *json_shown_text_of(json_span value, text_pool *pool);

#endif
