/* SPDX-License-Identifier: MIT */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int file, const char *content, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, content, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        content += written;
        size -= (size_t)written;
    }
    return true;
}

/* Down to the disk: a rename may get there before the content does. Pipes cannot. */
static bool write_and_close(int file, const char *content, size_t size) {
    bool ok =
        write_all(file, content, size) && (fsync(file) == 0 || errno == EINVAL || errno == EROFS);
    int why = errno;
    if (close(file) != 0 && ok)
        return false;
    errno = why;
    return ok;
}

static bool write_in_place(const char *path, const char *content, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return file >= 0 && write_and_close(file, content, size);
}

/* A name of this process alone, so that two of them never write into one file. */
static bool name_part(char part[PATH_MAX], const char *path) {
    if (snprintf(part, PATH_MAX, "%s.%ld.part", path, (long)getpid()) < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

static bool remove_part(const char *part) {
    int why = errno;
    unlink(part);
    errno = why;
    return false;
}

static bool may_not_write_beside(int why) {
    return why == EACCES || why == EPERM || why == EROFS || why == ENAMETOOLONG;
}

bool file_replace(const char *path, const char *content, size_t size) {
    char part[PATH_MAX];
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return write_in_place(path, content, size);
    int file = -1;
    if (name_part(part, path))
        file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) /* any other reason, such as a full disk, would leave an emptied file */
        return may_not_write_beside(errno) && write_in_place(path, content, size);
    if (write_and_close(file, content, size) && rename(part, path) == 0)
        return true;
    return remove_part(part);
}

bool file_can_be_replaced(const char *path) {
    char part[PATH_MAX];
    struct stat info;
    const bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (exists && !S_ISREG(info.st_mode))
        return access(path, W_OK) == 0;
    const int file =
        name_part(part, path) ? open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (file >= 0)
        return close(file) == 0 && unlink(part) == 0;
    return may_not_write_beside(errno) && exists && access(path, W_OK) == 0;
}

bool file_create(const char *path, const char *content, size_t size) {
    char part[PATH_MAX];
    if (!name_part(part, path))
        return false;
    int file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    if (!write_and_close(file, content, size))
        return remove_part(part);
    if (link(part, path) == 0)
        return unlink(part) == 0;
    struct stat info;
    bool no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS;
    if (no_links && lstat(path, &info) != 0 && rename(part, path) == 0)
        return true;
    return remove_part(part);
}
