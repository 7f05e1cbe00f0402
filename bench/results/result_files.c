/* SPDX-License-Identifier: MIT */
#include "bench/results/result_files.h"

#include "bench/base/fail.h"
#include "bench/base/growing_list.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool append(path_list *list, const char *path, rnn_error *error) {
    char *copy = LIST_MAKE_ROOM(list->paths, list->count) ? strdup(path) : NULL;
    if (!copy)
        return fail(error, "out of memory");
    list->paths[list->count++] = copy;
    return true;
}

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_results_file(const char *name) {
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static bool add_folder(path_list *list, const char *folder, int depth, rnn_error *error) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    bool ok = true;
    if (count < 0)
        return fail(error, "%.200s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        const char *name = entries[i]->d_name;
        bool fits = snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX;
        if (!ok || name[0] == '.' || !fits)
            ;
        else if (is_folder(path))
            ok = depth == 0 || add_folder(list, path, depth - 1, error);
        else if (is_results_file(name))
            ok = append(list, path, error);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool result_files_add(path_list *list, const char *path, rnn_error *error) {
    return is_folder(path) ? add_folder(list, path, 1, error) : append(list, path, error);
}

void result_files_free(path_list *list) {
    for (int i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (path_list){0};
}

/* Google Benchmark's up to 1.5.0, also on Windows; without a zone, so taken for UTC. */
static bool parse_old_date(const char *text, struct tm *t) {
    int end = 0;
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d%n", &t->tm_year, &t->tm_mon, &t->tm_mday, &t->tm_hour,
               &t->tm_min, &t->tm_sec, &end) == 6 &&
        !text[end])
        return true;
    if (sscanf(text, "%2d/%2d/%2d %2d:%2d:%2d%n", &t->tm_mon, &t->tm_mday, &t->tm_year, &t->tm_hour,
               &t->tm_min, &t->tm_sec, &end) != 6 ||
        text[end])
        return false;
    t->tm_year += 2000;
    return true;
}

bool result_date_parse(const char *text, time_t *date) {
    struct tm t = {0};
    int zone_hours = 0, zone_minutes = 0, end = 0;
    char sign = '+';
    const bool old = parse_old_date(text, &t);
    if (!old &&
        (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday,
                &t.tm_hour, &t.tm_min, &t.tm_sec, &sign, &zone_hours, &zone_minutes, &end) != 9 ||
         text[end] || (sign != '+' && sign != '-')))
        return false;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    int ahead = 60 * (60 * zone_hours + zone_minutes);
    *date = timegm(&t) - (sign == '+' ? ahead : -ahead);
    return true;
}
