/* SPDX-License-Identifier: MIT
 * Pieces of JSON on standard output. */
#ifndef BENCH_JSON_H
#define BENCH_JSON_H

#include <stdbool.h>

void json_text(const char *text); /* quoted and escaped */
void json_comma(bool first);      /* between values of one list or object: not before the first */

/* A member of an object, without its comma. Infinity, which JSON lacks, becomes 1e300. */
void json_named_text(const char *name, const char *text);
void json_number(const char *name, double value);
void json_flag(const char *name, bool value);

#endif
