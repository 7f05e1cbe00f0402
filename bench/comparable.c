/* SPDX-License-Identifier: MIT */
#include "comparable.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *pattern;
    comparable_weight weights[4]; /* by use */
} members[] = {
#define MEMBER(pattern, merge, baseline, compare, history)                                         \
    {pattern,                                                                                      \
     {[FOR_MERGE] = merge,                                                                         \
      [FOR_BASELINE] = baseline,                                                                   \
      [FOR_COMPARE] = compare,                                                                     \
      [FOR_HISTORY] = history}},
#include "context_members.inc"
#undef MEMBER
};

comparable_weight comparable_weigh(const char *name, comparable_use use) {
    const size_t last = sizeof members / sizeof *members - 1; /* for all that is not above it */
    size_t i = 0;
    while (i < last && fnmatch(members[i].pattern, name, 0) != 0)
        i++;
    return members[i].weights[use];
}

const char *comparable_text(const timed_file *file, const char *name) {
    const char *text = rows_context(file, name);
    return text ? text : "";
}

context_list comparable_context(const timed_file *file) {
    return (context_list){file->context, file->context_count};
}

static const char *find(context_list context, const char *name) {
    for (int i = 0; i < context.count; i++)
        if (strcmp(context.items[i].name, name) == 0)
            return context.items[i].text;
    return NULL;
}

void comparable_differences(context_list then, context_list now, comparable_use use,
                            void (*tell)(const context_difference *difference, void *data),
                            void *data) {
    for (int i = 0; i < then.count + now.count; i++) {
        const bool first = i < then.count;
        const char *name = first ? then.items[i].name : now.items[i - then.count].name;
        const context_difference difference = {.name = name,
                                               .then = find(then, name),
                                               .now = find(now, name),
                                               .weight = comparable_weigh(name, use)};
        const bool seen = !first && difference.then;
        const bool same =
            difference.then && difference.now && strcmp(difference.then, difference.now) == 0;
        if (difference.weight != FINE && !seen && !same)
            tell(&difference, data);
    }
}

static bool is_environment(const char *name) {
    return isupper((unsigned char)*name);
}

bool comparable_is_certain(const context_difference *difference) {
    return (difference->then && difference->now) || is_environment(difference->name);
}

void comparable_append(const context_difference *difference, char *text, size_t size) {
    const size_t used = strlen(text);
    const char *missing = is_environment(difference->name) ? "not set" : "unknown";
    const int length = snprintf(text + used, size - used, "%s%s: %s, now %s", used ? "; " : "",
                                difference->name, difference->then ? difference->then : missing,
                                difference->now ? difference->now : missing);
    if ((size_t)length >= size - used)
        text[used] = '\0';
}

typedef struct description {
    char *text;
    size_t size;
} description;

static void describe(const context_difference *difference, void *data) {
    const description *to = data;
    if (comparable_is_certain(difference))
        comparable_append(difference, to->text, to->size);
}

void comparable_describe(context_list then, context_list now, comparable_use use, char *text,
                         size_t size) {
    *text = '\0';
    comparable_differences(then, now, use, describe, &(description){text, size});
}
