/* SPDX-License-Identifier: MIT
 * One way to refuse: fail() writes a line of text into an rnn_error and returns false, so that a
 * function can end with `return fail(error, ...)`. */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

#include "kernels/rnn.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) static inline bool fail(rnn_error *error, const char *format,
                                                              ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    for (char *c = error->text; *c; c++)
        if (*c == '\n' || *c == '\r') /* from a word that the caller was given */
            *c = ' ';
    return false;
}

#endif
