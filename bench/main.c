/* SPDX-License-Identifier: MIT */
#include "bench/base/command.h"
#include "bench/base/standard_files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct command_row {
    const char *name, *usage, *summary;
    int (*run)(const command_line *line);
} command_row;

static const command_row commands[] = {
#define COMMAND(name, usage, summary) {#name, usage, summary, command_##name},
#include "bench/commands.inc"
#undef COMMAND
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int wider(int width, const char *text) {
    const int length = (int)strlen(text);
    return length > width ? length : width;
}

static void print_usage(FILE *to) {
    int names = 0, usages = 0;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        names = wider(names, commands[i].name);
        usages = wider(usages, commands[i].usage);
    }
    fputs("rnnbench: recurrent layers on the CPU, right first, then fast\n\n", to);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  rnnbench %-*s %-*s  %s\n", names, commands[i].name, usages,
                commands[i].usage, commands[i].summary);
    fputs(
        "\n`rnnbench COMMAND --help` lists the command's options.\n"
        "Exit status: 0 fine, 1 wrong or not done, 2 usage or unreadable input, 3 not comparable,\n"
        "130 interrupted.\n",
        to);
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

static int run(const command_row *command, int argc, char **argv) {
    return finish(
        command->run(&(command_line){command->name, command->usage, command->summary, argc, argv}));
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
            return run(&commands[i], argc - 1, argv + 1);
    fprintf(stderr, "rnnbench: command \"%s\" is unknown\n\n", argv[1]);
    print_usage(stderr);
    return EXIT_USAGE;
}
