/* SPDX-License-Identifier: MIT
 * Whether what was written is of the format that it claims. */
#ifndef RNN_TESTS_FUZZ_FORMATS_H
#define RNN_TESTS_FUZZ_FORMATS_H

#include <stddef.h>

/* Checks that a text is UTF-8 without control characters but ends of lines. */
void formats_check_text(const char *text, size_t size);

/* Checks a text of a format, named as for --format. JSON must be read by another reader. Each
 * record of CSV must have as many fields, and each row of a Markdown table as many cells. The
 * elements of XML must be closed. */
void formats_check(const char *format, const char *text, size_t size);

/* Returns a field of a CSV, unquoted and to be freed by free(), or NULL where there is none. */
char *formats_csv_field(const char *text, size_t size, int record, int field);

#endif
