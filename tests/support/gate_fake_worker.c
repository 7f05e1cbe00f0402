/* SPDX-License-Identifier: MIT
 *
 * A worker of the gate's base that says of each run that it took PER_RUN and CPU_PER_RUN seconds.
 * FAKE says what goes wrong. Whatever hangs, or takes its time, does so by the clock that
 * SHARED_CLOCK names, where there is one. */
#define _GNU_SOURCE /* prlimit */
#include "tests/support/shared_clock.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST_WORDS   16
#define HANGS        100  /* seconds by the real clock: long enough to be ended */
#define FEW_RUNS     5    /* how many runs go well */
#define SLOW_RUN     2e-3 /* seconds, which a run stays below even with sanitizers */
#define MANY_PLACES  300
#define STARVED_SIZE 4096

static const char *mode;
static shared_clock *the_clock;
static int runs; /* how many commands there have been */
static bool is_large;
static int counted; /* which of the processes with WORK this one is; 0: none of them */

/* ---- What its environment says -------------------------------------------------------------- */

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value ? value : otherwise;
}

static double seconds_of(const char *name, double otherwise) {
    const char *value = getenv(name);
    return value ? strtod(value, NULL) : otherwise;
}

static bool is(const char *name) {
    return strcmp(mode, name) == 0;
}

/* Whether a setting such as "run hangs" is about a command such as "run". */
static bool is_of(const char *command, const char *what) {
    const size_t length = strlen(command);
    return strncmp(mode, command, length) == 0 && strcmp(mode + length, what) == 0;
}

