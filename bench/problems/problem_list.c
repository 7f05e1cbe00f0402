/* SPDX-License-Identifier: MIT */
#include "bench/problems/problem_list.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"
#include "bench/base/ranges.h"
#include "reference/random.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROBLEMS 20000
#define MAX_SEGMENTS 32

/* A hash table of the items: twice as many slots as there can be items, a power of two. */
#define SLOTS (1 << 16)
_Static_assert(SLOTS >= 2 * MAX_PROBLEMS, "a search must end soon");

void problem_list_free(problem_list *list) {
    free(list->items);
    free(list->slots);
    *list = (problem_list){0};
}

/* Finds the slot of the problem of this text. The slot holds 0 if the problem is not in the
 * list. */
static int *find_slot(const problem_list *list, const char *text) {
    char other[PROBLEM_TEXT_SIZE];
    for (uint64_t at = text_hash(text);; at++) {
        int *slot = &list->slots[at % SLOTS];
        if (*slot == 0)
            return slot;
        problem_print(&list->items[*slot - 1], other);
        if (strcmp(text, other) == 0)
            return slot;
    }
}

bool problem_list_add(problem_list *list, const problem *p, rnn_error *error) {
    char text[PROBLEM_TEXT_SIZE];
    problem_print(p, text);
    if (!list->slots)
        list->slots = calloc(SLOTS, sizeof *list->slots);
    if (!list->slots)
        return fail(error, "out of memory");
    int *slot = find_slot(list, text);
    if (*slot)
        return true;
    if (list->count == MAX_PROBLEMS)
        return fail(error, "more than %d problems", MAX_PROBLEMS);
    if (!LIST_MAKE_ROOM(list->items, list->count))
        return fail(error, "out of memory");
    list->items[list->count++] = *p;
    *slot = list->count;
    return true;
}

bool problem_list_add_text(problem_list *list, const char *text, rnn_error *error) {
    problem p;
    rnn_error why;
    if (!problem_parse(&p, text, &why))
        return fail(error, "%.90s: %.150s", text, why.text);
    rnn_model model = problem_model(&p);
    if (rnn_model_validate(&model, &why) != RNN_OK)
        return fail(error, "%.90s: %.150s", text, why.text);
    return problem_list_add(list, &p, error);
}

/* ---- Patterns ----------------------------------------------------------------------------- */

typedef struct problem_pattern {
    char *segments[MAX_SEGMENTS]; /* into one copy of the text */
    int count;
    bool has_features;
} problem_pattern;

/* Appends one segment's text; false if there is no room. */
static bool push(char text[PROBLEM_TEXT_SIZE], const char *key, size_t key_length,
                 const char *value, size_t value_length) {
    size_t used = strlen(text);
    if (used + key_length + value_length + 2 > PROBLEM_TEXT_SIZE)
        return false;
    char *end = text + used;
    if (used)
        *end++ = '/';
    memcpy(end, key, key_length);
    memcpy(end + key_length, value, value_length);
    end[key_length + value_length] = '\0';
    return true;
}

static bool expand_from(problem_list *list, const problem_pattern *pattern, int at,
                        char text[PROBLEM_TEXT_SIZE], rnn_error *error);

/* Goes on with "<key><value>" as the next segment, then takes it off again. */
static bool expand_with(problem_list *list, const problem_pattern *pattern, int at,
                        char text[PROBLEM_TEXT_SIZE], const char *key, const char *value,
                        size_t value_length, rnn_error *error) {
    size_t used = strlen(text);
    size_t key_length = strcspn(key, ":") + 1;
    bool ok = true;
    if (!pattern->has_features && key[0] == 'U' && key_length == 2)
        ok = push(text, "D:", 2, value, strspn(value, "0123456789"));
    ok = ok && push(text, key, strchr(key, ':') ? key_length : 0, value, value_length);
    if (!ok)
        fail(error, "a problem's text would be longer than %d", PROBLEM_TEXT_SIZE - 1);
    ok = ok && expand_from(list, pattern, at + 1, text, error);
    text[used] = '\0';
    return ok;
}

/* Goes on with each value of a size, which may be a range. */
static bool expand_sizes(problem_list *list, const problem_pattern *pattern, int at,
                         char text[PROBLEM_TEXT_SIZE], rnn_error *error) {
    const char *segment = pattern->segments[at];
    int_list sizes = {0};
    rnn_error why;
    bool ok = int_list_parse(&sizes, segment + 2, 1, INT_MAX, &why) ||
              fail(error, "%.80s: %.160s", segment, why.text);
    for (int i = 0; ok && i < sizes.count; i++) {
        char value[16];
        int length = snprintf(value, sizeof value, "%d", sizes.values[i]);
        ok = expand_with(list, pattern, at, text, segment, value, (size_t)length, error);
    }
    int_list_free(&sizes);
    return ok;
}

/* Goes on with each word of any other segment: names, or stacks as 16+8. */
static bool expand_words(problem_list *list, const problem_pattern *pattern, int at,
                         char text[PROBLEM_TEXT_SIZE], rnn_error *error) {
    const char *segment = pattern->segments[at];
    const char *colon = strchr(segment, ':');
    bool ok = true;
    for (const char *word = colon ? colon + 1 : segment; ok && word;) {
        size_t length = strcspn(word, ",");
        ok = expand_with(list, pattern, at, text, segment, word, length, error);
        word = word[length] == ',' ? word + length + 1 : NULL;
    }
    return ok;
}

static bool expand_from(problem_list *list, const problem_pattern *pattern, int at,
                        char text[PROBLEM_TEXT_SIZE], rnn_error *error) {
    if (at == pattern->count)
        return problem_list_add_text(list, text, error);
    const char *segment = pattern->segments[at];
    const bool has_size = segment[0] && strchr("NTDU", segment[0]) && segment[1] == ':';
    const bool sizes = has_size && !strchr(segment, '+');
    return (sizes ? expand_sizes : expand_words)(list, pattern, at, text, error);
}

/* Cuts `copy` at its slashes. A "+K" step is the only plus that follows a colon. */
static bool cut(problem_pattern *pattern, char *copy, rnn_error *error) {
    *pattern = (struct problem_pattern){0};
    for (char *segment = copy; segment;) {
        if (pattern->count == MAX_SEGMENTS)
            return fail(error, "more than %d segments", MAX_SEGMENTS);
        pattern->segments[pattern->count++] = segment;
        pattern->has_features |= strncmp(segment, "D:", 2) == 0;
        segment = strchr(segment, '/');
        if (segment)
            *segment++ = '\0';
    }
    return true;
}

bool problem_list_expand(problem_list *list, const char *text, rnn_error *error) {
    char *copy = strdup(text);
    if (!copy)
        return fail(error, "out of memory");
    problem_pattern pattern;
    char text_so_far[PROBLEM_TEXT_SIZE] = "";
    bool ok = cut(&pattern, copy, error) && expand_from(list, &pattern, 0, text_so_far, error);
    free(copy);
    return ok;
}
