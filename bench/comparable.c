/* SPDX-License-Identifier: MIT */
#include "comparable.h"

#include <string.h>

/* Names, or what names begin with. */
static const char *const may_differ[] = {
    "date",          "host_name",     "executable",     "mhz_per_cpu",  "memory",
    "command",       "preset",        "shard",          "finished",     "interrupted",
    "merged",        "warning",       "peaks_",         "peak_time",    "peers",
    "call_overhead", "longest_wait_", "other_programs", "failed_forms_"};

bool comparable_may_differ(const char *name) {
    for (size_t i = 0; i < sizeof may_differ / sizeof *may_differ; i++)
        if (strncmp(name, may_differ[i], strlen(may_differ[i])) == 0)
            return true;
    return false;
}

const char *comparable_text(const timed_file *file, const char *name) {
    const char *text = rows_context(file, name);
    return text ? text : "";
}

typedef void tell_difference(const char *name, const timed_file *a, const timed_file *b);

int comparable_differences(const timed_file *a, const timed_file *b, tell_difference *tell) {
    int count = 0;
    for (int i = 0; i < a->context_count + b->context_count; i++) {
        bool first = i < a->context_count;
        const row_context *member = first ? &a->context[i] : &b->context[i - a->context_count];
        if (comparable_may_differ(member->name) || (!first && rows_context(a, member->name)) ||
            strcmp(comparable_text(a, member->name), comparable_text(b, member->name)) == 0)
            continue;
        tell(member->name, a, b);
        count++;
    }
    return count;
}
