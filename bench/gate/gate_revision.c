/* SPDX-License-Identifier: MIT */
#include "bench/gate/gate_revision.h"

#include "bench/base/clock.h"
#include "bench/base/exit_status.h"
#include "bench/base/fail.h"
#include "bench/base/process.h"
#include "bench/build_info.h"
#include "reference/random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMIT_SIZE    80
#define FOLDER_SIZE    (PATH_MAX - 200)
#define KEY_SIZE       (64 << 10)
#define SECONDS_TO_END 10.0 /* that a build gets to end when it is told to */

typedef struct revision_build {
    char commit[COMMIT_SIZE];
    char cache[PATH_MAX];
    char folder[FOLDER_SIZE]; /* in the cache */
    char log[PATH_MAX];       /* while it is built; then it is called `folder`.log */
    char options[sizeof BUILD_OPTIONS + sizeof BUILD_C_ARGS + sizeof BUILD_C_LINK_ARGS +
                 sizeof BUILD_CPP_ARGS + sizeof BUILD_CPP_LINK_ARGS + sizeof BUILD_PKG_CONFIG_PATH];
    char key[KEY_SIZE]; /* all that decides what program it becomes */
    bool key_is_cut;
} revision_build;

/* ---- Which commit --------------------------------------------------------------------------- */

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

typedef struct git_answer {
    char commit[COMMIT_SIZE];
    char reason[130]; /* why there is no commit; empty: none has that name */
    int status;       /* as pclose() has it */
} git_answer;

static void read_answer_line(git_answer *answer, const char *line) {
    const bool is_error = strncmp(line, "fatal: ", 7) == 0 || strncmp(line, "error: ", 7) == 0;
    if (is_error && !*answer->reason && !strstr(line, "Needed a single revision"))
        snprintf(answer->reason, sizeof answer->reason, "%.129s", line + 7);
    const size_t digits = strspn(line, "0123456789abcdef");
    if (digits >= 40 && !line[digits] && digits < COMMIT_SIZE)
        memcpy(answer->commit, line, digits + 1);
}

/* The commit that a revision names, or why Git knows of none. */
static bool read_commit(const char *revision, git_answer *answer) {
    char quoted[2 * PATH_MAX], command[3 * PATH_MAX], line[PATH_MAX];
    snprintf(command, sizeof command,
             "LC_ALL=C git rev-parse --verify --end-of-options %s'^{commit}' 2>&1",
             shell_quote(revision, quoted));
    *answer = (git_answer){.status = -1};
    FILE *from = popen(command, "r");
    while (from && fgets(line, sizeof line, from)) {
        line[strcspn(line, "\n")] = '\0';
        read_answer_line(answer, line);
    }
    if (from)
        answer->status = pclose(from);
    return answer->status == 0 && *answer->commit;
}

static bool is_shallow(void) {
    char line[10] = "";
    FILE *from = popen("git rev-parse --is-shallow-repository 2>/dev/null", "r");
    const bool answered = from && fgets(line, sizeof line, from);
    if (from)
        pclose(from);
    return answered && strcmp(line, "true\n") == 0;
}

static int refuse_name(const char *revision, const git_answer *answer, rnn_error *error) {
    const bool no_git = WIFEXITED(answer->status) && WEXITSTATUS(answer->status) == 127;
    const bool is_file = !strchr(revision, '/') && access(revision, F_OK) == 0;
    const char *hint = "";
    if (is_file)
        hint = "; for the file write ./ before it";
    else if (no_git)
        hint = ", as there is no git to ask for a revision";
    else if (is_shallow())
        hint = "; the repository is a shallow clone, which git fetch --unshallow completes";
    if (*answer->reason && !is_file)
        fail(error, "--against %.50s: no build or program of that name, and git says: %s", revision,
             answer->reason);
    else
        fail(error, "--against %.90s: no build, program or revision of that name%s", revision,
             hint);
    return EXIT_USAGE;
}

/* ---- How it is built ------------------------------------------------------------------------ */

static const char *const variables[] = {"CC",       "CXX",     "CFLAGS",         "CPPFLAGS",
                                        "CXXFLAGS", "LDFLAGS", "PKG_CONFIG_PATH"};
enum { VARIABLES = sizeof variables / sizeof *variables };

/* Meson puts an option before the environment, so an option is handed on only where none of the
 * variables is set that it would make Meson overlook. */
static const struct {
    const char *option, *variables[2];
} flags[] = {
    {BUILD_C_ARGS, {"CFLAGS", "CPPFLAGS"}},
    {BUILD_C_LINK_ARGS, {"CFLAGS", "LDFLAGS"}},
    {BUILD_CPP_ARGS, {"CXXFLAGS", "CPPFLAGS"}},
    {BUILD_CPP_LINK_ARGS, {"CXXFLAGS", "LDFLAGS"}},
    {BUILD_PKG_CONFIG_PATH, {"PKG_CONFIG_PATH", "PKG_CONFIG_PATH"}},
};

