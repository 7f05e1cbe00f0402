/* SPDX-License-Identifier: MIT */
#include "bench/base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define MAX_LINKS 40 /* as in the kernel */

/* ---- Links ----------------------------------------------------------------------------------- */

/* Returns how long the folder in a path is. That of "a/b" is "a/", that of "b" is "". */
static int folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

/* Follows one link. Returns false with errno. */
static bool follow(char path[PATH_MAX]) {
    char target[PATH_MAX], whole[PATH_MAX];
    const ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    const int kept = *target == '/' ? 0 : folder_length(path);
    if (snprintf(whole, sizeof whole, "%.*s%s", kept, path, target) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, whole, sizeof whole);
    return true;
}

/* Whether a link is one of those in /proc. What they lead to is no path, though it may read like
 * one. */
static bool is_in_proc(const char *path) {
    char folder[PATH_MAX];
    struct stat of_folder, of_proc;
    snprintf(folder, sizeof folder, "%.*s.", folder_length(path), path);
    return stat(folder, &of_folder) == 0 && stat("/proc", &of_proc) == 0 &&
           of_folder.st_dev == of_proc.st_dev;
}

/* Finds what links lead to from `path`. Where that is a descriptor of some process, `real` is its
 * link in /proc. Returns false with errno. */
static bool follow_all(const char *path, char real[PATH_MAX], bool *in_proc) {
    struct stat info;
    *in_proc = false;
    if (snprintf(real, PATH_MAX, "%s", path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (int i = 0; lstat(real, &info) == 0 && S_ISLNK(info.st_mode); i++) {
        if (i == MAX_LINKS) {
            errno = ELOOP;
            return false;
        }
        if ((*in_proc = is_in_proc(real)))
            return true;
        /* The kernel judges each link first: it may refuse to follow those of others in /tmp. */
        if ((stat(real, &info) != 0 && errno == EACCES) || !follow(real))
            return false;
    }
    return true;
}

bool file_is_stream(const char *path) {
    char real[PATH_MAX];
    struct stat info;
    bool in_proc;
    return follow_all(path, real, &in_proc) &&
           (in_proc ||
            (stat(real, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)));
}

bool file_behind_links(const char *path, char real[PATH_MAX]) {
    bool in_proc;
    if (!follow_all(path, real, &in_proc))
        return false;
    if (file_is_stream(real))
        snprintf(real, PATH_MAX, "%s", path);
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

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

/* Writes down to the disk, as a rename may get there before the content does. Pipes have no disk.
 */
static bool write_and_close(int file, const char *content, size_t size) {
    bool ok =
        write_all(file, content, size) && (fsync(file) == 0 || errno == EINVAL || errno == EROFS);
    int why = errno;
    if (close(file) != 0 && ok)
        return false;
    errno = why;
    return ok;
}

/* Closes the file and keeps errno. */
static bool give_up(int file) {
    const int why = errno;
    close(file);
    errno = why;
    return false;
}

/* Writes first what the file grows by, so that a disk without room leaves the file as it was. */
static bool grow(int file, off_t old_size, const char *content, size_t size) {
    if (size <= (size_t)old_size || write_all(file, content + old_size, size - (size_t)old_size))
        return true;
    const int why = errno;
    const bool shrunk = ftruncate(file, old_size) == 0;
    errno = shrunk ? why : errno;
    return false;
}

static bool write_in_place(const char *path, const char *content, size_t size) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    const off_t old_size = lseek(file, 0, SEEK_END);
    if (old_size < 0 || !grow(file, old_size, content, size) || lseek(file, 0, SEEK_SET) != 0)
        return give_up(file);
    const size_t within = size < (size_t)old_size ? size : (size_t)old_size;
    if (ftruncate(file, (off_t)size) != 0)
        return give_up(file);
    return write_and_close(file, content, within);
}

/* Returns the descriptor of this process that `path` in /proc is, or -1 where it is none. */
static int own_descriptor(const char *path) {
    struct stat there, here;
    char *end;
    const char *name = path + folder_length(path);
    const long number = strtol(name, &end, 10);
    const bool same = end > name && !*end && number <= INT_MAX && stat(path, &there) == 0 &&
                      fstat((int)number, &here) == 0 && there.st_dev == here.st_dev &&
                      there.st_ino == here.st_ino;
    return same ? (int)number : -1;
}

/* Writes behind what was printed before. A file that a shell opened goes on where it stands: opened
 * anew it would begin from its start, and a socket cannot be opened. */
static bool write_to_stream(const char *path, bool in_proc, const char *content, size_t size) {
    fflush(stdout);
    const int own = in_proc ? own_descriptor(path) : -1;
    const int file = own >= 0 ? dup(own) : open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    return file >= 0 && write_and_close(file, content, size);
}

/* ---- A new file beside the old one ----------------------------------------------------------- */

/* Makes a new file, so that two processes never write into one, even if they have one number in two
 * containers. Returns -1 with errno where it cannot. */
static int open_part(char part[PATH_MAX], const char *path, mode_t mode) {
    const int most_tries = 100;
    int file = -1;
    errno = EEXIST;
    for (int i = 0; i < most_tries && file < 0 && errno == EEXIST; i++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        const unsigned number = ((unsigned)now.tv_nsec ^ (unsigned)getpid() << 8) & 0xffffff;
        if (snprintf(part, PATH_MAX, "%s.%06x.part", path, number) >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    }
    return file;
}

/* Removes the file and keeps errno. */
static bool remove_part(const char *part) {
    int why = errno;
    unlink(part);
    errno = why;
    return false;
}

static bool may_not_write_beside(int why) {
    return why == EACCES || why == EPERM || why == EROFS || why == ENAMETOOLONG;
}

/* Takes the mode last, as a change of owner takes some of its bits away. */
static bool take_owner_and_mode(int file, const struct stat *from) {
    struct stat info;
    if (fstat(file, &info) != 0)
        return false;
    const bool same = info.st_uid == from->st_uid && info.st_gid == from->st_gid;
    return (same || fchown(file, from->st_uid, from->st_gid) == 0) &&
           fchmod(file, from->st_mode & 07777) == 0;
}

/* Replaces `old`, which is NULL where there is no file yet. Nobody else may read the new file
 * before it has the mode of the old one. */
static bool replace_regular(const char *path, const struct stat *old, const char *content,
                            size_t size) {
    char part[PATH_MAX];
    if (old && access(path, W_OK) != 0)
        return false;
    const int file = open_part(part, path, old ? 0600 : 0666);
    /* In place only where no file may be beside it: on a full disk it would be left empty. */
    if (file < 0)
        return may_not_write_beside(errno) && write_in_place(path, content, size);
    if (old && !take_owner_and_mode(file, old)) {
        close(file);
        remove_part(part);
        return write_in_place(path, content, size);
    }
    if (!write_and_close(file, content, size))
        return remove_part(part);
    if (rename(part, path) == 0)
        return true;
    remove_part(part);
    /* A mount point can be written to, but not renamed over, and some servers deny only the latter.
     */
    const bool may_not_rename = errno == EBUSY || errno == EACCES || errno == EPERM;
    return may_not_rename && write_in_place(path, content, size);
}

bool file_replace(const char *path, const char *content, size_t size) {
    char real[PATH_MAX];
    struct stat info;
    bool in_proc;
    if (!follow_all(path, real, &in_proc))
        return false;
    const bool exists = stat(real, &info) == 0;
    if (in_proc || (exists && !S_ISREG(info.st_mode)))
        return write_to_stream(real, in_proc, content, size);
    return replace_regular(real, exists ? &info : NULL, content, size);
}

bool file_can_be_replaced(const char *path) {
    char real[PATH_MAX], part[PATH_MAX];
    struct stat info;
    if (file_is_stream(path))
        return access(path, W_OK) == 0;
    if (!file_behind_links(path, real))
        return false;
    const bool exists = stat(real, &info) == 0;
    /* Opening tells more than access(): of a folder or a file that can only be appended to. */
    int file = exists ? open(real, O_WRONLY | O_CLOEXEC) : -1;
    if (exists && (file < 0 || close(file) != 0))
        return false;
    file = open_part(part, real, 0600);
    if (file >= 0)
        return close(file) == 0 && unlink(part) == 0;
    return may_not_write_beside(errno) && exists;
}

bool file_create(const char *path, const char *content, size_t size) {
    char part[PATH_MAX];
    int file = open_part(part, path, 0666);
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
