/* SPDX-License-Identifier: MIT */
#include "compare_document.h"

#include <ctype.h>
#include <string.h>

/* Members that tell of the run and not of what ran. `peaks_...` and others vary by themselves. */
static bool is_of_the_run(const char *name) {
    static const char *const starts[] = {
        "date",     "executable",     "command",       "mhz_per_cpu",         "load_avg",
        "peaks_",   "call_overhead_", "longest_wait_", "other_programs",      "shard",
        "peers",    "preset",         "commit",        "json_schema_version", ROWS_SCHEMA_KEY,
        "host_name"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(name, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

/* One that is set in one run only still changes what the program does; of other members one file
 * may be from before they were written, or have no rows that they are about. */
static bool is_environment(const char *name) {
    return isupper((unsigned char)*name);
}

/* Nothing of it where there is no room for the whole. */
static void add(char *text, size_t size, const char *name, const char *base, const char *next) {
    const size_t used = strlen(text);
    const int length =
        snprintf(text + used, size - used, "%s%s: %s, now %s", used ? "; " : "", name, base, next);
    if ((size_t)length >= size - used)
        text[used] = '\0';
}

void context_differences(const timed_file *base, const timed_file *next, char *text, size_t size) {
    *text = '\0';
    for (int i = 0; i < base->context_count; i++) {
        const row_context *member = &base->context[i];
        const char *other = rows_context(next, member->name);
        if (is_of_the_run(member->name) || (!other && !is_environment(member->name)))
            continue;
        if (!other || strcmp(member->text, other) != 0)
            add(text, size, member->name, member->text, other ? other : "not set");
    }
    for (int i = 0; i < next->context_count; i++) {
        const row_context *member = &next->context[i];
        if (is_environment(member->name) && !rows_context(base, member->name))
            add(text, size, member->name, "not set", member->text);
    }
}