/* Takes the environment's compilers and flags, else this program's. An empty variable counts as
 * unset here; Meson does not treat all of them so, hence they are unset. */
static void choose_tools(revision_build *build) {
    for (int i = 0; i < VARIABLES; i++)
        if (getenv(variables[i]) && !*getenv(variables[i]))
            unsetenv(variables[i]);
    if (!getenv("CC") && !getenv("CXX")) {
        setenv("CC", BUILD_CC, 1);
        if (*BUILD_CXX)
            setenv("CXX", BUILD_CXX, 1);
    }
    strcpy(build->options, BUILD_OPTIONS);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!getenv(flags[i].variables[0]) && !getenv(flags[i].variables[1]))
            strcat(build->options, flags[i].option);
}

__attribute__((format(printf, 2, 3))) static void add_to_key(revision_build *build,
                                                             const char *format, ...) {
    const size_t used = strlen(build->key), room = sizeof build->key - used;
    va_list arguments;
    va_start(arguments, format);
    build->key_is_cut |= vsnprintf(build->key + used, room, format, arguments) >= (int)room;
    va_end(arguments);
}

/* Adds the compilers' versions to the key. CC and CXX are commands with arguments, quoted where
 * they need to be, as Meson takes them. */
static void add_versions(revision_build *build) {
    char line[200];
    FILE *from = popen("for tool in \"${CC-cc}\" \"${CXX-c++}\"; do\n"
                       "  eval \"$tool --version\" 2>&1 | head -n 1\n"
                       "done",
                       "r");
    while (from && fgets(line, sizeof line, from))
        add_to_key(build, "%s", line);
    if (from)
        pclose(from);
}

static void make_key(revision_build *build) {
    for (int i = 0; i < VARIABLES; i++) {
        const char *value = getenv(variables[i]);
        if (value)
            add_to_key(build, "%s=%s\n", variables[i], value);
    }
    add_versions(build);
    add_to_key(build, "%s%s", build->options, BUILD_PROJECT_OPTIONS);
}

/* ---- Building ------------------------------------------------------------------------------- */

/* A build is made beside its folder and renamed at the end, so that what is there is whole; where
 * another gate was quicker, its program is as good. Git is called from the folder of its own files:
 * there it sees all of a commit, and a bare repository's, too. What is built is to ask no
 * repository that the environment names. Options that the revision does not have are left out. */
static const char script[] =
    "commit=$1 folder=$2 options=$3 project_options=$4 key=$5\n"
    "work=$folder.$$\n"
    "trap 'rm -rf \"$work\"' EXIT\n"
    "trap 'exit 143' HUP INT TERM\n"
    "mkdir -p \"$work/source\" \"$work/kept\"\n"
    "git=$(git rev-parse --absolute-git-dir)\n"
    "unset GIT_WORK_TREE\n"
    "git -C \"$git\" --git-dir=\"$git\" archive --format=tar --output=\"$work/source.tar\" "
    "\"$commit\"\n"
    "unset $(git rev-parse --local-env-vars)\n"
    "tar -x -f \"$work/source.tar\" -C \"$work/source\"\n"
    "has_option() {\n"
    "    grep -Eqs \"option *\\( *['\\\"]$1['\\\"]\" \"$work/source/meson_options.txt\" "
    "\"$work/source/meson.options\"\n"
    "}\n"
    "eval \"set -- $project_options\"\n"
    "for option; do\n"
    "    shift\n"
    "    name=${option#-D}\n"
    "    if has_option \"${name%%=*}\"; then set -- \"$@\" \"$option\"; fi\n"
    "done\n"
    "eval \"set -- \\\"\\$@\\\" $options\"\n"
    "meson setup \"$@\" \"$work/build\" \"$work/source\"\n"
    "ninja -C \"$work/build\" bench/rnnbench\n"
    "cp \"$work/build/bench/rnnbench\" \"$work/kept/\"\n"
    "printf '%s\\n' \"$key\" > \"$work/kept/built-with\"\n"
    "test -x \"$folder/rnnbench\" || rm -rf \"$folder\"\n"
    "mv -T \"$work/kept\" \"$folder\" 2>/dev/null || test -x \"$folder/rnnbench\"\n";

/* Runs in the child process, whose files only this user may write to. */
static void let_nobody_else_write(void *data) {
    (void)data;
    umask(umask(0) | S_IWGRP | S_IWOTH);
}

/* Starts the script in the shell. The words are in the shell's variables, so that none is read as
 * code. */
static pid_t start_script(const revision_build *build, int log) {
    const char *const words[] = {"/bin/sh",
                                 "-eu",
                                 "-c",
                                 script,
                                 "sh",
                                 build->commit,
                                 build->folder,
                                 build->options,
                                 BUILD_PROJECT_OPTIONS,
                                 build->key,
                                 NULL};
    return process_start(&(process_setup){.words = words,
                                          .files = {PROCESS_NO_FILE, log, log},
                                          .own_group = true,
                                          .prepare = let_nobody_else_write});
}

