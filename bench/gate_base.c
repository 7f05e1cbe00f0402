/* SPDX-License-Identifier: MIT */
#include "gate_base.h"

#include "build_info.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMIT_SIZE 80
#define FOLDER_SIZE (PATH_MAX - 200)

bool gate_find_this(char *program, size_t size) {
    const ssize_t length = readlink("/proc/self/exe", program, size - 1);
    program[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* ---- Programs ------------------------------------------------------------------------------- */

static const char *shell_quote(const char *text, char quoted[2 * PATH_MAX]) {
    size_t used = 0;
    quoted[used++] = '\'';
    for (; *text && used + 8 < 2 * PATH_MAX; text++)
        if (*text == '\'')
            used += (size_t)sprintf(quoted + used, "'\\''");
        else
            quoted[used++] = *text;
    quoted[used++] = '\'';
    quoted[used] = '\0';
    return quoted;
}

/* By the shell, in whose variables the words are, so that none of them is read as code. */
static int run_shell(const char *script, const char *first, const char *second, const char *log) {
    const pid_t pid = fork();
    if (pid == 0) {
        const int to = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
        if (to < 0 || dup2(to, 1) < 0 || dup2(to, 2) < 0)
            _exit(126);
        execl("/bin/sh", "sh", "-eu", "-c", script, "sh", first, second, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The commit that a revision names. */
static bool read_commit(const char *revision, char commit[COMMIT_SIZE]) {
    char quoted[2 * PATH_MAX], command[3 * PATH_MAX];
    snprintf(command, sizeof command,
             "git rev-parse --verify --quiet --end-of-options %s'^{commit}' 2>/dev/null",
             shell_quote(revision, quoted));
    FILE *from = popen(command, "r");
    *commit = '\0';
    const bool read = from && fgets(commit, COMMIT_SIZE, from);
    const bool ended = from && pclose(from) == 0;
    commit[strcspn(commit, "\n")] = '\0';
    return read && ended && *commit;
}

static void last_line_of(const char *path, char *text, size_t size) {
    char line[400];
    FILE *file = fopen(path, "r");
    snprintf(text, size, "see %.200s", path);
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, "rror") || strncmp(line, "fatal", 5) == 0) {
            snprintf(text, size, "%.110s; see %.120s", line, path);
            break;
        }
    }
    if (file)
        fclose(file);
}

/* ---- A revision ----------------------------------------------------------------------------- */

/* $1 the commit, $2 its folder in the cache. Made beside it and renamed at the end, so that what is
 * there is whole. Built by the compiler of this program, where the environment names none. */
static const char build_script[] =
    "work=$2.$$\n"
    "trap 'rm -rf \"$work\"' EXIT\n"
    "mkdir -p \"$work/source\"\n"
    "top=$(git rev-parse --show-toplevel)\n"
    "git -C \"$top\" archive --format=tar --output=\"$work/source.tar\" \"$1\"\n"
    "tar -x -f \"$work/source.tar\" -C \"$work/source\"\n"
    "meson setup --buildtype=release \"$work/build\" \"$work/source\"\n"
    "ninja -C \"$work/build\" bench/rnnbench\n"
    "mkdir \"$work/kept\"\n"
    "cp \"$work/build/bench/rnnbench\" \"$work/kept/\"\n"
    "rm -rf \"$2\"\n"
    "mv \"$work/kept\" \"$2\"\n";

/* Never a folder that others can write to: a program in it is run. */
static bool choose_cache(const char *given, char folder[FOLDER_SIZE]) {
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = 0;
    if (given)
        length = snprintf(folder, FOLDER_SIZE, "%s", given);
    else if (xdg && *xdg)
        length = snprintf(folder, FOLDER_SIZE, "%s/rnnbench", xdg);
    else if (home && *home)
        length = snprintf(folder, FOLDER_SIZE, "%s/.cache/rnnbench", home);
    return length > 0 && length < FOLDER_SIZE;
}

static bool make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static void choose_compiler(void) {
    const bool clang = strncmp(BUILD_COMPILER, "clang", 5) == 0;
    if (getenv("CC") || getenv("CXX"))
        return;
    setenv("CC", clang ? "clang" : "gcc", 1);
    setenv("CXX", clang ? "clang++" : "g++", 1);
}

static base_outcome build_commit(const char *revision, const char *commit, const char *folder,
                                 const volatile sig_atomic_t *stop, rnn_error *error) {
    char log[PATH_MAX], why[300];
    snprintf(log, sizeof log, "%s.log", folder);
    unlink(log);
    fprintf(stderr, "building %s, commit %.12s, into %s, which is kept\n", revision, commit,
            folder);
    choose_compiler();
    const int status = run_shell(build_script, commit, folder, log);
    if (*stop) {
        fail(error, "interrupted");
        return BASE_INTERRUPTED;
    }
    if (status == 0)
        return BASE_FOUND;
    last_line_of(log, why, sizeof why);
    fail(error, "--against %.60s: does not build: %.180s", revision, why);
    return BASE_NOT_BUILT;
}

static base_outcome find_revision(const char *revision, const char *cache, char *program,
                                  size_t size, const volatile sig_atomic_t *stop,
                                  rnn_error *error) {
    char commit[COMMIT_SIZE], folder[FOLDER_SIZE];
    if (!read_commit(revision, commit)) {
        fail(error, "--against %.150s: no build, program or revision of that name", revision);
        return BASE_UNKNOWN;
    }
    if (!choose_cache(cache, folder)) {
        fail(error, "--cache: give one, as there is no HOME, or a shorter one");
        return BASE_UNKNOWN;
    }
    char absolute[PATH_MAX]; /* the build script goes elsewhere */
    if (!make_folders(folder) || !realpath(folder, absolute)) {
        fail(error, "%.150s: %s", folder, strerror(errno));
        return BASE_NOT_BUILT;
    }
    if (snprintf(folder, sizeof folder, "%s/%s", absolute, commit) >= (int)sizeof folder) {
        fail(error, "%.150s: too long", absolute);
        return BASE_NOT_BUILT;
    }
    snprintf(program, size, "%s/rnnbench", folder);
    if (access(program, X_OK) == 0)
        return BASE_FOUND;
    return build_commit(revision, commit, folder, stop, error);
}

/* ---- Any of them ---------------------------------------------------------------------------- */

static bool is_program(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

base_outcome gate_find_base(const char *given, const char *cache, char *program, size_t size,
                            const volatile sig_atomic_t *stop, rnn_error *error) {
    static const char *const places[] = {"", "/bench/rnnbench", "/rnnbench"};
    char path[PATH_MAX];
    struct stat found;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", given, places[i]);
        if (is_program(path) && realpath(path, program))
            return BASE_FOUND;
    }
    if (strchr(given, '/') && stat(given, &found) == 0) {
        fail(error, "--against %.150s: %s", given,
             S_ISDIR(found.st_mode) ? "no bench/rnnbench in this folder" : "not a program");
        return BASE_UNKNOWN;
    }
    return find_revision(given, cache, program, size, stop, error);
}
