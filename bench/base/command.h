/* SPDX-License-Identifier: MIT
 * What a command of the program is. Each is one function, in a file of its own that also holds its
 * options, and a row of commands.inc. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include "bench/base/exit_status.h"
#include "bench/base/options.h"

typedef struct command_line {
    const char *name, *usage, *summary; /* of commands.inc */
    int argc;
    char **argv; /* argv[0] is the name */
} command_line;

/* Each returns an exit_status. */
#define COMMAND(name, usage, summary) int command_##name(const command_line *line);
#include "bench/commands.inc"
#undef COMMAND

/* Reads the options and arguments of a command. False: the command ends at once, with *status: it
 * was asked for help, which was printed, or refuses its command line, which was told. */
bool command_read(const command_line *line, option_list *options, int *status);

/* Why the program refuses its command line, to stderr. */
int refuse_usage(const char *command, const char *why);

/* As it was typed: "rnnbench sweep --units 64"; to be freed. NULL: out of memory. */
char *command_text(const command_line *line);

#endif
