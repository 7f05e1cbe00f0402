/* SPDX-License-Identifier: MIT
 *
 * Lists of whole numbers, as the filters of a command line take them: values and ranges, separated
 * by commas.
 *   1,8,32       these three
 *   16:256:x2    16, 32, 64, 128, 256
 *   16:64:+16    16, 32, 48, 64
 *   3:5          3, 4, 5
 */
#ifndef BENCH_RANGES_H
#define BENCH_RANGES_H

#include "kernels/rnn.h"

typedef struct int_list {
    int *values; /* NULL while nothing was given */
    int count;
} int_list;

/* Appends the values that `text` names, each of which must be in least..most. */
bool int_list_parse(int_list *list, const char *text, int least, int most, rnn_error *error);
bool int_list_append(int_list *list, int value);
bool int_list_contains(const int_list *list, int value);
void int_list_free(int_list *list);

/* Reads a whole number in least..most. It must be all of `text`, without blanks or a plus. */
bool parse_int(const char *text, int least, int most, int *value, rnn_error *error);

#endif
