/* SPDX-License-Identifier: MIT */
#include "bench/results/store.h"

#include "bench/base/replace.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Names ---------------------------------------------------------------------------------- */

/* Words of a CPU's model that do not tell it from others. */
static bool says_nothing(const char *word) {
    size_t digits = strspn(word, "0123456789");
    return strcmp(word, "cpu") == 0 || strcmp(word, "processor") == 0 ||
           (digits > 0 && strcmp(word + digits, "-core") == 0);
}

/* Lower case, without (R), (TM) and the frequency behind an @. */
static void simplify(const char *cpu, char text[STORE_NAME_SIZE]) {
    size_t used = 0;
    for (const char *c = cpu; *c && *c != '@' && used < STORE_NAME_SIZE - 1;) {
        if (strncasecmp(c, "(r)", 3) == 0)
            c += 3;
        else if (strncasecmp(c, "(tm)", 4) == 0)
            c += 4;
        else
            text[used++] = (char)tolower((unsigned char)*c++);
    }
    text[used] = '\0';
}

/* Behind a '-', and with one for whatever is neither letter nor digit. */
static void append_word(char name[STORE_NAME_SIZE], const char *word) {
    size_t used = strlen(name), most = STORE_NAME_SIZE - 16;
    bool separate = used > 0;
    for (; *word && used < most; word++) {
        if (!isalnum((unsigned char)*word)) {
            separate = used > 0;
            continue;
        }
        if (separate)
            name[used++] = '-';
        separate = false;
        name[used++] = *word;
    }
    name[used] = '\0';
}

void store_machine_name(const char *cpu, int cores, char name[STORE_NAME_SIZE]) {
    char text[STORE_NAME_SIZE], number[16], *rest;
    simplify(cpu, text);
    name[0] = '\0';
    for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        if (!says_nothing(word))
            append_word(name, word);
    if (!name[0])
        append_word(name, "unknown");
    snprintf(number, sizeof number, "%dc", cores);
    append_word(name, number);
}

/* "0debe5ffcdde-dirty": 0debe5f-dirty. What stands behind a tag stays as it is. */
static void short_commit(const char *commit, char text[64]) {
    size_t digits = strspn(commit, "0123456789abcdef");
    size_t shown = digits > 7 && (commit[digits] == '\0' || commit[digits] == '-') ? 7 : digits;
    snprintf(text, 64, "%.*s%s", (int)shown, commit, commit + digits);
    for (char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            *c = '-';
}

void store_result_name(time_t now, const char *commit, int shard, int shards,
                       char name[STORE_NAME_SIZE]) {
    char date[16], text[64];
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%Y-%m-%d", &utc);
    short_commit(commit, text);
    int used = snprintf(name, STORE_NAME_SIZE, "%s-%s", date, text);
    if (shards > 1)
        snprintf(name + used, STORE_NAME_SIZE - (size_t)used, "-%dof%d", shard, shards);
}

/* ---- Folders -------------------------------------------------------------------------------- */

/* Where a link leads to nothing yet, the folder is made there. */
static bool make_folder(const char *path) {
    char real[PATH_MAX];
    struct stat info;
    if (!file_behind_links(path, real))
        return false;
    if (mkdir(real, 0777) == 0)
        return true;
    if (errno != EEXIST)
        return false;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return true;
    errno = ENOTDIR;
    return false;
}

bool store_folder(const char *results, const machine_info *machine, char path[PATH_MAX],
                  rnn_error *error) {
    char name[STORE_NAME_SIZE];
    store_machine_name(machine->cpu, machine->cores, name);
    return snprintf(path, PATH_MAX, "%s/%s", results, name) < PATH_MAX ||
           fail(error, "%.200s...: too long", results);
}

bool store_open_folder(const char *results, const machine_info *machine, char path[PATH_MAX],
                       rnn_error *error) {
    if (!store_folder(results, machine, path, error))
        return false;
    if (!make_folder(results))
        return fail(error, "--save: %.160s: %s", results, strerror(errno));
    if (make_folder(path) && access(path, W_OK | X_OK) == 0)
        return true;
    return fail(error, "--save: %.160s: %s", path, strerror(errno));
}

static bool exists(const char *base, const char *ending) {
    char path[PATH_MAX];
    struct stat info;
    return snprintf(path, sizeof path, "%s%s", base, ending) < PATH_MAX && lstat(path, &info) == 0;
}

bool store_free_name(const char *folder, const char *name, int *number, char path[PATH_MAX]) {
    for (;; ++*number) {
        char suffix[16] = "";
        if (*number > 1)
            snprintf(suffix, sizeof suffix, "-%d", *number);
        int length = snprintf(path, PATH_MAX, "%s/%s%s", folder, name, suffix);
        if (length >= PATH_MAX - 8) /* leaves room for an ending */
            return false;
        if (!exists(path, ".json") && !exists(path, ".md"))
            return true;
    }
}