/* Waits for the script and returns its exit status; 128: there is none. */
static int wait_for(pid_t pid, const volatile sig_atomic_t *stop) {
    int status = SIGKILL; /* any signal will do where no status is known */
    if (!process_wait(pid, INFINITY, stop, &status)) {
        kill(-pid, SIGTERM);
        if (!process_wait(pid, clock_seconds() + SECONDS_TO_END, NULL, &status))
            process_kill(pid);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Whether the line is an error of a compiler, Meson, Ninja or Git. */
static bool is_error(const char *line) {
    return strstr(line, "error:") || strstr(line, "ERROR:") || strncmp(line, "fatal", 5) == 0;
}

static void first_error(const char *path, char *text, size_t size) {
    char line[400];
    FILE *file = fopen(path, "r");
    snprintf(text, size, "see %.200s", path);
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (is_error(line)) {
            snprintf(text, size, "%.110s; see %.120s", line, path);
            break;
        }
    }
    if (file)
        fclose(file);
}

static int refuse_cache(const char *cache, const char *why, rnn_error *error) {
    return fail(error, "--cache %.150s: %s", cache, why), EXIT_USAGE;
}

static int build_revision(revision_build *build, const char *revision,
                          const volatile sig_atomic_t *stop, rnn_error *error) {
    char log[PATH_MAX], why[300];
    snprintf(log, sizeof log, "%s.log", build->folder);
    snprintf(build->log, sizeof build->log, "%s.%ld.log", build->folder, (long)getpid());
    const int to = open(build->log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (to < 0)
        return refuse_cache(build->cache, strerror(errno), error);
    fprintf(stderr, "building %s, commit %.12s, into %s, which is kept\n", revision, build->commit,
            build->folder);
    const pid_t pid = start_script(build, to);
    close(to);
    if (pid < 0) {
        fail(error, "--against %.60s: no process: %s", revision, strerror(errno));
        unlink(build->log);
        return EXIT_NOT_COMPARABLE;
    }
    const int status = wait_for(pid, stop);
    rename(build->log, log);
    if (*stop)
        return fail(error, "interrupted"), EXIT_INTERRUPTED;
    if (status == 0)
        return EXIT_FINE;
    first_error(log, why, sizeof why);
    return fail(error, "--against %.60s: does not build: %.180s", revision, why),
           EXIT_NOT_COMPARABLE;
}

/* ---- Its folder ----------------------------------------------------------------------------- */

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
        mkdir(path, 0700);
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Why the folder cannot be trusted: a program in it is run, so nobody else may be able to put one
 * there. NULL: nobody else can. */
static const char *distrust(const char *folder) {
    struct stat found;
    if (stat(folder, &found) != 0)
        return strerror(errno);
    if (found.st_uid != geteuid())
        return "the folder is of another user";
    if (found.st_mode & S_IWOTH)
        return "others can write to the folder";
    return found.st_mode & S_IWGRP ? "its group can write to the folder" : NULL;
}

static int choose_folder(revision_build *build, const char *cache, rnn_error *error) {
    /* Git is called from its own folder and writes here, so the path has to be absolute. */
    char folder[FOLDER_SIZE], absolute[PATH_MAX];
    if (!choose_cache(cache, folder))
        return fail(error, "--cache: give one, as there is no HOME, or a shorter one"), EXIT_USAGE;
    if (!make_folders(folder) || !realpath(folder, absolute))
        return refuse_cache(folder, strerror(errno), error);
    const char *why = distrust(absolute);
    if (why)
        return refuse_cache(folder, why, error);
    const int length = snprintf(build->folder, sizeof build->folder, "%s/%s-%016" PRIx64, absolute,
                                build->commit, text_hash(build->key));
    if (length >= (int)sizeof build->folder)
        return refuse_cache(folder, strerror(ENAMETOOLONG), error);
    strcpy(build->cache, absolute);
    return EXIT_FINE;
}

int gate_find_revision(const char *revision, const char *cache, char program[PATH_MAX],
                       const volatile sig_atomic_t *stop, rnn_error *error) {
    revision_build build = {.key = ""};
    git_answer answer;
    if (!read_commit(revision, &answer))
        return refuse_name(revision, &answer, error);
    strcpy(build.commit, answer.commit);
    choose_tools(&build);
    make_key(&build);
    if (build.key_is_cut)
        return fail(error, "--against %.60s: compiler flags and the like of more than %d KiB",
                    revision, KEY_SIZE >> 10),
               EXIT_USAGE;
    const int status = choose_folder(&build, cache, error);
    if (status != EXIT_FINE)
        return status;
    snprintf(program, PATH_MAX, "%s/rnnbench", build.folder);
    return access(program, X_OK) == 0 ? EXIT_FINE : build_revision(&build, revision, stop, error);
}
