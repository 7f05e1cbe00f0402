/* SPDX-License-Identifier: MIT */
#include "bench/base/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int refuse_usage(const char *command, const char *why) {
    fflush(stdout);
    fprintf(stderr, "rnnbench %s: %s\n", command, why);
    return EXIT_USAGE;
}

bool command_read(const command_line *line, option_list *options, int *status) {
    rnn_error error;
    bool asks_for_help = false;
    for (int i = 1; i < line->argc; i++)
        asks_for_help |= strcmp(line->argv[i], "--help") == 0 || strcmp(line->argv[i], "-h") == 0;
    if (asks_for_help) {
        printf("rnnbench %s %s\n%s\n\n", line->name, line->usage, line->summary);
        options_help(options);
        *status = EXIT_FINE;
        return false;
    }
    if (!options_parse(options, line->argc, line->argv, &error)) {
        *status = refuse_usage(line->name, error.text);
        return false;
    }
    /* Any command says so, since `auto` would ignore the file in silence. */
    if (rnn_tuning_check(NULL, &error) != RNN_OK)
        fprintf(stderr, "rnnbench: RNN_TUNING is ignored: %s\n", error.text);
    return true;
}

char *command_text(const command_line *line) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    fputs("rnnbench", to);
    for (int i = 0; i < line->argc; i++)
        fprintf(to, " %s", line->argv[i]);
    return fclose(to) == 0 ? text : NULL;
}
