/* SPDX-License-Identifier: MIT
 * Files that are whole at any moment, whenever the program ends. */
#ifndef BENCH_REPLACE_H
#define BENCH_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

/* `path` gets this content in one step: it is written beside it, then renamed. What is no regular
 * file, such as a pipe, is written to, and so is a file beside which none can be put. On failure
 * errno says why, and the file is as it was. */
bool file_replace(const char *path, const char *content, size_t size);

/* Whether that is likely to succeed, now; errno says why not. */
bool file_can_be_replaced(const char *path);

/* The same as file_replace() for a file that must be new: errno is EEXIST where somebody was
 * quicker. */
bool file_create(const char *path, const char *content, size_t size);

#endif
