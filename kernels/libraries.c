/* SPDX-License-Identifier: MIT */
#include "kernels/libraries.h"

#include <ctype.h>
#include <stdlib.h>

/* Whether `text` is within `limit`, which is in lower case and may end with a * for any rest.
 * `text` may be in either case, as libraries read it. */
static bool fits(const char *text, const char *limit) {
    while (*limit && *limit != '*' && tolower((unsigned char)*text) == *limit) {
        text++;
        limit++;
    }
    return *limit == '*' || *limit == *text;
}

rnn_cpu_features rnn_library_features(const rnn_library *library) {
    const char *value = NULL;
    for (int i = 0; !value && library->variables[i]; i++)
        value = getenv(library->variables[i]);
    for (int i = 0; value && library->limits[i]; i++)
        if (fits(value, library->limits[i]))
            return rnn_cpu_detected() & ~(rnn_cpu_features)RNN_CPU_AVX512;
    return rnn_cpu_detected();
}
