/* SPDX-License-Identifier: MIT */
#include "bench/results/comparable.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

typedef struct context_member {
    const char *pattern;
    const char *absent;           /* what it is where it is missing; NULL: nobody knows */
    comparable_weight weights[4]; /* by use */
} context_member;

/* No member of a context has this name. */
#define LIBRARY_VERSIONS "(library)"

static const context_member members[] = {
#define UNKNOWN NULL
#define MEMBER(pattern, absent, merge, baseline, compare, history)                                 \
    {pattern,                                                                                      \
     absent,                                                                                       \
     {[FOR_MERGE] = merge,                                                                         \
      [FOR_BASELINE] = baseline,                                                                   \
      [FOR_COMPARE] = compare,                                                                     \
      [FOR_HISTORY] = history}},
#include "bench/results/context_members.inc"
#undef MEMBER
#undef UNKNOWN
};

static bool is_library_version(const char *name) {
    rnn_backend_info info;
    for (int i = 0; rnn_backend_get(i, &info) == RNN_OK; i++)
        if (info.library && strncmp(name, info.name, strlen(info.name)) == 0)
            return true;
    return false;
}

static const context_member *find_member(const char *name) {
    const char *subject = is_library_version(name) ? LIBRARY_VERSIONS : name;
    const size_t last = sizeof members / sizeof *members - 1; /* for all that is not above it */
    size_t i = 0;
    while (i < last && fnmatch(members[i].pattern, subject, 0) != 0)
        i++;
    return &members[i];
}

comparable_weight comparable_weigh(const char *name, comparable_use use) {
    return find_member(name)->weights[use];
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

bool comparable_is_certain(const context_difference *difference) {
    return (difference->then && difference->now) || find_member(difference->name)->absent;
}

/* ---- As text --------------------------------------------------------------------------------- */

#define REST_SIZE sizeof "; and 1000000 more"

typedef struct excerpt {
    char text[1000];
} excerpt;

/* "{0},{1},{2}...": what is long leaves room for others. */
static excerpt cut(const char *text, size_t size) {
    excerpt part;
    size_t length = size / 5 < sizeof part.text - 4 ? size / 5 : sizeof part.text - 4;
    const bool whole = strlen(text) <= length;
    while (!whole && length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--; /* not in the middle of a character */
    snprintf(part.text, sizeof part.text, "%.*s%s", (int)length, text, whole ? "" : "...");
    return part;
}

void comparable_append(difference_text *to, const context_difference *difference) {
    const size_t used = strlen(to->text);
    const size_t room = to->size > used + REST_SIZE ? to->size - used - REST_SIZE : 0;
    const char *known = find_member(difference->name)->absent, *absent = known ? known : "unknown";
    const excerpt name = cut(difference->name, to->size);
    const excerpt then = cut(difference->then ? difference->then : absent, to->size);
    const excerpt now = cut(difference->now ? difference->now : absent, to->size);
    const char *gap = used ? "; " : "";
    char *end = to->text + used;
    if ((size_t)snprintf(end, room, "%s%s: %s, now %s", gap, name.text, then.text, now.text) <
            room ||
        (size_t)snprintf(end, room, "%s%s", gap, name.text) < room)
        return;
    *end = '\0';
    to->left_out++;
}

void comparable_append_rest(difference_text *to) {
    const size_t used = strlen(to->text);
    if (to->left_out)
        snprintf(to->text + used, to->size - used, "; and %d more", to->left_out);
}

static void describe(const context_difference *difference, void *data) {
    if (comparable_is_certain(difference))
        comparable_append(data, difference);
}

void comparable_describe(context_list then, context_list now, comparable_use use, char *text,
                         size_t size) {
    difference_text to = {text, size, 0};
    *text = '\0';
    comparable_differences(then, now, use, describe, &to);
    comparable_append_rest(&to);
}
