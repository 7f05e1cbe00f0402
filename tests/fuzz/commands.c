/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the commands that read results files, on files from anywhere. The first byte is the
 * command and the second a format. The files follow, with a line "--" between them. What is written
 * must be of its format, and is read again where it is a results file. */
#include "bench/base/command.h"
#include "bench/gate/gate_baseline.h"
#include "bench/report/report_gather.h"
#include "bench/report/report_page.h"
#include "tests/fuzz/formats.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define PROBLEM "lstm/N:1/T:25/D:64/U:64"

static char first[64], second[64], merged[64];

typedef int command_function(const command_line *line);

/* Returns what the command prints, to be freed by free(). */
static char *run(command_function *command, const char *const *words, size_t *size, int *status) {
    char *argv[12];
    int argc = 0;
    fuzz_output output;
    for (; words[argc]; argc++)
        argv[argc] = strdup(words[argc]);
    char *given[12];
    memcpy(given, argv, sizeof given);
    fuzz_capture(&output);
    *status = command(&(command_line){words[0], "", "", argc, argv});
    fuzz_release(&output);
    for (int i = 0; i < argc; i++)
        free(given[i]);
    FUZZ_CHECK(*status == EXIT_FINE || output.err_size > 0, "status %d without a reason", *status);
    free(output.err);
    *size = output.out_size;
    return output.out;
}

static void run_for_format(command_function *command, const char *format,
                           const char *const *words) {
    size_t size;
    int status;
    char *text = run(command, words, &size, &status);
    if (status == EXIT_FINE)
        formats_check(format, text, size);
    free(text);
}

static void try_compare(const char *format, bool two) {
    if (two)
        run_for_format(command_compare, format,
                       (const char *[]){"compare", "--format", format, first, second, NULL});
    else
        run_for_format(
            command_compare, format,
            (const char *[]){"compare", "--format", format, "--by", "backend", first, NULL});
}

static void try_history(const char *format, bool anchored) {
    if (anchored)
        run_for_format(command_history, format,
                       (const char *[]){"history", "--format", format, "--anchor", "naive", PROBLEM,
                                        first, second, NULL});
    else
        run_for_format(
            command_history, format,
            (const char *[]){"history", "--format", format, PROBLEM, first, second, NULL});
}

static void try_merge(bool forced) {
    size_t size;
    int status;
    timed_file file;
    rnn_error error = {""};
    char *text = run(
        command_merge,
        (const char *[]){"merge", "--out", merged, first, second, forced ? "--force" : NULL, NULL},
        &size, &status);
    free(text);
    if (status != EXIT_FINE)
        return;
    FUZZ_CHECK(rows_read(&file, merged, &error), "%s", error.text);
    rows_free(&file);
}

/* A table that was just made must be that of the files. */
static void try_index(void) {
    size_t size;
    int status;
    fuzz_folder_write("store/README.md", "<!-- index -->\n<!-- /index -->\n", 31);
    char store[64];
    snprintf(store, sizeof store, "%s/store", fuzz_folder());
    free(run(command_index, (const char *[]){"index", store, NULL}, &size, &status));
    if (status != EXIT_FINE)
        return;
    free(run(command_index, (const char *[]){"index", "--check", store, NULL}, &size, &status));
    FUZZ_CHECK(status == EXIT_FINE, "status %d of its own table", status);
    strcat(store, "/README.md");
    static char text[1 << 20];
    FILE *readme = fopen(store, "r");
    FUZZ_CHECK(readme, "no %s", store);
    size = fread(text, 1, sizeof text - 1, readme);
    fclose(readme);
    formats_check("markdown", text, size);
}

/* Reports have no plots here, as another program draws them. */
static void try_report(void) {
    timed_file *files = calloc(1, sizeof *files);
    rnn_error error = {""};
    report all;
    char *text = NULL;
    size_t size;
    FUZZ_CHECK(files, "no memory");
    if (!rows_read(files, first, &error)) {
        free(files);
        return;
    }
    FUZZ_CHECK(report_gather(&all, files, 1, &error), "%s", error.text);
    FILE *to = open_memstream(&text, &size);
    FUZZ_CHECK(to, "no memory");
    page_write(&(page){to, &all, NULL, "none in a test"});
    fclose(to);
    formats_check_text(text, size);
    free(text);
    report_free(&all);
}

static int list_baseline(const command_line *line) {
    gate_options options = {.seed = 1};
    option_list list = {0};
    rnn_error error = {""};
    gate_rows rows = {0};
    gate_notes notes = {0};
    gate_options_add(&list, &options);
    FUZZ_CHECK(options_parse(&list, line->argc, line->argv, &error), "%s", error.text);
    const int status = gate_list_baseline(&rows, &options, &notes, &error);
    if (status != EXIT_FINE) {
        fuzz_check_error(&error);
        fprintf(stderr, "%s\n", error.text);
    }
    for (int i = 0; i < rows.count; i++)
        FUZZ_CHECK(*rows.items[i].problem && rows.items[i].threads >= 1, "row %d", i);
    gate_rows_free(&rows);
    gate_options_free(&options);
    return status;
}

static void try_baseline(void) {
    size_t size;
    int status;
    free(run(list_baseline, (const char *[]){"gate", "--baseline", first, NULL}, &size, &status));
}

static void write_files(fuzz_input *in) {
    char *a = fuzz_text_until(in, "\n--\n"), *b = fuzz_text(in);
    snprintf(first, sizeof first, "%s/store/a.json", fuzz_folder());
    snprintf(second, sizeof second, "%s/store/b.json", fuzz_folder());
    snprintf(merged, sizeof merged, "%s/merged.json", fuzz_folder());
    fuzz_folder_write("store/a.json", a, strlen(a));
    fuzz_folder_write("store/b.json", *b ? b : a, strlen(*b ? b : a));
    free(a);
    free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const formats[] = {"text", "markdown", "csv", "json", "junit"};
    fuzz_input in = {data, data + size};
    const int command = fuzz_byte(&in);
    const char *format = formats[fuzz_between(&in, 0, 4)];
    write_files(&in);
    switch (command) {
    case 'c':
    case 'b':
        try_compare(format, command == 'c');
        break;
    case 'h':
    case 'a':
        try_history(format, command == 'a');
        break;
    case 'm':
    case 'f':
        try_merge(command == 'f');
        break;
    case 'i':
        try_index();
        break;
    case 'g':
        try_baseline();
        break;
    default:
        try_report();
    }
    return 0;
}
