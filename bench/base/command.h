/* SPDX-License-Identifier: MIT
 * What a command of the program is: one function, in a file of its own that also holds its options,
 * and a row of commands.inc. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include "bench/base/exit_status.h"
#include "bench/base/options.h"

typedef struct command_line {
    /* What its row of commands.inc says. */
    const char *name, *usage, *summary;
    int argc;
    char **argv; /* argv[0] is the name */
} command_line;

/* The function of each command; it returns an exit_status. */
#define COMMAND(name, usage, summary) int command_##name(const command_line *line);
#include "bench/commands.inc"
#undef COMMAND

/* Reads the options and arguments of a command. Returns false where the command should end at once
 * with *status: because it was asked for help, which has been printed, or because it refuses its
 * command line, and the reason has been told. */
bool command_read(const command_line *line, option_list *options, int *status);

/* Tells on stderr why a command refuses its command line, and returns EXIT_USAGE. */
int refuse_usage(const char *command, const char *why);

/* Returns the command line as it was typed, as in "rnnbench sweep --units 64". The caller frees the
 * text; it is NULL where memory ran out. */
char *command_text(const command_line *line);

#endif
