/* SPDX-License-Identifier: MIT */
#include "bench/base/standard_files.h"
#include "bench/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct command_row {
    const char *name, *arguments, *summary;
    int (*run)(const cli_options *options);
} command_row;

static const command_row commands[COMMAND_COUNT] = {
#define COMMAND(name, arguments, summary) {#name, arguments, summary, command_##name},
#include "bench/commands.inc"
#undef COMMAND
};

/* Once, whatever the command: `auto` would ignore it in silence. */
static void warn_of_tuning(void) {
    rnn_error error;
    if (rnn_tuning_check(NULL, &error) != RNN_OK)
        fprintf(stderr, "rnnbench: RNN_TUNING is ignored: %s\n", error.text);
}

static void print_usage(FILE *to) {
    fputs("rnnbench: recurrent layers on the CPU, right first, then fast\n\n", to);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  rnnbench %-7s %-26s %s\n", commands[i].name, commands[i].arguments,
                commands[i].summary);
    fputs(
        "\n`rnnbench COMMAND --help` lists the command's options.\n"
        "Exit status: 0 fine, 1 wrong or not done, 2 usage or unreadable input, 3 not comparable,\n"
        "130 interrupted.\n",
        to);
}

static void print_help(command_id id) {
    const command_row *command = &commands[id];
    printf("rnnbench %s %s\n%s\n\n", command->name, command->arguments, command->summary);
    options_help(id);
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* The status of a command that has printed all it had to say; what was not written is an error. */
static int finish(int status) {
    const bool written = fflush(stdout) == 0;
    if (written && !ferror(stdout))
        return status;
    fprintf(stderr, "rnnbench: standard output: %s\n",
            written ? "not all was written" : strerror(errno));
    return status == EXIT_FINE ? EXIT_WRONG : status;
}

static int run_command(command_id id, int argc, char **argv) {
    if (asks_for_help(argc, argv)) {
        print_help(id);
        return finish(EXIT_FINE);
    }
    cli_options options;
    rnn_error error;
    bool parsed = options_parse(&options, id, argc, argv, &error);
    if (parsed)
        warn_of_tuning();
    int status = parsed ? commands[id].run(&options) : refuse_usage(commands[id].name, error.text);
    options_free(&options);
    return finish(status);
}

int main(int argc, char **argv) {
    standard_files_open();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow further fails as on a full disk */
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return finish(EXIT_FINE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("rnnbench " RNN_VERSION);
        return finish(EXIT_FINE);
    }
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run_command((command_id)i, argc - 1, argv + 1);
    fprintf(stderr, "rnnbench: command \"%s\" is unknown\n\n", argv[1]);
    print_usage(stderr);
    return EXIT_USAGE;
}
