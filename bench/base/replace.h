/* SPDX-License-Identifier: MIT
 * The one place that decides how a file that the user has named is written. */
#ifndef BENCH_REPLACE_H
#define BENCH_REPLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Gives the file at `path` this content.
 *
 * A regular file is whole at any moment, whenever the program ends: a new file is written beside
 * it, gets its mode and its owner, and is renamed over it. In some places that cannot be: the owner
 * cannot be kept, no file can be put beside the old one, or nothing can be renamed over it, as at a
 * mount point. There the file itself is written to, and a program that is killed just then leaves a
 * mixture of old and new.
 *
 * Symbolic links stay, and the file that they lead to is replaced, or made where there is none yet.
 * A path that is no regular file, such as a pipe, is written to. A descriptor (/dev/stdout,
 * /dev/fd/3) goes on where it stands.
 *
 * On failure errno says why. A file that was to be replaced is then as it was, unless the device
 * failed while the file itself was being written to; a full disk is found before that. */
bool file_replace(const char *path, const char *content, size_t size);

/* Whether file_replace() is likely to succeed now; if not, errno says why. This opens nothing that
 * would notice it, such as a pipe. */
bool file_can_be_replaced(const char *path);

/* Whether a second write to this path would follow the first one instead of replacing it. */
bool file_is_stream(const char *path);

/* Finds the path that symbolic links lead to, also where there is no file yet. The path of a stream
 * stays as it is. Returns false with errno. */
bool file_behind_links(const char *path, char real[PATH_MAX]);

/* Does the same as file_replace() for a file that must be new: errno is EEXIST where somebody else
 * was quicker. */
bool file_create(const char *path, const char *content, size_t size);

#endif
