/* SPDX-License-Identifier: MIT
 * Whether what was written is of the format that it claims. */
#ifndef RNN_TESTS_FUZZ_FORMATS_H
#define RNN_TESTS_FUZZ_FORMATS_H

#include <stddef.h>

/* UTF-8 without control characters but ends of lines. */
void formats_check_text(const char *text, size_t size);

/* `format` is a name as of --format. JSON that another reader takes, CSV with as many fields in
 * each record, Markdown with as many cells in each row of a table, XML whose elements are closed.
 */
void formats_check(const char *format, const char *text, size_t size);

/* The field of a CSV, unquoted; free() it. NULL: there is none. */
char *formats_csv_field(const char *text, size_t size, int record, int field);

#endif