/* How often this was called before, in all processes together. */
static int turn(void) {
    const int file = open(setting("TURNS", "/dev/null"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    const bool written = file >= 0 && write(file, ".", 1) == 1;
    const off_t size = written ? lseek(file, 0, SEEK_CUR) : 1;
    close(file);
    return (int)size - 1;
}

static bool is_due(void) {
    return !getenv("UNTIL") || turn() >= atoi(getenv("UNTIL"));
}

/* ---- Time ----------------------------------------------------------------------------------- */

static void take(double seconds) {
    const struct timespec time = {.tv_sec = (time_t)seconds,
                                  .tv_nsec = (long)(1e9 * (seconds - (double)(time_t)seconds))};
    if (the_clock)
        shared_clock_advance(the_clock, seconds);
    else
        nanosleep(&time, NULL);
}

static void silence(const char *pipe_path) {
    struct stat pipe;
    if (the_clock && stat(pipe_path, &pipe) == 0)
        shared_clock_silence(the_clock, pipe.st_ino);
}

static void hang(void) {
    silence("/proc/self/fd/1");
    sleep(HANGS);
    exit(1);
}

static void die(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

/* ---- The worker of the other side ----------------------------------------------------------- */

/* Returns 0 where there is none yet. */
static pid_t other_child(const char *path) {
    FILE *children = fopen(path, "r");
    int pid, other = 0;
    while (children && !other && fscanf(children, "%d", &pid) == 1)
        other = pid == getpid() ? 0 : pid;
    if (children)
        fclose(children);
    return other;
}

static pid_t new_worker(void) {
    char pattern[64];
    glob_t threads;
    pid_t found = 0;
    snprintf(pattern, sizeof pattern, "/proc/%d/task/*/children", (int)getppid());
    if (glob(pattern, 0, NULL, &threads) != 0)
        return 0;
    for (size_t i = 0; i < threads.gl_pathc && !found; i++)
        found = other_child(threads.gl_pathv[i]);
    globfree(&threads);
    return found;
}

/* Makes every later allocation of the new worker fail. */
static void starve_new_worker(void) {
    const struct rlimit limit = {STARVED_SIZE, RLIM_INFINITY};
    prlimit(new_worker(), RLIMIT_AS, &limit, NULL);
}

static void end_new_worker(bool hangs) {
    char output[64];
    const pid_t worker = new_worker();
    if (!worker)
        die("no new worker");
    kill(worker, hangs ? SIGSTOP : SIGSEGV);
    snprintf(output, sizeof output, "/proc/%d/fd/1", (int)worker);
    if (hangs)
        silence(output);
}

/* ---- What goes wrong before an answer ------------------------------------------------------- */

static bool has_word(char *const *words, int count, const char *word) {
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void trouble_new_worker(char *const *words, int count) {
    const bool hangs = is_of(words[0], " of new hangs");
    if ((hangs || is_of(words[0], " of new dies")) &&
        has_word(words, count, setting("OF", "scalar")) && is_due())
        end_new_worker(hangs);
}

static void pause_or_starve(char *const *words, int count) {
    const char *command = words[0];
    if (is_of(command, " pauses once") && count > 1 && turn() == 0)
        hang();
    if (strcmp(command, "run") == 0 && runs == 0 && is("run pauses twice")) {
        const int turns = turn();
        if (turns == 0 || turns == 2)
            hang();
    }
    const bool dies = is("starves new, dies");
    if ((dies || is("starves new, hangs")) && strcmp(command, "check") == 0 && count > 1) {
        if (turn() == 0)
            starve_new_worker();
        else if (dies)
            die("out of luck");
        else
            hang();
    }
    if (is("starves new") && strcmp(command, "prepare") == 0 && is_due())
        starve_new_worker();
}

/* ---- Answers -------------------------------------------------------------------------------- */

static void answer_check(int count) {
    if (is("old"))
        puts("{\"error\": \"\\\"check\\\": unknown command\"}");
    else if (count == 1)
        puts("{\"error\": \"usage: check BACKEND THREADS PROBLEM\"}");
    else
        printf("{\"passed\": %s, \"max_error\": 0, \"text\": \"fake mistake\"}\n",
               is("wrong") ? "false" : "true");
}

/* By how many bytes the driver has moved the memory of a worker. */
static int shift_of(pid_t worker) {
    static const char name[] = "RNNBENCH_SHIFT=";
    char path[64], *variable = NULL;
    size_t size = 0;
    int shift = -1;
    snprintf(path, sizeof path, "/proc/%d/environ", (int)worker);
    FILE *variables = fopen(path, "r");
    while (variables && shift < 0 && getdelim(&variable, &size, '\0', variables) > 0)
        if (strncmp(variable, name, sizeof name - 1) == 0)
            shift = (int)strlen(variable + sizeof name - 1);
    if (variables)
        fclose(variables);
    free(variable);
    return shift;
}

/* Writes a note into the file that the variable names, where it is set. */
__attribute__((format(printf, 2, 3))) static void note(const char *variable, const char *format,
                                                       ...) {
    const char *path = getenv(variable);
    FILE *file = path ? fopen(path, "a") : NULL;
    va_list arguments;
    if (path && !file)
        die("no file for notes");
    if (!file)
        return;
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    fclose(file);
}

static void answer_prepare(char *const *words) {
    if (getenv("SHIFTS"))
        note("SHIFTS", "%d %d\n", shift_of(getpid()), shift_of(new_worker()));
    note("COUNTS", "\n"); /* each round begins a line */
    is_large = strstr(words[3], "U:256");
    puts(is("lacks") ? "{\"error\": \"no such backend\", \"refused\": true}" : "{}");
}

/* Executes instructions for valgrind to count. WORK says how many loops there are, with one word
 * for every two processes. */
static void work(int count) {
    char text[200], *word = text, *end = NULL;
    FILE *asked = fopen(setting("ASKED", "/dev/null"), "a");
    fputc('x', asked);
    fflush(asked);
    counted = (int)ftell(asked);
    fclose(asked);
    snprintf(text, sizeof text, "%s", getenv("WORK"));
    long loops = strtol(word, &end, 10);
    for (int i = 0; i < (counted - 1) / 2; i++)
        loops = strtol(end, &end, 10);
    for (long i = 0; i < count * loops; i++)
        __asm__ volatile("" ::: "memory");
}

static void answer_run(int count) {
    const double per_run = seconds_of("PER_RUN", SLOW_RUN);
    const double cpu_seconds = seconds_of("CPU_PER_RUN", per_run) * count;
    runs++;
    note("COUNTS", "%d ", count);
    if (is("slow if large") && is_large)
        hang();
    if (runs > FEW_RUNS && is("dies"))
        die("out of luck");
    if (runs > FEW_RUNS && is("hangs"))
        hang();
    if (is("takes its time"))
        take(per_run * count + per_run);
    if (getenv("WORK"))
        work(count);
    if (runs > FEW_RUNS && is("babbles"))
        puts("hello");
    else if (is("no time"))
        puts("{}");
    else
        printf("{\"seconds\": %.9g, \"cpu_seconds\": %.9g}\n", per_run * count, cpu_seconds);
}

static void answer_context(void) {
    printf("{\"context\": {\"cpu\": \"as older builds call it\", \"OMP_PLACES\": \"");
    for (int i = 0; i < MANY_PLACES; i++)
        printf("%s{0}", i ? "," : "");
    puts("\"}}");
}

static void answer(char *const *words, int count) {
    const char *command = words[0];
    if (is_of(command, " fails") && is_due())
        puts("{\"error\": \"no luck\"}");
    else if (strcmp(command, "check") == 0)
        answer_check(count);
    else if (strcmp(command, "prepare") == 0 && count > 3)
        answer_prepare(words);
    else if (strcmp(command, "run") == 0 && count > 1)
        answer_run(atoi(words[1]));
    else if (strcmp(command, "context") == 0 && is("places"))
        answer_context();
    else if (strcmp(command, "backends") == 0)
        puts("{\"backends\": [{\"name\": \"naive\", \"available\": true}, "
             "{\"name\": \"lost\", \"available\": true}, "
             "{\"name\": \"never\", \"available\": false}, "
             "{\"name\": \"gone\", \"available\": true}]}");
    else
        puts("{}");
}

/* ---- From its start to its end -------------------------------------------------------------- */

static void start(void) {
    char path[PATH_MAX] = "";
    mode = setting("FAKE", "");
    if (getenv("SHARED_CLOCK"))
        the_clock = shared_clock_open();
    if (is("no worker"))
        die("rnnbench: command worker is unknown");
    if (is("vanishes") && readlink("/proc/self/exe", path, sizeof path - 1) > 0)
        unlink(path);
    FILE *starts = getenv("STARTS") ? fopen(getenv("STARTS"), "a") : NULL;
    if (!starts)
        return;
    fprintf(starts, "%s\n", new_worker() ? "second" : "first");
    fclose(starts);
}

static void end(void) {
    if (runs && is("lingers"))
        hang();
    if (counted == 2 && getenv("END"))
        shared_clock_advance(the_clock, seconds_of("END", 0) - shared_clock_seconds(the_clock));
}

int main(void) {
    char line[4096], *words[MOST_WORDS];
    start();
    while (fgets(line, sizeof line, stdin)) {
        int count = 0;
        for (char *word = strtok(line, " \n"); word && count < MOST_WORDS;
             word = strtok(NULL, " \n"))
            words[count++] = word;
        if (count == 0)
            continue;
        trouble_new_worker(words, count);
        pause_or_starve(words, count);
        answer(words, count);
        fflush(stdout);
    }
    end();
    return 0;
}
