/* SPDX-License-Identifier: MIT
 * The functions behind commands.inc. Each returns an exit_status. */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

#include "bench/options.h"

#define COMMAND(name, arguments, summary) int command_##name(const cli_options *options);
#include "bench/commands.inc"
#undef COMMAND

/* Why the program refuses its command line, to stderr. */
int refuse_usage(const char *command, const char *why);

#endif
