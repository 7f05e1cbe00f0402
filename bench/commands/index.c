/* SPDX-License-Identifier: MIT
 * rnnbench index: what lies in a store, as a table between two marks in its README.md. */
#include "bench/base/command.h"
#include "bench/base/fail.h"
#include "bench/base/load_file.h"
#include "bench/base/replace.h"
#include "bench/document/markdown.h"
#include "bench/results/comparable.h"
#include "bench/results/result_files.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char first_mark[] = "<!-- index -->\n", last_mark[] = "<!-- /index -->\n";
static const char empty_readme[] = "# Results\n\n<!-- index -->\n<!-- /index -->\n";

/* ---- The table ------------------------------------------------------------------------------ */

/* The rows of one problem are neighbours in the index. */
static int count_problems(const timed_file *file) {
    int count = 1;
    for (int i = 1; i < file->row_count; i++)
        count += strcmp(file->index[i]->problem, file->index[i - 1]->problem) != 0;
    return count;
}

/* "naive, onednn 2.6.3 (OMP)" */
static void print_backends(FILE *to, const timed_file *file) {
    for (int i = 0; i < file->backend_count; i++) {
        const char *version = comparable_text(file, file->backends[i]);
        fputs(i ? ", " : "", to);
        markdown_text(to, file->backends[i]);
        fputs(*version ? " " : "", to);
        markdown_text(to, version);
    }
}

static void print_date(FILE *to, const timed_file *file) {
    const char *text = comparable_text(file, "date");
    char shown[32];
    time_t date;
    struct tm utc;
    if (result_date_parse(text, &date) && gmtime_r(&date, &utc) &&
        strftime(shown, sizeof shown, "%Y-%m-%d %H:%M", &utc))
        text = shown;
    markdown_text(to, text);
}

static void print_machine(FILE *to, const timed_file *file) {
    const char *cpu = comparable_text(file, "cpu"), *cores = comparable_text(file, "cores");
    markdown_text(to, *cpu ? cpu : "unknown");
    if (!*cores)
        return;
    fputs(", ", to);
    markdown_text(to, cores);
    fputs(strcmp(cores, "1") == 0 ? " core" : " cores", to);
}

/* `path` begins with the folder, which the README's links are relative to. */
static void print_file(FILE *to, const timed_file *file, const char *path) {
    char name[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
    name[strlen(name) - strlen(".json")] = '\0';
    const bool part = rows_context(file, "interrupted") != NULL ||
                      (file->schema > 0 && !rows_context(file, "finished"));
    fputs("| ", to);
    print_machine(to, file);
    fputs(" | ", to);
    markdown_link(to, name, path);
    fputs(" | ", to);
    print_date(to, file);
    fputs(" | ", to);
    markdown_text(to, comparable_text(file, "commit"));
    fprintf(to, " | %s%d | %d | ", part ? "unfinished: " : "", count_problems(file),
            file->row_count);
    markdown_text(to, comparable_text(file, "compiler"));
    fputs(" | ", to);
    print_backends(to, file);
    fputs(" |\n", to);
}

static bool print_table(FILE *to, const char *folder, const path_list *list, rnn_error *error) {
    fputs("| machine | file | measured (UTC) | commit | problems | rows | compiler | backends |\n"
          "|---|---|---|---|---:|---:|---|---|\n",
          to);
    for (int i = 0; i < list->count; i++) {
        timed_file file;
        if (!rows_read(&file, list->paths[i], error))
            return false;
        rows_tell_notes(&file, "index");
        print_file(to, &file, list->paths[i] + strlen(folder) + 1);
        rows_free(&file);
    }
    return true;
}

/* The caller frees the table. NULL means that `error` has the reason. */
static char *table_text(const char *folder, rnn_error *error) {
    char *text = NULL;
    size_t size;
    path_list list = {0};
    FILE *to = open_memstream(&text, &size);
    bool ok = to ? result_files_add(&list, folder, error) && print_table(to, folder, &list, error)
                 : fail(error, "out of memory");
    if (to && fclose(to) != 0 && ok)
        ok = fail(error, "out of memory");
    result_files_free(&list);
    if (ok)
        return text;
    free(text);
    return NULL;
}

/* ---- README.md ------------------------------------------------------------------------------- */

static char *load_readme(const char *path, rnn_error *error) {
    size_t size;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return strdup(empty_readme);
    return load_file(path, INT_MAX, &size, error);
}

/* `readme` with the table between its marks. The caller frees it. */
static char *with_table(const char *path, const char *readme, const char *table, rnn_error *error) {
    const char *first = strstr(readme, first_mark);
    const char *last = first ? strstr(first, last_mark) : NULL;
    if (!last) {
        fail(error, "%.160s: has no line %.14s with a line %.15s below it", path, first_mark,
             last_mark);
        return NULL;
    }
    char *text = NULL;
    size_t size, head = (size_t)(first - readme) + strlen(first_mark);
    FILE *to = open_memstream(&text, &size);
    if (!to || fprintf(to, "%.*s%s%s", (int)head, readme, table, last) < 0 || fclose(to) != 0) {
        fail(error, "out of memory");
        free(text);
        return NULL;
    }
    return text;
}

static int put(const char *path, const char *old, const char *new, bool check) {
    if (strcmp(old, new) == 0) {
        printf("%s is as the files are\n", path);
        return EXIT_FINE;
    }
    if (check) {
        fprintf(stderr,
                "rnnbench index: %s: its table is not that of the files; without --check "
                "it is made anew\n",
                path);
        return EXIT_WRONG;
    }
    if (file_replace(path, new, strlen(new))) {
        printf("%s\n", path);
        return EXIT_FINE;
    }
    fprintf(stderr, "rnnbench index: %s: %s\n", path, strerror(errno));
    return EXIT_WRONG;
}

/* Writes the name of the folder without a slash at its end. */
static bool folder_name(const option_list *options, char folder[PATH_MAX], rnn_error *error) {
    const char *given = options->argument_count ? options->arguments[0] : "results";
    int length = snprintf(folder, PATH_MAX, "%s", given);
    if (length >= PATH_MAX - 16)
        return fail(error, "%.100s...: too long", given);
    while (length > 1 && folder[length - 1] == '/')
        folder[--length] = '\0';
    return true;
}

static int make_index(const option_list *options, bool check) {
    char folder[PATH_MAX], path[PATH_MAX + 16];
    rnn_error error;
    char *table = NULL, *old = NULL, *new = NULL;
    if (folder_name(options, folder, &error)) {
        snprintf(path, sizeof path, "%s/README.md", folder);
        table = table_text(folder, &error);
        old = table ? load_readme(path, &error) : NULL;
        new = old ? with_table(path, old, table, &error) : NULL;
    }
    int status = new ? put(path, old, new, check) : refuse_usage("index", error.text);
    free(table);
    free(old);
    free(new);
    return status;
}

int command_index(const command_line *line) {
    bool check = false;
    option_list options = {.most_arguments = 1};
    int status;
    options_add(&options, "check", "",
                "changes nothing; status 1 where the table is not that of the files", read_flag,
                &check);
    return command_read(line, &options, &status) ? make_index(&options, check) : status;
}
