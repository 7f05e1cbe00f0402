/* SPDX-License-Identifier: MIT
 * The command line. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "bench/base/ranges.h"
#include "bench/problems/shard.h"
#include "reference/problem.h"

typedef enum command_id {
#define COMMAND(name, arguments, summary) COMMAND_##name,
#include "bench/commands.inc"
#undef COMMAND
    COMMAND_COUNT
} command_id;

typedef enum exit_status {
    EXIT_FINE = 0,
    EXIT_WRONG = 1, /* a result is wrong, or something could not be done: of gate, only a verdict */
    EXIT_USAGE = 2, /* or an input that cannot be read; of gate, also what could not be done */
    EXIT_NOT_COMPARABLE = 3,
    EXIT_INTERRUPTED = 130
} exit_status;

typedef struct cli_options {
    /* Filters. Bit sets of enum values (of indices, for backends); 0: not given. */
    unsigned cells, directions, backends;
    int_list batch, steps, features, units, threads, reset_after;
    char filters[200]; /* those given that select among problems, as text */
    const char *preset;
    const char **problems; /* of --problem, which may be repeated */
    int problem_count;
    int max_steps; /* 0: no cap on T */

    uint64_t seed;
    int repetitions;     /* 0: the command's own default */
    double min_time;     /* seconds a repetition lasts at least; 0: the default */
    double max_run_time; /* seconds; a row whose one run takes longer is left out; 0: the default */
    double peak_time;    /* seconds, for the machine's peaks; 0: the default */
    double random_seconds;
    const char *out, *table;
    bool force;
    bool save;           /* into the store */
    const char *results; /* the store's folder */
    shard_choice shard;

    /* Of commands that read results files. */
    const char *backend_names; /* a list; NULL: all */
    const char *by, *anchor, *sort, *format;
    bool changed;
    bool check; /* whether a file is as it would be made */

    /* Of gate. */
    const char *against, *baseline, *cache;
    bool selftest, instructions, anyway;
    double budget, floor; /* seconds; 0: the default */
    double threshold;     /* 0.05: 5%; 0: the default */

    const char *const *arguments; /* what is not an option */
    int argument_count;
    char *command_line; /* for the context block */
} cli_options;

/* argv[0] is the command's name. The message of a refusal names option and value. */
bool options_parse(cli_options *options, command_id command, int argc, char **argv,
                   rnn_error *error);
void options_free(cli_options *options);

/* The options that `command` takes, one line each, to stdout. */
void options_help(command_id command);

/* Whether the filters let this one pass. */
bool options_select(const cli_options *options, const problem *p);
bool options_select_backend(const cli_options *options, int index);

/* Whether it is a row with its choice forced, by the convention of backends.inc. */
bool options_backend_is_forced(int index);

/* Says which of --threads are more than the cores; `set_by` is what lowered these, or "". */
void options_tell_threads(const cli_options *options, int cores, const char *set_by);

#endif
