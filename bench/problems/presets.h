/* SPDX-License-Identifier: MIT
 * Named sets of problems. */
#ifndef BENCH_PRESETS_H
#define BENCH_PRESETS_H

#include <stddef.h>

typedef struct problem_preset {
    const char *name;
    const char *const *patterns; /* as problem_list.h describes them */
    int pattern_count;
} problem_preset;

const problem_preset *preset_find(const char *name); /* NULL: unknown */
const char *preset_names(char *text, size_t size);

#endif
