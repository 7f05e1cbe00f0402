/* SPDX-License-Identifier: MIT
 *
 * JSON read where it stands: values are spans of the text, and nothing is built of them, so that
 * reading takes no memory, whatever the text holds. With what Google Benchmark adds to JSON: NaN
 * and Infinity, and members of one name in one object. Results files are read so, as jansson
 * refuses the former, loses the latter and builds several times the file. What is small it reads,
 * and it writes all JSON but the entries that `merge` copies.
 */
#ifndef BENCH_JSON_SPAN_H
#define BENCH_JSON_SPAN_H

#include "bench/base/text_pool.h"
#include "kernels/rnn.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct json_span {
    const char *start; /* NULL: there is none */
    size_t length;
} json_span;

/* Checks the whole text, which ends with a NUL at `size`. A byte-order mark before it is skipped.
 * What no JSON text may hold in a string, control characters and what is not UTF-8, becomes '?', of
 * which `*mended` receives the number. False: `error` has line and reason. */
bool json_open(char *text, size_t size, json_span *root, int *mended, rnn_error *error);

bool json_is_object_span(json_span value);
bool json_is_list_span(json_span value);
bool json_is_text_span(json_span value);
bool json_is_number_span(json_span value); /* NaN and Infinity among them */
bool json_is_span(json_span value, const char *text);

/* The items of a list or the members of an object, one after the other. */
typedef struct json_cursor {
    const char *at;
} json_cursor;

json_cursor json_inside(json_span value);
bool json_next_item(json_cursor *cursor, json_span *item);
bool json_next_member(json_cursor *cursor, json_span *name, json_span *value);

/* The first member of this name, or no span. */
json_span json_first_member(json_span object, const char *name);
/* Whether the name of a member, or a text, is this one, which needs no escapes. */
bool json_text_is(json_span text, const char *wanted);

/* Of two names or texts as they are written: below, at or above 0. */
int json_compare_texts(json_span a, json_span b);

double json_number_of(json_span value); /* NAN: it is no finite number */
/* The same times 10^exponent, rounded only once. */
double json_scaled_number_of(json_span value, int exponent);
/* NULL: no memory, or an escape that stands for no character. */
char *json_text_of(json_span value, text_pool *pool);
/* The same, but of such an escape "?", and "" of no span. NULL: no memory. */
const char *json_shown_text_of(json_span value, text_pool *pool);

#endif
