/* SPDX-License-Identifier: MIT
 * Where results go: the one place that decides how a path of the user's is written to. */
#ifndef BENCH_REPLACE_H
#define BENCH_REPLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* `path` gets this content. A regular file is whole at any moment, whenever the program ends: a new
 * one is written beside it, which gets its mode and owner, and renamed. Where its owner cannot be
 * kept, no file can be put beside it, or nothing renamed over it, such as a mount point, it is
 * written to instead: a program that is killed just then leaves a mixture. Symbolic links stay, and
 * what they lead to is replaced, or made where there is nothing yet. What is no regular file, such
 * as a pipe, is written to, and a descriptor (/dev/stdout, /dev/fd/3) goes on where it stands. On
 * failure errno says why, and a file that was to be replaced is as it was, unless it was being
 * written to when the device failed; a full disk is found before. */
bool file_replace(const char *path, const char *content, size_t size);

/* Whether that is likely to succeed, now; errno says why not. Nothing is opened that would notice,
 * such as a pipe. */
bool file_can_be_replaced(const char *path);

/* Whether a second write would follow the first one, not replace it. */
bool file_is_stream(const char *path);

/* The path behind symbolic links, also where there is nothing yet; of a stream the path itself.
 * False: see errno. */
bool file_behind_links(const char *path, char real[PATH_MAX]);

/* The same as file_replace() for a file that must be new: errno is EEXIST where somebody was
 * quicker. */
bool file_create(const char *path, const char *content, size_t size);

#endif
