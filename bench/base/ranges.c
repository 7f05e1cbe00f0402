/* SPDX-License-Identifier: MIT */
#include "bench/base/ranges.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VALUES 10000

/* The size of a hash table of a list's values, which has twice as many slots as there can be
 * values, or more: a power of two. */
#define SLOT_BITS 15
#define SLOTS     (1 << SLOT_BITS)
_Static_assert(SLOTS >= 2 * MAX_VALUES, "a search must end soon");

bool parse_int(const char *text, int least, int most, int *value, rnn_error *error) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || isspace((unsigned char)*text) || *text == '+')
        return fail(error, "\"%.64s\" is not a whole number", text);
    if (errno == ERANGE || number > most || number < least)
        return fail(error, "\"%.64s\" is not in %d..%d", text, least, most);
    *value = (int)number;
    return true;
}

bool int_list_append(int_list *list, int value) {
    if (!LIST_MAKE_ROOM(list->values, list->count))
        return false;
    list->values[list->count++] = value;
    return true;
}

bool int_list_contains(const int_list *list, int value) {
    for (int i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return true;
    return false;
}

void int_list_free(int_list *list) {
    free(list->values);
    *list = (int_list){0};
}

typedef struct int_range {
    int first, last;
    int step;
    bool multiplies;
} int_range;

/* Reads an item, which is "first", "first:last", "first:last:xK" or "first:last:+K", and cuts it at
 * its colons. */
static bool parse_range(char *item, int least, int most, int_range *range, rnn_error *error) {
    char *last = strchr(item, ':');
    char *step = last ? strchr(last + 1, ':') : NULL;
    *range = (int_range){.step = 1};
    if (last)
        *last++ = '\0';
    if (step)
        *step++ = '\0';
    if (!parse_int(item, least, most, &range->first, error))
        return false;
    range->last = range->first;
    if (last && !parse_int(last, least, most, &range->last, error))
        return false;
    if (range->last < range->first)
        return fail(error, "the range ends at %d, before it begins at %d", range->last,
                    range->first);
    if (!step)
        return true;
    if (*step != 'x' && *step != '+')
        return fail(error, "\"%.64s\" is not a step, which is xK or +K", step);
    range->multiplies = *step == 'x';
    return parse_int(step + 1, range->multiplies ? 2 : 1, INT_MAX, &range->step, error);
}

/* Returns the slot of a value, which holds its place in the list from 1 on, or 0 where it is new.
 */
static int *find_slot(const int_list *list, int *slots, int value) {
    const unsigned golden_ratio = 2654435769u;
    for (unsigned at = (unsigned)value * golden_ratio >> (32 - SLOT_BITS);; at++) {
        int *slot = &slots[at % SLOTS];
        if (*slot == 0 || list->values[*slot - 1] == value)
            return slot;
    }
}

static bool append_range(int_list *list, int *slots, const int_range *range, rnn_error *error) {
    long long value = range->first;
    if (range->multiplies && value == 0)
        return fail(error, "a range that multiplies cannot begin at 0");
    while (value <= range->last) {
        int *slot = find_slot(list, slots, (int)value);
        if (*slot == 0 && list->count == MAX_VALUES)
            return fail(error, "more than %d values", MAX_VALUES);
        if (*slot == 0 && !int_list_append(list, (int)value))
            return fail(error, "out of memory");
        if (*slot == 0)
            *slot = list->count;
        value = range->multiplies ? value * range->step : value + range->step;
    }
    return true;
}

/* Appends all ranges of a text, which is cut at its commas. */
static bool append_ranges(int_list *list, int *slots, char *text, int least, int most,
                          rnn_error *error) {
    for (int i = 0; i < list->count; i++)
        *find_slot(list, slots, list->values[i]) = i + 1;
    for (char *item = text; item;) {
        char *comma = strchr(item, ',');
        if (comma)
            *comma = '\0';
        int_range range;
        if (!parse_range(item, least, most, &range, error) ||
            !append_range(list, slots, &range, error))
            return false;
        item = comma ? comma + 1 : NULL;
    }
    return true;
}

bool int_list_parse(int_list *list, const char *text, int least, int most, rnn_error *error) {
    char *copy = strdup(text);
    int *slots = calloc(SLOTS, sizeof *slots);
    const bool ok = copy && slots ? append_ranges(list, slots, copy, least, most, error)
                                  : fail(error, "out of memory");
    free(slots);
    free(copy);
    return ok;
}
